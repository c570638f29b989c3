/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.posix.WriteBack.Instruction;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WriteBackTest {
  private static final HexFormat HEX = HexFormat.of();

  private final Posix posix = Posix.system();

  @BeforeEach
  void needsAProcessorWithWriteBack() {
    assumeTrue(WriteBack.isAvailable(), () -> WriteBack.unavailabilityCause().orElseThrow());
  }

  @Test
  void choosesTheLightestInstructionThatTheEnvironmentAllows() {
    var all = Set.of("clwb", "clflushopt", "clflush");
    assertThat(Stubs.choose(all, Map.of())).isEqualTo(Instruction.CLWB);
    assertThat(Stubs.choose(all, Map.of("PMEM_NO_CLWB", "1"))).isEqualTo(Instruction.CLFLUSHOPT);
    assertThat(Stubs.choose(all, Map.of("PMEM_NO_CLWB", "0"))).isEqualTo(Instruction.CLWB);
    assertThat(Stubs.choose(all, Map.of("PMEM_NO_CLWB", "1", "PMEM_NO_CLFLUSHOPT", "1")))
        .isEqualTo(Instruction.CLFLUSH);
    assertThat(Stubs.choose(Set.of(), Map.of())).isEqualTo(Instruction.NONE);
  }

  @Test
  void codeIsTheReviewedBytes() {
    byte[] code = X86Code.assemble(Instruction.CLWB, Instruction.CLFLUSHOPT);
    assertThat(bytes(code, X86Code.FLUSH, 30))
        .isEqualTo("4885f67e18488d04374883e7c00f1f00660fae374883c7404839c772f3c3" + "");
    assertThat(bytes(code, X86Code.PERSIST, 33))
        .isEqualTo("4885f67e1b488d04374883e7c00f1f00660fae374883c7404839c772f30faef8c3");
    assertThat(bytes(code, X86Code.INVALIDATE, 20))
        .isEqualTo("4885f67e18488d04374883e7c00f1f00660fae3f");
    byte[] old = X86Code.assemble(Instruction.CLFLUSH, Instruction.CLFLUSH);
    assertThat(bytes(old, X86Code.FLUSH, 30))
        .isEqualTo("4885f67e18488d04374883e7c00f1f000fae3f904883c7404839c772f3c3");
  }

  @Test
  void armCodeIsTheReviewedWords() {
    byte[] code = ArmCode.assemble(Instruction.DC_CVAP);
    assertThat(bytes(code, ArmCode.PERSIST, 40))
        .isEqualTo(
            "210100b4"
                + "0100018b"
                + "430400d1"
                + "0000238a"
                + "207c0bd5"
                + "0000028b"
                + "1f0001eb"
                + "a3ffff54"
                + "9f3f03d5"
                + "c0035fd6");
  }

  @Test
  void everyInstructionOfThisProcessorRuns() {
    ProcessorFeatures features = ProcessorFeatures.read();
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      for (var off :
          List.of(
              Map.<String, String>of(),
              Map.of("PMEM_NO_CLWB", "1"),
              Map.of("PMEM_NO_CLWB", "1", "PMEM_NO_CLFLUSHOPT", "1"))) {
        Stubs stubs = Stubs.install(posix, Architecture.current(), off);
        assertThat(stubs.instruction()).isEqualTo(Stubs.choose(features.flags(), off));
        run(stubs, memory);
      }
    }
  }

  private static void run(Stubs stubs, TestMemory memory) {
    try {
      stubs.flush().invokeExact(memory.address(), memory.length());
      stubs.fence().invokeExact();
      stubs.invalidate().invokeExact(memory.address(), memory.length());
      stubs.persist().invokeExact(memory.address(), memory.length());
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Test
  void worksUpToTheLastByteOfAMappingAndNotBeyond() {
    try (TestMemory memory = TestMemory.of(posix, 2)) {
      long end = memory.end();
      for (long length = 0; length <= 200; length++) {
        WriteBack.persist(end - length, length);
        WriteBack.flush(end - length, length);
        WriteBack.flushAndInvalidate(end - length, length);
        WriteBack.persist(memory.address(), length);
      }
      WriteBack.fence();
    }
  }

  @Test
  void emptyRangeTouchesNothing() {
    WriteBack.persist(0, 0);
    WriteBack.flush(1, 0);
    WriteBack.flushAndInvalidate(63, 0);
  }

  @Test
  void rangesLongerThanAPieceAreWorkedOnWhole() {
    try (TestMemory memory = TestMemory.of(posix, 300)) {
      memory.segment().fill((byte) 7);
      WriteBack.persist(memory.address(), memory.length());
      WriteBack.flush(memory.address() + 1, memory.length() - 1);
      WriteBack.flushAndInvalidate(memory.address() + 13, memory.length() - 13);
      WriteBack.fence();
      assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, memory.length() - 1))
          .isEqualTo((byte) 7);
    }
  }

  @Test
  void piecesStartOnLines() {
    assertThat(WriteBack.piece(0)).isEqualTo(WriteBack.PIECE_BYTES);
    assertThat(1 + WriteBack.piece(1)).isEqualTo(WriteBack.PIECE_BYTES);
  }

  @Test
  void noPageIsWritableAndExecutable() throws IOException {
    WriteBack.fence();
    long code = code();
    List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
    assertThat(maps.stream().filter(line -> holds(line, code)))
        .singleElement()
        .asString()
        .contains(" r-xp ");
  }

  @Test
  void refusesWithTheCauseWhereItCanNotBeInstalled() {
    MemoryCalls refusing = FaultyPosix.wrap(posix, FaultPlan.always("mprotect", Errno.EACCES));
    Stubs stubs = Stubs.install(refusing, Architecture.current(), Map.of());
    assertThat(stubs.instruction()).isEqualTo(Instruction.NONE);
    assertThat(stubs.cause()).contains("mprotect").contains("EACCES");
    assertThatThrownBy(() -> stubs.persist().invoke(0L, 64L))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("EACCES");
  }

  @Test
  void namesTheCauseOfAFailureThatNobodyExpected() {
    MemoryCalls odd =
        (MemoryCalls)
            Proxy.newProxyInstance(
                MemoryCalls.class.getClassLoader(),
                new Class<?>[] {MemoryCalls.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("odd " + method.getName());
                });
    Stubs stubs = Stubs.install(odd, Architecture.current(), Map.of());
    assertThat(stubs.cause()).contains("IllegalStateException: odd ");
    Stubs without =
        WriteBack.installed(() -> {
          throw new ExceptionInInitializerError(
              new UnsupportedOperationException("the C library has no function statx"));
        });
    assertThat(without.instruction()).isEqualTo(Instruction.NONE);
    assertThat(without.cause()).contains("no function statx");
  }

  private long code() {
    // A page of its own, to have an address to look for.
    return MachineCode.install(posix, X86Code.assemble(Instruction.CLFLUSH, Instruction.CLFLUSH));
  }

  private static boolean holds(String line, long address) {
    String[] range = line.substring(0, line.indexOf(' ')).split("-", 2);
    return Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
        && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
  }

  private static String bytes(byte[] code, int offset, int length) {
    return HEX.formatHex(Arrays.copyOfRange(code, offset, offset + length));
  }
}
