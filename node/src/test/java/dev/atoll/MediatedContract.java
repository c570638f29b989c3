/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.pmem.PmemOption;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.rsm.SignalOutcome;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.Seeds;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes through the device: grants that a descriptor can't hold, and mediated exports. */
abstract class MediatedContract extends ContractFixture {
  private static final int MEDIATED_ID = ID + 1;

  /** More than all lanes of a session hold together. */
  private static final long LARGE = 4 << 20;

  private ImportSegment writeOnly() {
    export.publish(ID);
    return connect(Permission.WRITE);
  }

  private ImportSegment connectMediated(Permission permission) {
    return importer.controller("loopback").connect(importer.nodeId(), MEDIATED_ID, permission);
  }

  private ExportSegment exportMediated(SharedMemory region) {
    ExportSegment made = exporter.controller("loopback").export(region, ExportOption.MEDIATED);
    made.publish(MEDIATED_ID);
    return made;
  }

  private static MemorySegment randomBytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return MemorySegment.ofArray(bytes);
  }

  @Test
  void aWriteOnlyConnectionPutsAndDoesNotGet() {
    try (ImportSegment segment = writeOnly()) {
      segment.put(4094, bytes("hello"));

      assertThat(read(memory.segment(), 4094, 5)).isEqualTo("hello");
      assertThat(segment.isMediated()).isTrue();
      assertRefused(RsmError.PERM_DENIED, () -> segment.get(0, bytes("x")));
      assertRefused(RsmError.MAP_FAILED, () -> segment.map(0, 4096, Permission.WRITE));
      assertRefused(RsmError.BAD_PERMS, () -> segment.map(0, 4096, Permission.READ));
    }
  }

  @Test
  void aMediatedExportIsReadAndWrittenAndNeverMapped() {
    try (ExportSegment mediated = exportMediated(memory);
        ImportSegment segment = connectMediated(Permission.READ_WRITE)) {
      segment.put(100, bytes("there"));
      assertThat(read(memory.segment(), 100, 5)).isEqualTo("there");

      MemorySegment.copy(bytes("and back"), 0, memory.segment(), 200, 8);
      byte[] back = new byte[8];
      segment.get(200, MemorySegment.ofArray(back));
      assertThat(new String(back, StandardCharsets.UTF_8)).isEqualTo("and back");
      assertRefused(RsmError.MAP_FAILED, () -> segment.map(0, 4096, Permission.READ));
      assertThat(mediated.region()).isSameAs(memory);
    }
  }

  @Test
  void aReaderOfAMediatedExportDoesNotPut() {
    try (ExportSegment mediated = exportMediated(memory);
        ImportSegment segment = connectMediated(Permission.READ)) {
      segment.get(0, MemorySegment.ofArray(new byte[10]));
      assertRefused(RsmError.PERM_DENIED, () -> segment.put(0, bytes("x")));
      mediated.unpublish();
    }
  }

  @Test
  void anImportWithoutRightsSignalsAndMovesNothing() throws InterruptedException {
    try (ExportSegment mediated = exportMediated(memory);
        ImportSegment segment = connectMediated(Permission.NONE)) {
      assertRefused(RsmError.PERM_DENIED, () -> segment.put(0, bytes("x")));
      assertRefused(RsmError.PERM_DENIED, () -> segment.get(0, bytes("x")));
      segment.signals().post();
      assertThat(mediated.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
    }
  }

  @Test
  void signalsArriveOnceTheRingsAreOpen() throws InterruptedException {
    try (ImportSegment segment = writeOnly()) {
      segment.put(0, bytes("x"));
      for (int i = 0; i < 1000; i++) {
        segment.signals().post();
      }
      for (int i = 0; i < 1000; i++) {
        assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      }
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.TIMED_OUT);
    }
  }

  @Test
  void aSignalPostedBeforeTheDisconnectArrives() throws InterruptedException {
    export.publish(ID);
    for (int i = 0; i < 200; i++) {
      ImportSegment segment = connect(Permission.WRITE);
      segment.put(0, bytes("x"));
      segment.signals().post();
      segment.disconnect();
      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
    }
  }

  @Test
  void movesMoreThanAllLanesHold() {
    try (SharedMemory large = exporter.allocate(LARGE);
        ExportSegment mediated = exportMediated(large);
        ImportSegment segment = connectMediated(Permission.READ_WRITE)) {
      MemorySegment sent = randomBytes(new SplittableRandom(1), (int) LARGE - 3);
      segment.put(3, sent);
      assertThat(large.segment().asSlice(3).mismatch(sent)).isEqualTo(-1);

      MemorySegment received = MemorySegment.ofArray(new byte[(int) LARGE - 3]);
      segment.get(3, received);
      assertThat(received.mismatch(sent)).isEqualTo(-1);
      assertThat(mediated.region()).isSameAs(large);
    }
  }

  @Test
  void randomTransfersAgreeWithAModel() {
    long seed = Seeds.of(MediatedContract.class);
    var random = new SplittableRandom(seed);
    byte[] model = new byte[(int) SIZE];
    try (ExportSegment mediated = exportMediated(memory);
        ImportSegment segment = connectMediated(Permission.READ_WRITE)) {
      for (int i = 0; i < 500; i++) {
        int length = random.nextInt(random.nextInt(4) == 0 ? 200_000 : 300);
        int offset = random.nextInt((int) SIZE - length + 1);
        if (random.nextBoolean()) {
          MemorySegment sent = randomBytes(random, length + 2);
          segment.put(offset, sent, 1, length);
          MemorySegment.copy(sent, 1, MemorySegment.ofArray(model), offset, length);
        } else {
          MemorySegment received = MemorySegment.ofArray(new byte[length + 2]);
          segment.get(offset, received, 1, length);
          assertThat(
                  MemorySegment.mismatch(
                      received,
                      1,
                      1 + length,
                      MemorySegment.ofArray(model),
                      offset,
                      offset + length))
              .as("seed=%d turn=%d", seed, i)
              .isEqualTo(-1);
        }
      }
      assertThat(memory.segment().mismatch(MemorySegment.ofArray(model))).isEqualTo(-1);
      assertThat(mediated.region()).isSameAs(memory);
    }
  }

  @Test
  void refusesWhatLiesOutsideAndTakesWhatEndsAtTheEnd() {
    try (ImportSegment segment = writeOnly()) {
      MemorySegment eight = MemorySegment.ofArray(new byte[8]);
      segment.put(SIZE - 8, eight);
      segment.put(SIZE, eight, 0, 0);
      segment.put(0, eight, 8, 0);
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(SIZE - 7, eight));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(-1, eight));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(Long.MAX_VALUE, eight));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.put(SIZE + 1, eight, 0, 0));
      assertThatThrownBy(() -> segment.put(0, eight, 1, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void eightThreadsAndManyVirtualOnesShareAnImport() throws Exception {
    try (ExportSegment mediated = exportMediated(memory);
        ImportSegment segment = connectMediated(Permission.READ_WRITE);
        ExecutorService platform = Executors.newFixedThreadPool(8);
        ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int own = i;
        all.add((i < 8 ? platform : virtual).submit(() -> storeAndCheck(segment, own)));
      }
      for (Future<?> each : all) {
        each.get(LONG.toSeconds(), TimeUnit.SECONDS);
      }
      assertThat(mediated.region()).isSameAs(memory);
    }
  }

  private static void storeAndCheck(ImportSegment segment, int own) {
    MemorySegment word = MemorySegment.ofArray(new byte[8]);
    MemorySegment back = MemorySegment.ofArray(new byte[8]);
    for (long i = 0; i < 50; i++) {
      word.set(JAVA_LONG_UNALIGNED, 0, own * 1000L + i);
      segment.put(own * 8L, word);
      segment.get(own * 8L, back);
      assertThat(back.mismatch(word)).isEqualTo(-1);
    }
  }

  @Test
  void aFileIsMovedByWorkersAndNeverMadeLonger(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("data.pmem");
    try (PmemFile file = PmemFile.open(path, 1 << 16, PmemOption.CREATE);
        PmemMapping mapping = file.map();
        ExportSegment made =
            exporter.controller("loopback").export(mapping, ExportOption.MEDIATED)) {
      made.publish(MEDIATED_ID);
      try (ImportSegment segment = connectMediated(Permission.READ_WRITE)) {
        segment.put(65_000, bytes("kept"));
        assertThat(read(mapping.segment(), 65_000, 4)).isEqualTo("kept");
        byte[] back = new byte[4];
        segment.get(65_000, MemorySegment.ofArray(back));
        assertThat(back).asString().isEqualTo("kept");

        try (FileChannel shorter = FileChannel.open(path, StandardOpenOption.WRITE)) {
          shorter.truncate(4096);
        }
        assertRefused(RsmError.BAD_ADDR, () -> segment.put(0, bytes("lost")));
        assertThat(Files.size(path)).isEqualTo(4096);
      }
    }
  }

  @Test
  void anUnpublishEndsTransfersAndNothingIsWrittenAfterIt() throws Exception {
    for (int round = 0; round < 20; round++) {
      ExportSegment mediated = exportMediated(memory);
      ImportSegment segment = connectMediated(Permission.WRITE);
      try (ExecutorService writers = Executors.newFixedThreadPool(3)) {
        var begun = new CountDownLatch(3);
        List<Future<RsmError>> ends = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          ends.add(writers.submit(() -> putUntilRefused(segment, begun)));
        }
        assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        mediated.unpublish();
        memory.segment().fill((byte) 7);
        for (Future<RsmError> end : ends) {
          assertThat(end.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(RsmError.CONN_ABORTED);
        }
      }
      for (long at = 0; at < SIZE; at++) {
        assertThat(memory.segment().get(JAVA_BYTE, at)).isEqualTo((byte) 7);
      }
      segment.close();
      mediated.close();
    }
  }

  private static RsmError putUntilRefused(ImportSegment segment, CountDownLatch begun) {
    MemorySegment many = MemorySegment.ofArray(new byte[300_000]);
    boolean isFirst = true;
    try {
      while (true) {
        segment.put(0, many);
        if (isFirst) {
          begun.countDown();
          isFirst = false;
        }
      }
    } catch (RsmException e) {
      return e.error();
    }
  }

  @Test
  void anInterruptedTransferEndsAndTheImportServesOthers() throws Exception {
    try (ExportSegment mediated = exportMediated(memory);
        ImportSegment segment = connectMediated(Permission.READ_WRITE)) {
      var isOver = new AtomicBoolean();
      var interrupted = new AtomicLong();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int own = i;
        threads.add(
            Thread.ofPlatform()
                .start(() -> putWhileInterrupted(segment, own, isOver, interrupted)));
      }
      for (int i = 0; i < 2000; i++) {
        threads.get(i % 4).interrupt();
        Thread.onSpinWait();
      }
      isOver.set(true);
      for (Thread each : threads) {
        each.join(LONG);
        assertThat(each.isAlive()).isFalse();
      }
      storeAndCheck(segment, 50);
      assertThat(mediated.region()).isSameAs(memory);
    }
  }

  private static void putWhileInterrupted(
      ImportSegment segment, int own, AtomicBoolean isOver, AtomicLong interrupted) {
    MemorySegment many = MemorySegment.ofArray(new byte[100_000]);
    while (!isOver.get()) {
      try {
        segment.put(own * 100_000L, many);
      } catch (RsmException e) {
        assertThat(e.error()).isEqualTo(RsmError.INTERRUPTED);
        interrupted.incrementAndGet();
      }
      var _ = Thread.interrupted();
    }
  }

  @Test
  void aDisconnectEndsTransfersOfOtherThreads() throws Exception {
    ImportSegment segment = writeOnly();
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      var begun = new CountDownLatch(1);
      Future<RsmError> end = writer.submit(() -> putUntilRefused(segment, begun));
      assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      segment.disconnect();
      assertThat(end.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(RsmError.BAD_SEG_HNDL);
    }
  }

  @Test
  void theEndOfTheNodeEndsTransfers() throws InterruptedException, ExecutionException {
    ImportSegment segment = writeOnly();
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      var begun = new CountDownLatch(1);
      Future<RsmError> end = writer.submit(() -> putUntilRefused(segment, begun));
      begun.await();
      importer.close();
      assertThat(end.get()).isIn(RsmError.BAD_SEG_HNDL, RsmError.CONN_ABORTED);
    }
  }

  @Test
  void transfersComeThroughAfterTheDeviceSlept() {
    try (ImportSegment segment = writeOnly()) {
      MemorySegment word = MemorySegment.ofArray(new byte[8]);
      for (long i = 1; i <= 300; i++) {
        word.set(JAVA_LONG_UNALIGNED, 0, i);
        segment.put(8, word);
        assertThat(memory.segment().get(JAVA_LONG_UNALIGNED, 8)).isEqualTo(i);
        // Long and short pauses about the time after which the device sleeps.
        long until = System.nanoTime() + i * 5_000;
        Conditions.await("a pause", LONG, () -> System.nanoTime() >= until);
      }
    }
  }
}
