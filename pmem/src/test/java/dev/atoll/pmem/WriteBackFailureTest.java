/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static dev.atoll.pmem.PmemOption.PRETEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A write-back that failed is never followed by one that claims success. */
class WriteBackFailureTest {
  private static final long SIZE = 16 << 10;
  private static final Executor OWN_THREAD = task -> Thread.ofPlatform().start(task);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private Path path() {
    return directory.resolve("file");
  }

  private static void assertRefused(Runnable call, Errno first) {
    assertThatThrownBy(call::run)
        .asInstanceOf(InstanceOfAssertFactories.type(ErrnoException.class))
        .satisfies(e -> {
          assertThat(e.errno()).isEqualTo(first);
          assertThat(e).hasMessageContaining("earlier write-back");
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"EIO", "ENOSPC", "EDQUOT", "ENOMEM", "EBUSY", "EINVAL", "EINTR"})
  void refusesEveryLaterFlushOfAnyMappingOfTheFile(Errno errno) {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), path(), SIZE, CREATE);
        PmemFile again = PmemFile.open(path(), PRETEND);
        PmemMapping mapping = file.map();
        PmemMapping sibling = file.map(MapMode.SHARED, 4096, 4096);
        PmemMapping stranger = again.map()) {
      twin.failing("msync", errno);
      assertThatThrownBy(() -> mapping.persist(0, 8)).hasMessageContaining(errno.name());
      // The kernel would say that all is well from now on.
      twin.honest("msync");
      MemorySegment source = MemorySegment.ofArray(new byte[8]);
      for (PmemMapping each : List.of(mapping, sibling, stranger)) {
        assertRefused(() -> each.persist(0, 8), errno);
        assertRefused(() -> each.persist(0, 0), errno);
        assertRefused(() -> each.flush(0, 8), errno);
        assertRefused(each::fence, errno);
        assertRefused(each::drain, errno);
        assertRefused(() -> each.sync(0, 8), errno);
        assertRefused(() -> each.deepPersist(0, 8), errno);
        assertRefused(() -> each.copyPersist(source, 0), errno);
      }
      twin.failing("msync", Errno.EIO);
      assertThat(mapping.control().failedErrno()).isEqualTo(errno.number());
      assertThat(stranger.control()).isSameAs(mapping.control());
      try (PmemMapping later = file.map()) {
        assertRefused(() -> later.persist(0, 8), errno);
        assertThat(later.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
      }
    }
  }

  @Test
  void startsAfreshWhenAllAreClosedAndTheFileIsOpenedAnew() {
    PosixTwin twin = PosixTwin.quiet().failing("msync", Errno.EIO);
    PmemFile file = PmemFile.open(twin.posix(), path(), SIZE, CREATE);
    PmemMapping mapping = file.map();
    assertThatThrownBy(() -> mapping.persist(0, 8)).isInstanceOf(ErrnoException.class);
    mapping.close();
    try (PmemMapping early = file.map()) {
      assertRefused(() -> early.persist(0, 8), Errno.EIO);
    }
    file.close();
    try (PmemFile anew = PmemFile.open(path());
        PmemMapping healthy = anew.map()) {
      healthy.persist(0, 8);
    }
  }

  @Test
  void leavesOtherFilesAlone() {
    PosixTwin twin = PosixTwin.quiet().failing("msync", Errno.EIO);
    try (PmemFile file = PmemFile.open(twin.posix(), path(), SIZE, CREATE);
        PmemFile other = PmemFile.open(directory.resolve("other"), SIZE, CREATE);
        PmemMapping mapping = file.map();
        PmemMapping bystander = other.map()) {
      assertThatThrownBy(() -> mapping.persist(0, 8)).isInstanceOf(ErrnoException.class);
      bystander.persist(0, 8);
    }
  }

  /**
   * The kernel hands a failure to one of two threads and tells the other that all is well. Here the
   * first thread has got the failure but not marked it yet when the second one's call returns.
   */
  @Test
  void claimsNoSuccessWhileAnotherThreadHoldsTheFailure() throws Exception {
    CountDownLatch firstHasFailure = new CountDownLatch(1);
    CountDownLatch secondReturned = new CountDownLatch(1);
    AtomicReference<Thread> second = new AtomicReference<>();
    AtomicInteger visits = new AtomicInteger();
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "msync",
                (arguments, call) -> {
                  if (visits.incrementAndGet() == 1) {
                    firstHasFailure.countDown();
                    assertThat(secondReturned.await(20, TimeUnit.SECONDS)).isTrue();
                    awaitIdle(second.get());
                    return -Errno.EIO.number();
                  }
                  second.set(Thread.currentThread());
                  secondReturned.countDown();
                  return 0;
                });
    try (PmemFile file = PmemFile.open(twin.posix(), path(), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      CompletableFuture<Void> first =
          CompletableFuture.runAsync(() -> mapping.persist(0, 8), OWN_THREAD);
      assertThat(firstHasFailure.await(20, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> claim =
          CompletableFuture.runAsync(() -> mapping.persist(4096, 8), OWN_THREAD);
      assertThatThrownBy(() -> claim.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join())
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("earlier write-back");
      assertThatThrownBy(first::join).hasMessageContaining("EIO");
    }
  }

  /** Waits until a thread waits: for the first one's call to end, or, its claim made, for work. */
  private static void awaitIdle(Thread thread) {
    long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
    while (thread.getState() == Thread.State.RUNNABLE && System.nanoTime() < deadlineNanos) {
      Thread.onSpinWait();
    }
  }

  /** A device that is slow for one file must not hold up the flushes of others. */
  @Test
  void flushesWhileAnotherFileIsBeingOpenedOrClosed() throws Exception {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(path(), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      for (String call : List.of("memfd", "munmap")) {
        twin.on(
            call,
            (arguments, real) -> {
              CompletableFuture.runAsync(() -> mapping.persist(0, 8), OWN_THREAD)
                  .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
              return real.make(arguments);
            });
      }
      PmemFile.open(twin.posix(), directory.resolve("other"), SIZE, CREATE).close();
      assertThat(twin.calls("memfd")).isOne();
      // The addresses are given back later, by whichever test closes a mapping then.
      twin.honest("memfd").honest("munmap");
    }
  }
}
