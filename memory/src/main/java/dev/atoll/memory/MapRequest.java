/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.Ranges;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MappedRange#map} is to map.
 *
 * @param length bytes, positive; pages are mapped whole, but the segment has exactly this size
 * @param protection {@code PROT_READ}, with or without {@code PROT_WRITE}
 * @param flags {@code MAP_} flags without the fixed ones, since the kernel chooses the address
 * @param descriptor the file, or null exactly if {@code MAP_ANONYMOUS} is among the flags
 * @param offset first byte in the file
 * @param subject what it is, in words, for error messages: a path or a purpose
 */
public record MapRequest(
    long length,
    int protection,
    int flags,
    @Nullable Descriptor descriptor,
    long offset,
    String subject) {
  private static final int READ_WRITE = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;
  private static final int FIXED = MemoryCalls.MAP_FIXED | MemoryCalls.MAP_FIXED_NOREPLACE;

  /**
   * Checks what can be checked without the kernel.
   *
   * @throws IllegalArgumentException if a component is outside what is described above
   */
  public MapRequest {
    if (length <= 0) {
      throw new IllegalArgumentException("length=" + length + " must be positive: " + subject);
    }
    if ((protection & MemoryCalls.PROT_READ) == 0 || (protection & ~READ_WRITE) != 0) {
      throw new IllegalArgumentException(
          "protection=" + protection + " must be PROT_READ or PROT_READ|PROT_WRITE: " + subject);
    }
    if ((flags & FIXED) != 0) {
      throw new IllegalArgumentException(
          "flags=0x" + Integer.toHexString(flags) + " must not fix the address: " + subject);
    }
    if (((flags & MemoryCalls.MAP_ANONYMOUS) != 0) != (descriptor == null)) {
      throw new IllegalArgumentException(
          "flags=0x"
              + Integer.toHexString(flags)
              + " and descriptor="
              + descriptor
              + " disagree about a file: "
              + subject);
    }
    if (offset < 0 || !Ranges.contains(offset, length, Long.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "offset=" + offset + " length=" + length + " is no range of a file: " + subject);
    }
  }

  /**
   * Tells whether stores are allowed.
   *
   * @return true with {@code PROT_WRITE}
   */
  public boolean isWritable() {
    return (protection & MemoryCalls.PROT_WRITE) != 0;
  }
}
