/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static dev.atoll.link.BlockLayout.U32;
import static dev.atoll.link.BlockLayout.U64;

import dev.atoll.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Reads one block that the other side sent, trusting nothing. The block is private memory of the
 * reader by now, so a field may be read when it is needed.
 */
final class BlockReader {
  private final MemorySegment block;
  private final int kind;
  private final long correlation;
  private long position = BlockLayout.BODY;

  BlockReader(MemorySegment block) {
    this.block = block;
    if (block.byteSize() < BlockLayout.BODY) {
      throw new MalformedBlockException(
          Errno.EINVAL, 0, "block of " + block.byteSize() + " bytes is shorter than its head");
    }
    this.kind = block.get(U32, BlockLayout.KIND);
    this.correlation = block.get(U64, BlockLayout.CORRELATION);
    int length = block.get(U32, BlockLayout.LENGTH);
    if (length != block.byteSize()) {
      throw malformed("says " + length + " bytes and has " + block.byteSize());
    }
  }

  int kind() {
    return kind;
  }

  long correlation() {
    return correlation;
  }

  long word() {
    if (position > block.byteSize() - Long.BYTES) {
      throw malformed("ends at byte " + block.byteSize() + " where a word is due");
    }
    long value = block.get(U64, position);
    position += Long.BYTES;
    return value;
  }

  /** A word whose high half must be zero. */
  int half() {
    long value = word();
    if (value >>> 32 != 0) {
      throw malformed("has 0x" + Long.toHexString(value) + " where 32 bits are due");
    }
    return (int) value;
  }

  boolean flag() {
    long value = word();
    if (value != 0 && value != 1) {
      throw malformed("has " + value + " where 0 or 1 is due");
    }
    return value == 1;
  }

  int count(int bound) {
    long value = word();
    if (value < 0 || value > bound) {
      throw malformed("counts " + value + " where at most " + bound + " may be");
    }
    return (int) value;
  }

  String text(int bytesMax) {
    int length = count(bytesMax);
    long padded = (length + 7L) & -8L;
    if (padded > block.byteSize() - position) {
      throw malformed("ends inside a text of " + length + " bytes");
    }
    byte[] bytes = block.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
    position += padded;
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Every block ends where its kind says. */
  <T> T finish(T decoded) {
    if (position != block.byteSize()) {
      throw malformed((block.byteSize() - position) + " bytes are left over");
    }
    return decoded;
  }

  MalformedBlockException unknown() {
    return new MalformedBlockException(
        Errno.ENOTTY, correlation, "unknown kind 0x" + Integer.toHexString(kind));
  }

  MalformedBlockException malformed(String what) {
    return new MalformedBlockException(
        Errno.EINVAL, correlation, "block of kind 0x" + Integer.toHexString(kind) + " " + what);
  }
}
