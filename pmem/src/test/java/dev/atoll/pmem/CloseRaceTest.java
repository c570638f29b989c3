/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static dev.atoll.pmem.PmemOption.PRETEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Closing while others flush, store and copy ends with exceptions, never with a crash. */
class CloseRaceTest {
  private static final long SIZE = 1 << 20;
  private static final int ROUNDS = 160;
  private static final int WORKERS = 4;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private interface Use {
    void of(PmemMapping mapping, MemorySegment source);
  }

  private static final List<Use> USES =
      List.of(
          (mapping, source) -> {
            mapping.segment().set(ValueLayout.JAVA_LONG, 8, 1);
            mapping.persist(0, 64);
          },
          (mapping, source) -> mapping.copyPersist(source, 4096),
          (mapping, source) -> mapping.commitLong(0, 1),
          (mapping, source) -> {
            mapping.flush(0, SIZE);
            mapping.fence();
          });

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsWithIllegalStateAndNothingElse(boolean isPretending) throws Exception {
    PmemOption[] options =
        isPretending ? new PmemOption[] {CREATE, PRETEND} : new PmemOption[] {CREATE};
    ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    AtomicReference<PmemMapping> current = new AtomicReference<>();
    AtomicBoolean isOver = new AtomicBoolean();
    Phaser turn = new Phaser(WORKERS + 1);
    try (PmemFile file = PmemFile.open(directory.resolve("file"), SIZE, options);
        Arena arena = Arena.ofShared()) {
      MemorySegment source = arena.allocate(SIZE / 2);
      List<Thread> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        Use use = USES.get(i);
        workers.add(
            Thread.ofPlatform()
                .start(() -> {
                  while (!isOver.get()) {
                    turn.arriveAndAwaitAdvance();
                    useUntilClosed(current.get(), source, use, surprises);
                    turn.arriveAndAwaitAdvance();
                  }
                }));
      }
      for (int round = 0; round < (isPretending ? ROUNDS : ROUNDS / 8); round++) {
        PmemMapping mapping = file.map();
        current.set(mapping);
        turn.arriveAndAwaitAdvance();
        for (int spin = 0; spin < round * 10; spin++) {
          Thread.onSpinWait();
        }
        mapping.close();
        isOver.set(round + 1 == (isPretending ? ROUNDS : ROUNDS / 8));
        turn.arriveAndAwaitAdvance();
      }
      for (Thread worker : workers) {
        worker.join();
      }
    }
    assertThat(surprises).isEmpty();
  }

  private static void useUntilClosed(
      PmemMapping mapping,
      MemorySegment source,
      Use use,
      ConcurrentLinkedQueue<Throwable> surprises) {
    try {
      while (true) {
        use.of(mapping, source);
      }
    } catch (IllegalStateException e) {
      // Closed, as promised.
      assertThat(mapping.isOpen()).isFalse();
    } catch (Throwable t) {
      surprises.add(t);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void letsManyThreadsAndMappingsPersistTheirOwnLines(boolean isPretending) throws Exception {
    PmemOption[] options =
        isPretending ? new PmemOption[] {CREATE, PRETEND} : new PmemOption[] {CREATE};
    Path path = directory.resolve("file");
    int threads = 8;
    int stores = isPretending ? 20_000 : 200;
    ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    try (PmemFile file = PmemFile.open(path, SIZE, options);
        PmemMapping one = file.map();
        PmemMapping two = file.map()) {
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> workers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        long line = i * 64L;
        PmemMapping mapping = i % 2 == 0 ? one : two;
        workers.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    start.await();
                    for (int value = 1; value <= stores; value++) {
                      mapping.commitLong(line, value);
                      mapping.persist(line, 8);
                    }
                  } catch (Throwable t) {
                    surprises.add(t);
                  }
                }));
      }
      start.countDown();
      for (Thread worker : workers) {
        worker.join();
      }
      assertThat(surprises).isEmpty();
      for (int i = 0; i < threads; i++) {
        assertThat(one.segment().get(ValueLayout.JAVA_LONG, i * 64L)).isEqualTo(stores);
      }
    }
    assertThat(Files.readAllBytes(path)[64 * (threads - 1) + 1]).isEqualTo((byte) (stores >> 8));
  }

  /**
   * A flush that close overtakes may have missed the file's pages, so it must not claim success.
   */
  @Test
  void claimsNoSuccessForAFlushThatCloseOvertook() {
    PosixTwin twin = PosixTwin.quiet();
    AtomicReference<PmemMapping> mapping = new AtomicReference<>();
    twin.on(
        "msync",
        (arguments, call) -> {
          mapping.get().close();
          return call.make(arguments);
        });
    try (PmemFile file = PmemFile.open(twin.posix(), directory.resolve("file"), SIZE, CREATE)) {
      mapping.set(file.map());
      assertThatIllegalStateException()
          .isThrownBy(() -> mapping.get().persist(0, 8))
          .withMessageContaining("closed");
    }
  }

  /**
   * What other threads can do while one has read the descriptor's number and not made its call yet:
   * close the file, and open another that gets the number.
   */
  @Test
  void mapsNoOtherFileThatGotTheNumber() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[4096]);
    Path stranger = Files.write(directory.resolve("stranger"), new byte[4096]);
    AtomicReference<PmemFile> file = new AtomicReference<>();
    List<Descriptor> opened = new ArrayList<>();
    PosixTwin twin = PosixTwin.quiet();
    twin.on(
        "duplicate",
        (arguments, call) -> {
          Descriptor named = (Descriptor) arguments[0];
          int number = named.number();
          file.get().close();
          int last;
          do {
            opened.add(Posix.system().open(stranger, FileCalls.O_RDWR, 0));
            last = opened.getLast().number();
          } while (last < number);
          assertThat(last).isEqualTo(number);
          return Posix.system().duplicate(opened.getLast());
        });
    try (PmemFile other = PmemFile.open(path)) {
      file.set(PmemFile.open(twin.posix(), path));
      assertThatIllegalStateException()
          .isThrownBy(() -> file.get().map().close())
          .withMessageContaining(path.toString());
      assertThat(other.isOpen()).isTrue();
    } finally {
      opened.forEach(Descriptor::close);
    }
  }

  @Test
  void closesNoFileUnderAMappingThatIsBeingMade() {
    AtomicReference<PmemFile> file = new AtomicReference<>();
    AtomicReference<Thread> closer = new AtomicReference<>();
    PosixTwin twin = PosixTwin.quiet();
    twin.on(
        "duplicate",
        (arguments, call) -> {
          closer.set(Thread.ofPlatform().start(file.get()::close));
          while (closer.get().getState() != Thread.State.BLOCKED && closer.get().isAlive()) {
            Thread.onSpinWait();
          }
          assertThat(file.get().isOpen()).isTrue();
          return call.make(arguments);
        });
    file.set(PmemFile.open(twin.posix(), directory.resolve("file"), SIZE, CREATE));
    try (PmemMapping mapping = file.get().map()) {
      mapping.persist(0, 8);
      closer.get().join();
      assertThat(file.get().isOpen()).isFalse();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
