/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.BarrierMode;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.LocalMemory;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.rsm.ScatterGather;
import dev.atoll.rsm.SignalOutcome;
import dev.atoll.rsm.VectorFlag;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What scatter-gather transfers and local memory handles promise. */
abstract class VectorContract extends ContractFixture {
  private Controller loopback() {
    return importer.controller("loopback");
  }

  @Test
  void entriesOfAnyMemoryAndOfHandlesAreMixed() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        SharedMemory region = importer.allocate(8192);
        LocalMemory handle = loopback().localMemory(region);
        Arena arena = Arena.ofConfined()) {
      region.segment().asSlice(4096, 4).copyFrom(bytes("mid "));
      MemorySegment nativeMemory = arena.allocateFrom("__end");
      ScatterGather vector =
          new ScatterGather()
              .add(bytes("xfirst "), 1, 100, 6)
              .add(handle, 4096, 106, 4)
              .add(nativeMemory, 2, 110, 3)
              .with(VectorFlag.NO_ACCUMULATE);

      segment.putv(vector);

      assertThat(read(memory.segment(), 100, 13)).isEqualTo("first mid end");
      assertThat(vector.residualCount()).isZero();
      assertThat(vector.flags()).containsExactly(VectorFlag.NO_ACCUMULATE);

      byte[] heap = new byte[8];
      vector.clear();
      segment.getv(vector.add(MemorySegment.ofArray(heap), 1, 110, 3).add(handle, 8, 100, 5));
      assertThat(new String(heap, 1, 3, java.nio.charset.StandardCharsets.UTF_8)).isEqualTo("end");
      assertThat(read(region.segment(), 8, 5)).isEqualTo("first");
    }
  }

  @Test
  void refusesNoEntriesAndMoreThanSixteen() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      ScatterGather vector = new ScatterGather();
      assertRefused(RsmError.BAD_SGIO, () -> segment.putv(vector));
      assertRefused(RsmError.BAD_SGIO, () -> segment.getv(vector));
      for (int i = 0; i < 16; i++) {
        vector.add(bytes("" + (char) ('a' + i)), 0, i, 1);
      }
      assertRefused(RsmError.BAD_SGIO, () -> vector.add(bytes("q"), 0, 16, 1));
      assertThat(vector.count()).isEqualTo(16);
      segment.putv(vector);
      assertThat(read(memory.segment(), 0, 16)).isEqualTo("abcdefghijklmnop");
    }
  }

  @Test
  void theFirstBadEntryEndsTheTransferAndTheResidualCountTellsWhich() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      ScatterGather vector =
          new ScatterGather()
              .add(bytes("one"), 0, 0, 3)
              .add(bytes("two"), 0, SIZE - 2, 3)
              .add(bytes("three"), 0, 100, 5)
              .add(bytes("four"), 0, 200, 4)
              .with(VectorFlag.IMPLICIT_SIGNAL);

      assertThatThrownBy(() -> segment.putv(vector))
          .isInstanceOfSatisfying(
              RsmException.class, e -> assertThat(e.error()).isEqualTo(RsmError.BAD_OFFSET))
          .hasMessageContaining("rsm_memseg_import_putv")
          .hasMessageContaining("entry=1 residual=3");

      assertThat(vector.residualCount()).isEqualTo(3);
      assertThat(read(memory.segment(), 0, 3)).isEqualTo("one");
      assertThat(memory.segment().get(JAVA_BYTE, SIZE - 2)).isZero();
      assertThat(memory.segment().get(JAVA_BYTE, 100)).isZero();
      assertThat(vector.flags()).containsExactly(VectorFlag.IMPLICIT_SIGNAL);
    }
  }

  @Test
  void aSignalFollowsASuccessAndNoFailure() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      ScatterGather bad =
          new ScatterGather().add(bytes("x"), 0, -1, 1).with(VectorFlag.IMPLICIT_SIGNAL);
      assertRefused(RsmError.BAD_OFFSET, () -> segment.putv(bad));
      segment.putv(new ScatterGather().add(bytes("quiet"), 0, 0, 5));
      segment.putv(
          new ScatterGather().add(bytes("told"), 0, 0, 4).with(VectorFlag.IMPLICIT_SIGNAL));

      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(read(memory.segment(), 0, 5)).isEqualTo("toldt");
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.TIMED_OUT);
    }
  }

  @Test
  void theSignalAccumulatesUnlessToldOtherwise() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      ScatterGather once =
          new ScatterGather()
              .add(bytes("x"), 0, 0, 1)
              .with(VectorFlag.IMPLICIT_SIGNAL)
              .with(VectorFlag.NO_ACCUMULATE);
      segment.putv(once);
      segment.putv(once);
      awaitJudged();
      assertThat(export.signals().pending()).isEqualTo(1);
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);

      segment.putv(once);
      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);

      ScatterGather each =
          new ScatterGather().add(bytes("x"), 0, 0, 1).with(VectorFlag.IMPLICIT_SIGNAL);
      segment.putv(each);
      segment.putv(each);
      awaitJudged();
      assertThat(export.signals().pending()).isEqualTo(2);

      segment.putv(new ScatterGather().add(bytes("x"), 0, 0, 1).with(VectorFlag.NO_ACCUMULATE));
      awaitJudged();
      assertThat(export.signals().pending()).isEqualTo(2);
    }
  }

  /** A round trip: the device takes the requests of one session in order. */
  private void awaitJudged() {
    connect(Permission.NONE).close();
  }

  /** What a vector wrote into scratch memory has not worked, in explicit mode either. */
  @ParameterizedTest
  @EnumSource(BarrierMode.class)
  void aVectorThatReturnsHasHappenedAlsoWhileTheConnectionEnds(BarrierMode mode) throws Exception {
    MemorySegment first = MemorySegment.ofArray(new byte[(int) SIZE]).fill((byte) 1);
    MemorySegment last = MemorySegment.ofArray(new byte[(int) SIZE]).fill((byte) 2);
    for (int round = 0; round < 20; round++) {
      memory.segment().fill((byte) 0);
      export.publish(ID);
      try (ImportSegment segment = connect(Permission.READ_WRITE)) {
        segment.setMode(mode);
        ScatterGather vector = new ScatterGather().with(VectorFlag.IMPLICIT_SIGNAL);
        for (int i = 1; i < 16; i++) {
          vector.add(first, 0, 0, SIZE);
        }
        vector.add(last, 0, 0, SIZE);
        CompletableFuture<Boolean> running =
            CompletableFuture.supplyAsync(() -> isMoved(segment, vector));
        Conditions.await("a transfer", LONG, () -> memory.segment().get(JAVA_BYTE, 0) != 0);
        export.unpublish();

        boolean isMoved = running.get(20, TimeUnit.SECONDS);
        boolean isThere = memory.segment().mismatch(last) < 0;
        assertThat(isMoved && !isThere).as("it told of bytes that went nowhere").isFalse();
        assertThat(vector.residualCount() == 0 && !isThere).as("it counted them").isFalse();
      }
    }
  }

  private static boolean isMoved(ImportSegment segment, ScatterGather vector) {
    try {
      segment.putv(vector);
      return true;
    } catch (RsmException e) {
      assertThat(e.error()).isEqualTo(RsmError.CONN_ABORTED);
      return false;
    }
  }

  @Test
  void offsetsCountFromTheStartOfTheSegmentAlsoInAWindow() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(8192, 4096, Permission.READ_WRITE)) {
      segment.putv(new ScatterGather().add(bytes("here"), 0, 8192, 4));
      assertThat(read(pages.segment(), 0, 4)).isEqualTo("here");
      assertThat(read(memory.segment(), 8192, 4)).isEqualTo("here");
      assertRefused(
          RsmError.BAD_OFFSET, () -> segment.putv(new ScatterGather().add(bytes("here"), 0, 0, 4)));
    }
  }

  @Test
  void rightsAndBarriersCountForVectorsToo() {
    export.publish(ID);
    ScatterGather vector = new ScatterGather().add(bytes("x"), 0, 0, 1);
    try (ImportSegment segment = connect(Permission.READ)) {
      assertRefused(RsmError.PERM_DENIED, () -> segment.putv(vector));
      assertThat(vector.residualCount()).isEqualTo(1);
      segment.getv(vector);
    }
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.currentBarrier().orElseThrow().destroy();
      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.putv(vector));
      segment.setMode(BarrierMode.EXPLICIT);
      segment.putv(vector);
    }
  }

  @ParameterizedTest
  @EnumSource(BarrierMode.class)
  void aForcedDisconnectIsToldInBothModes(BarrierMode mode) {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      ScatterGather vector = new ScatterGather().add(bytes("x"), 0, 0, 1).add(bytes("y"), 0, 1, 1);
      segment.setMode(mode);
      segment.putv(vector);
      assertThat(vector.residualCount()).isZero();
      export.unpublish();
      assertRefused(RsmError.CONN_ABORTED, () -> segment.getv(vector));
      assertThat(vector.residualCount()).isEqualTo(2);
      assertRefused(RsmError.CONN_ABORTED, () -> segment.putv(vector));
      segment.disconnect();
      assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.putv(vector));
      assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.getv(new ScatterGather()));
    }
  }

  @Test
  void vectorsGoThroughTheDeviceWhereThereAreNoPages() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.WRITE)) {
      ScatterGather vector =
          new ScatterGather()
              .add(bytes("one"), 0, 0, 3)
              .add(bytes("two"), 0, 3, 3)
              .with(VectorFlag.IMPLICIT_SIGNAL);
      segment.putv(vector);
      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(read(memory.segment(), 0, 6)).isEqualTo("onetwo");
      assertRefused(RsmError.PERM_DENIED, () -> segment.getv(vector));
      assertThat(vector.residualCount()).isEqualTo(2);
    }
  }

  @Test
  void refusesLocalRangesOutsideTheMemory() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Arena arena = Arena.ofConfined()) {
      LocalMemory handle = loopback().localMemory(arena.allocate(4096, 4096));
      long[][] ranges = {{-1, 1}, {0, 4097}, {4096, 1}, {0, -1}, {Long.MAX_VALUE, 2}};
      for (long[] range : ranges) {
        ScatterGather vector =
            new ScatterGather().add(bytes("ok"), 0, 0, 2).add(handle, range[0], 0, range[1]);
        assertRefused(RsmError.BAD_ADDR, () -> segment.putv(vector));
        assertThat(vector.residualCount()).isEqualTo(1);
      }
      ScatterGather address = new ScatterGather().add(bytes("four"), 1, 0, 4);
      assertRefused(RsmError.BAD_ADDR, () -> segment.getv(address));
    }
  }

  @Test
  void aFreedHandleIsRefusedInATransfer() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Arena arena = Arena.ofConfined()) {
      LocalMemory handle = loopback().localMemory(arena.allocate(4096, 4096));
      ScatterGather vector = new ScatterGather().add(bytes("ok"), 0, 0, 2).add(handle, 0, 8, 8);
      segment.putv(vector);
      handle.free();
      assertRefused(RsmError.BAD_SGIO, () -> segment.putv(vector));
      assertThat(vector.residualCount()).isEqualTo(1);
    }
  }

  @Test
  void closedLocalMemoryIsRefused() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      ScatterGather byHandle = new ScatterGather();
      ScatterGather byAddress = new ScatterGather();
      try (Arena arena = Arena.ofShared()) {
        MemorySegment local = arena.allocate(4096, 4096);
        byHandle.add(loopback().localMemory(local), 0, 0, 8);
        byAddress.add(local, 0, 0, 8);
        segment.putv(byHandle);
      }
      assertRefused(RsmError.BAD_SGIO, () -> segment.putv(byHandle));
      assertRefused(RsmError.BAD_ADDR, () -> segment.getv(byAddress));
    }
  }

  @Test
  void refusesToPrepareWhatTheReferenceRefuses() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pages = arena.allocate(8192, 4096);
      assertRefused(RsmError.BAD_ADDR, () -> loopback().localMemory(pages.asSlice(8)));
      assertRefused(RsmError.BAD_ADDR, () -> loopback().localMemory(bytes("heap")));
      assertRefused(RsmError.BAD_LENGTH, () -> loopback().localMemory(pages.asSlice(4096, 0)));
      LocalMemory handle = loopback().localMemory(pages);
      assertThat(handle.size()).isEqualTo(8192);
      handle.free();
      assertRefused(RsmError.BAD_LOCALMEM_HNDL, handle::free);
      assertThatCode(handle::close).doesNotThrowAnyException();
    }
  }

  /**
   * Once free() has returned, the memory may go: a transfer that went on would kill the process.
   */
  @Test
  void freeingWaitsForRunningTransfers() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      for (int round = 0; round < 20; round++) {
        memory.segment().set(JAVA_LONG, 0, 0);
        try (Arena arena = Arena.ofShared()) {
          MemorySegment local = arena.allocate(SIZE, 4096).fill((byte) 1);
          LocalMemory handle = loopback().localMemory(local);
          CompletableFuture<RsmError> running =
              CompletableFuture.supplyAsync(() -> putUntilRefused(segment, handle));
          Conditions.await("a transfer", LONG, () -> memory.segment().get(JAVA_LONG, 0) != 0);
          handle.free();
          // Nobody copies any more: what is stored now can not arrive.
          local.fill((byte) 2);
          assertThat(running.get(20, TimeUnit.SECONDS)).isEqualTo(RsmError.BAD_SGIO);
          byte[] all = memory.segment().toArray(JAVA_BYTE);
          assertThat(all).doesNotContain((byte) 2);
        }
      }
    }
  }

  private static RsmError putUntilRefused(ImportSegment segment, LocalMemory handle) {
    ScatterGather vector = new ScatterGather().add(handle, 0, 0, SIZE);
    try {
      while (true) {
        segment.putv(vector);
      }
    } catch (RsmException e) {
      return e.error();
    }
  }
}
