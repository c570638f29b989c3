/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import dev.atoll.posix.WriteBack.Instruction;

/**
 * Machine code for aarch64: cache-line write-back (Arm ARM: DC CVAP, DC CVAC, DC CIVAC, DSB;
 * calling convention: AAPCS64). Words are listed as numbers and stored little-endian.
 *
 * <p>{@code W} stands for the instruction that writes back the line at x0.
 */
final class ArmCode {
  static final int FLUSH = 0x000;
  static final int PERSIST = 0x040;
  static final int FENCE = 0x080;
  static final int INVALIDATE = 0x0C0;
  static final int CACHE_TYPE = 0x100;

  /** flush(x0 = address, x1 = length, x2 = line bytes). */
  private static final String FLUSH_CODE =
      """
      b4000101     cbz   x1, 20
      8b010001     add   x1, x0, x1
      d1000443     sub   x3, x2, #1
      8a230000     bic   x0, x0, x3
      W            dc    cvap, x0       // 10:
      8b020000     add   x0, x0, x2
      eb01001f     cmp   x0, x1
      54ffffa3     b.lo  10
      d65f03c0     ret                  // 20:
      """;

  /** persist(x0 = address, x1 = length, x2 = line bytes): DSB waits for the write-back to end. */
  private static final String PERSIST_CODE =
      """
      b4000121     cbz   x1, 24
      8b010001     add   x1, x0, x1
      d1000443     sub   x3, x2, #1
      8a230000     bic   x0, x0, x3
      W            dc    cvap, x0       // 10:
      8b020000     add   x0, x0, x2
      eb01001f     cmp   x0, x1
      54ffffa3     b.lo  10
      d5033f9f     dsb   sy
      d65f03c0     ret                  // 24:
      """;

  private static final String FENCE_CODE =
      """
      d5033f9f     dsb   sy
      d65f03c0     ret
      """;

  /** Bits 19..16 are the binary logarithm of the smallest line's words; Linux lets us read it. */
  private static final String CACHE_TYPE_CODE =
      """
      d53b0020     mrs   x0, ctr_el0
      d65f03c0     ret
      """;

  private ArmCode() {}

  /** Assembles the code for an instruction, {@code DC_CVAP} or {@code DC_CVAC}. */
  static byte[] assemble(Instruction writeBack) {
    byte[] code = new byte[MachineCode.CAPACITY_BYTES];
    put(code, FLUSH, FLUSH_CODE, word(writeBack));
    put(code, PERSIST, PERSIST_CODE, word(writeBack));
    put(code, FENCE, FENCE_CODE, "");
    put(code, INVALIDATE, FLUSH_CODE, "d50b7e20"); // dc civac, x0
    put(code, CACHE_TYPE, CACHE_TYPE_CODE, "");
    return code;
  }

  private static String word(Instruction instruction) {
    return switch (instruction) {
      case DC_CVAP -> "d50b7c20";
      case DC_CVAC -> "d50b7a20";
      case CLWB, CLFLUSHOPT, CLFLUSH, NONE ->
          throw new IllegalArgumentException("instruction=" + instruction + " is not of aarch64");
    };
  }

  private static void put(byte[] code, int offset, String listing, String writeBack) {
    byte[] bytes =
        MachineCode.bytes(word -> reversed(word.equals("W") ? writeBack : word), listing);
    System.arraycopy(bytes, 0, code, offset, bytes.length);
  }

  private static String reversed(String word) {
    return String.join(
        " ", word.substring(6), word.substring(4, 6), word.substring(2, 4), word.substring(0, 2));
  }
}
