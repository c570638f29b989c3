/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/**
 * Brings machine code into memory that is never writable and executable at once: the page is filled
 * while it is readable and writable, then made readable and executable for good.
 */
final class MachineCode {
  /** All code of this module fits. */
  static final int CAPACITY_BYTES = 0x200;

  /** Between the bytes and the mnemonic of a listing stand at least this many blanks. */
  private static final String GAP = "  ";

  private MachineCode() {}

  /**
   * Reads the bytes out of a listing: what stands before two blanks in each line.
   *
   * @param replacement what to read in place of a line's bytes
   * @param listing lines of hexadecimal bytes, blanks, mnemonic
   */
  static byte[] bytes(UnaryOperator<String> replacement, String listing) {
    var code = new ByteArrayOutputStream();
    for (String line : listing.split("\n", -1)) {
      if (!line.isEmpty()) {
        int gap = line.indexOf(GAP);
        String bytes = replacement.apply(gap < 0 ? line : line.substring(0, gap));
        code.writeBytes(HexFormat.ofDelimiter(" ").parseHex(bytes));
      }
    }
    return code.toByteArray();
  }

  /**
   * Installs code for the rest of the process's life.
   *
   * <p>On aarch64 the kernel makes the instruction cache coherent when it first maps a page for
   * execution (arch/arm64/mm/flush.c), which is after it was filled.
   *
   * @return the address of the first byte
   * @throws ErrnoException if the system refuses executable memory (seccomp, SELinux execmem)
   */
  static long install(MemoryCalls memory, byte[] code) {
    long length = memory.pageSize();
    int writable = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;
    int flags = MemoryCalls.MAP_PRIVATE | MemoryCalls.MAP_ANONYMOUS;
    long address = memory.mmap(0, length, writable, flags, null, 0);
    boolean isInstalled = false;
    try (Arena arena = Arena.ofConfined()) {
      NativeMemory.view(address, length, arena).copyFrom(MemorySegment.ofArray(code));
      memory.mprotect(address, length, MemoryCalls.PROT_READ | MemoryCalls.PROT_EXEC);
      isInstalled = true;
      return address;
    } finally {
      if (!isInstalled) {
        memory.munmap(address, length);
      }
    }
  }
}
