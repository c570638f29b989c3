/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import dev.atoll.posix.WriteBack.Instruction;

/**
 * Machine code for x86-64: cache-line write-back and non-temporal copy (Intel SDM vol. 2: CLWB,
 * CLFLUSHOPT, CLFLUSH, MOVNTDQ, SFENCE; calling convention: System V ABI, AMD64).
 *
 * <p>{@code W} stands for four bytes that write back the line at rdi, {@code V} for the line at
 * rax. All functions are leaves but for calls inside this code, use caller-saved registers only,
 * and need no stack but return addresses. Jumps are relative, so the code runs at any address.
 */
final class X86Code {
  /** All jumps and masks below assume it; {@link Stubs} refuses a processor with another. */
  static final int LINE_BYTES = 64;

  static final int FLUSH = 0x000;
  static final int PERSIST = 0x040;
  static final int FENCE = 0x080;
  static final int INVALIDATE = 0x0C0;
  static final int COPY_AND_FENCE = 0x100;
  static final int COPY = 0x110;

  /** flush(rdi = address, rsi = length): starts write-back of each line, does not wait. */
  private static final String FLUSH_CODE =
      """
      48 85 f6        test   rsi,rsi
      7e 18           jle    ret
      48 8d 04 37     lea    rax,[rdi+rsi*1]
      48 83 e7 c0     and    rdi,-64
      0f 1f 00        nop    DWORD PTR [rax]
      W               clwb   BYTE PTR [rdi]     # 10:
      48 83 c7 40     add    rdi,64
      48 39 c7        cmp    rdi,rax
      72 f3           jb     10
      c3              ret
      """;

  /** persist(rdi = address, rsi = length): flush, then fence; nothing if the length is zero. */
  private static final String PERSIST_CODE =
      """
      48 85 f6        test   rsi,rsi
      7e 1b           jle    ret
      48 8d 04 37     lea    rax,[rdi+rsi*1]
      48 83 e7 c0     and    rdi,-64
      0f 1f 00        nop    DWORD PTR [rax]
      W               clwb   BYTE PTR [rdi]     # 10:
      48 83 c7 40     add    rdi,64
      48 39 c7        cmp    rdi,rax
      72 f3           jb     10
      0f ae f8        sfence
      c3              ret
      """;

  /** fence(): orders what was flushed, and non-temporal stores, before later stores. */
  private static final String FENCE_CODE =
      """
      0f ae f8        sfence
      c3              ret
      """;

  /**
   * copyAndFence(rdi = target, rsi = source, rdx = length), and 16 bytes on copy with the same
   * parameters: whole lines of the target by non-temporal stores, what is left at both ends by
   * ordinary stores and write-back. If target and length are multiples of eight all stores are of
   * eight bytes or more.
   */
  private static final String COPY_CODE =
      """
      e8 0b 00 00 00           call   copy
      0f ae f8                 sfence
      c3                       ret
      0f 1f 80 00 00 00 00     nop    DWORD PTR [rax+0]
      48 85 d2                 test   rdx,rdx                        # 00: copy
      7e 60                    jle    65
      89 f9                    mov    ecx,edi
      f7 d9                    neg    ecx
      83 e1 3f                 and    ecx,63
      74 0f                    je     1d
      48 39 d1                 cmp    rcx,rdx
      48 0f 47 ca              cmova  rcx,rdx
      48 29 ca                 sub    rdx,rcx
      e8 49 00 00 00           call   66
      48 89 d1                 mov    rcx,rdx                        # 1d: whole lines
      83 e2 3f                 and    edx,63
      48 83 e1 c0              and    rcx,-64
      74 36                    je     5f
      48 01 f1                 add    rcx,rsi
      f3 0f 6f 06              movdqu xmm0,XMMWORD PTR [rsi]         # 2c:
      f3 0f 6f 4e 10           movdqu xmm1,XMMWORD PTR [rsi+16]
      f3 0f 6f 56 20           movdqu xmm2,XMMWORD PTR [rsi+32]
      f3 0f 6f 5e 30           movdqu xmm3,XMMWORD PTR [rsi+48]
      66 0f e7 07              movntdq XMMWORD PTR [rdi],xmm0
      66 0f e7 4f 10           movntdq XMMWORD PTR [rdi+16],xmm1
      66 0f e7 57 20           movntdq XMMWORD PTR [rdi+32],xmm2
      66 0f e7 5f 30           movntdq XMMWORD PTR [rdi+48],xmm3
      48 83 c6 40              add    rsi,64
      48 83 c7 40              add    rdi,64
      48 39 ce                 cmp    rsi,rcx
      75 cd                    jne    2c
      89 d1                    mov    ecx,edx                        # 5f: what is left
      85 c9                    test   ecx,ecx
      75 01                    jne    66
      c3                       ret                                   # 65:
      48 89 f8                 mov    rax,rdi                        # 66: less than a line
      41 89 c8                 mov    r8d,ecx
      41 83 e0 07              and    r8d,7
      c1 e9 03                 shr    ecx,3
      74 12                    je     87
      4c 8b 0e                 mov    r9,QWORD PTR [rsi]             # 75: eight bytes
      4c 89 0f                 mov    QWORD PTR [rdi],r9
      48 83 c6 08              add    rsi,8
      48 83 c7 08              add    rdi,8
      ff c9                    dec    ecx
      75 ee                    jne    75
      45 85 c0                 test   r8d,r8d                        # 87:
      74 12                    je     9e
      44 0f b6 0e              movzx  r9d,BYTE PTR [rsi]             # 8c: one byte
      44 88 0f                 mov    BYTE PTR [rdi],r9b
      48 ff c6                 inc    rsi
      48 ff c7                 inc    rdi
      41 ff c8                 dec    r8d
      75 ee                    jne    8c
      V                        clwb   BYTE PTR [rax]                 # 9e:
      c3                       ret
      """;

  private X86Code() {}

  /**
   * Assembles the code.
   *
   * @param writeBack what writes a line back
   * @param invalidate what writes a line back and drops it from the caches: CLFLUSHOPT or CLFLUSH
   */
  static byte[] assemble(Instruction writeBack, Instruction invalidate) {
    byte[] code = new byte[MachineCode.CAPACITY_BYTES];
    put(code, FLUSH, FLUSH_CODE, writeBack);
    put(code, PERSIST, PERSIST_CODE, writeBack);
    put(code, FENCE, FENCE_CODE, writeBack);
    put(code, INVALIDATE, FLUSH_CODE, invalidate);
    put(code, COPY_AND_FENCE, COPY_CODE, writeBack);
    return code;
  }

  private static void put(byte[] code, int offset, String listing, Instruction instruction) {
    byte[] bytes = MachineCode.bytes(line -> replace(line, instruction), listing);
    System.arraycopy(bytes, 0, code, offset, bytes.length);
  }

  private static String replace(String bytes, Instruction instruction) {
    return switch (bytes) {
      case "W" ->
          switch (instruction) {
            case CLWB -> "66 0f ae 37";
            case CLFLUSHOPT -> "66 0f ae 3f";
            case CLFLUSH -> "0f ae 3f 90"; // and a nop: the jumps stay
            case DC_CVAP, DC_CVAC, NONE -> throw foreign(instruction);
          };
      case "V" ->
          switch (instruction) {
            case CLWB -> "66 0f ae 30";
            case CLFLUSHOPT -> "66 0f ae 38";
            case CLFLUSH -> "0f ae 38 90";
            case DC_CVAP, DC_CVAC, NONE -> throw foreign(instruction);
          };
      default -> bytes;
    };
  }

  private static IllegalArgumentException foreign(Instruction instruction) {
    return new IllegalArgumentException("instruction=" + instruction + " is not of x86-64");
  }
}
