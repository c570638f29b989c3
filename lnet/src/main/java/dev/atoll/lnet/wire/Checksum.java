/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static dev.atoll.lnet.wire.Words.U32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The checksum of frames: CRC-32 as of Ethernet, without its final inversion.
 *
 * <p>Only connections of version 2 carry one over everything: frame header with a checksum of zero,
 * LNet header, payload. Later versions, if the sender sets it at all, carry one over the payload.
 * The state is an {@code int} that begins as {@link #SEED}, goes through {@link #update} once for
 * each run of bytes, and is the checksum. Nothing is allocated, and eight bytes are taken at a
 * time.
 */
public final class Checksum {
  /** The state before the first byte. */
  public static final int SEED = 0xffff_ffff;

  private static final int POLYNOMIAL = 0xedb8_8320;
  private static final int SLICES = 8;

  /** What a byte does to the state when 0 to 7 bytes follow it at once. */
  private static final int[][] TABLES = tables();

  private Checksum() {}

  /**
   * Takes bytes in.
   *
   * @param state of what went before
   * @param segment where the bytes lie
   * @param offset where they begin
   * @param length how many there are
   * @return the state with them
   */
  public static int update(int state, MemorySegment segment, long offset, long length) {
    int crc = state;
    long at = offset;
    long end = offset + length;
    for (; end - at >= SLICES; at += SLICES) {
      crc = word(crc ^ segment.get(U32, at), segment.get(U32, at + Integer.BYTES));
    }
    for (; at < end; at++) {
      crc = octet(crc, segment.get(ValueLayout.JAVA_BYTE, at));
    }
    return crc;
  }

  /**
   * Takes a frame header in, as if its checksum were zero.
   *
   * @param segment where the header lies
   * @param offset where it begins
   * @return the state with it alone
   */
  public static int ofFrame(MemorySegment segment, long offset) {
    int crc = word(SEED ^ FrameLayout.type(segment, offset), 0);
    return update(crc, segment, offset + Long.BYTES, FrameLayout.BYTES - Long.BYTES);
  }

  private static int word(int first, int second) {
    return TABLES[7][first & 0xff]
        ^ TABLES[6][first >>> 8 & 0xff]
        ^ TABLES[5][first >>> 16 & 0xff]
        ^ TABLES[4][first >>> 24]
        ^ TABLES[3][second & 0xff]
        ^ TABLES[2][second >>> 8 & 0xff]
        ^ TABLES[1][second >>> 16 & 0xff]
        ^ TABLES[0][second >>> 24];
  }

  private static int octet(int crc, byte octet) {
    return crc >>> 8 ^ TABLES[0][(crc ^ octet) & 0xff];
  }

  private static int[][] tables() {
    int[][] tables = new int[SLICES][256];
    for (int octet = 0; octet < 256; octet++) {
      int crc = octet;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
      }
      tables[0][octet] = crc;
    }
    for (int slice = 1; slice < SLICES; slice++) {
      for (int octet = 0; octet < 256; octet++) {
        int before = tables[slice - 1][octet];
        tables[slice][octet] = before >>> 8 ^ tables[0][before & 0xff];
      }
    }
    return tables;
  }
}
