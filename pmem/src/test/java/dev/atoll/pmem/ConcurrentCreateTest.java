/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one opening does to a file never costs another one its bytes, whichever of them fails. */
class ConcurrentCreateTest {
  private static final long MIB = 1 << 20;
  private static final long WORD = 42;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Site.install(null);
    Leftovers.assertNone(directory);
  }

  private Path path() {
    return directory.resolve("file");
  }

  private static void onceAt(String site, Runnable action) {
    AtomicBoolean isDone = new AtomicBoolean();
    Site.install(reached -> {
      if (reached.equals(site) && isDone.compareAndSet(false, true)) {
        action.run();
      }
    });
  }

  private void persistWordAt(Posix posix, long offset) {
    try (PmemFile file = PmemFile.open(posix, path(), 2 * MIB, CREATE);
        PmemMapping mapping = file.map()) {
      mapping.commitLong(offset, WORD);
      mapping.persist(offset, 8);
    }
  }

  private void assertWordAt(long offset) {
    try (PmemFile file = PmemFile.open(path());
        PmemMapping mapping = file.map(MapMode.READ_ONLY)) {
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, offset)).isEqualTo(WORD);
    }
  }

  @Test
  void keepsWhatAnotherAddedWhenExtendingFails() throws IOException {
    Files.write(path(), new byte[(int) MIB]);
    onceAt("pmem.opened", () -> persistWordAt(Posix.system(), MIB + 4096));
    Posix full = failingOnOwnThread("fallocate", Errno.ENOSPC);
    assertThatThrownBy(() -> PmemFile.open(full, path(), 64 * MIB, CREATE))
        .hasMessageContaining("ENOSPC");
    assertWordAt(MIB + 4096);
  }

  @Test
  void writesNoZerosOverWhatAnotherAdded() throws IOException {
    Files.write(path(), new byte[(int) MIB]);
    onceAt("pmem.opened", () -> persistWordAt(Posix.system(), MIB + 4096));
    Posix simple = failingOnOwnThread("fallocate", Errno.EOPNOTSUPP);
    PmemFile.open(simple, path(), 3 * MIB, CREATE).close();
    assertThat(Files.size(path())).isEqualTo(3 * MIB);
    assertWordAt(MIB + 4096);
  }

  @Test
  void writesNoZerosOverWhatAProgramWithoutTheLockAppended() throws IOException {
    Files.write(path(), new byte[(int) MIB]);
    onceAt("pmem.widened", this::appendWord);
    Posix simple = failingOnOwnThread("fallocate", Errno.EOPNOTSUPP);
    PmemFile.open(simple, path(), 3 * MIB, CREATE).close();
    assertWordAt(2 * MIB - 8);
  }

  private void appendWord() {
    try (Descriptor file = Posix.system().open(path(), FileCalls.O_RDWR, 0);
        Arena arena = Arena.ofConfined()) {
      long written =
          Posix.system().pwrite(file, arena.allocateFrom(ValueLayout.JAVA_LONG, WORD), 2 * MIB - 8);
      assertThat(written).isEqualTo(8);
    }
  }

  @Test
  void keepsAFileThatAnotherFilledBeforeItsCreatorFailed() {
    onceAt("pmem.created", () -> persistWordAt(Posix.system(), 0));
    Posix failing = failingOnOwnThread("fsync", Errno.EIO);
    assertThatThrownBy(() -> PmemFile.open(failing, path(), MIB, CREATE))
        .hasMessageContaining("EIO");
    assertWordAt(0);
  }

  /** The second opening waits until the creator has deleted its file, and makes its own. */
  @Test
  void waitsForACreatorAndCreatesAnewWhenThatFails() throws Exception {
    CountDownLatch isWaiting = new CountDownLatch(1);
    CompletableFuture<Void> second = new CompletableFuture<>();
    onceAt(
        "pmem.reserved",
        () -> {
          Thread.ofPlatform().start(() -> persistWaiting(isWaiting, second));
          await(isWaiting);
        });
    Posix failing = failingOnOwnThread("fsync", Errno.EIO);
    assertThatThrownBy(() -> PmemFile.open(failing, path(), MIB, CREATE))
        .hasMessageContaining("EIO");
    second.get(20, TimeUnit.SECONDS);
    assertWordAt(0);
  }

  /** The second opening waits until the first has put the size back, and then extends. */
  @Test
  void waitsForAnExtensionThatFails() throws Exception {
    Files.write(path(), new byte[(int) MIB]);
    CountDownLatch isWaiting = new CountDownLatch(1);
    CompletableFuture<Void> second = new CompletableFuture<>();
    onceAt(
        "pmem.extended",
        () -> {
          Thread.ofPlatform().start(() -> persistWaiting(isWaiting, second));
          await(isWaiting);
        });
    Posix failing = failingOnOwnThread("fsync", Errno.EIO);
    assertThatThrownBy(() -> PmemFile.open(failing, path(), 2 * MIB, CREATE))
        .hasMessageContaining("EIO");
    second.get(20, TimeUnit.SECONDS);
    assertWordAt(0);
    assertThat(Files.size(path())).isEqualTo(2 * MIB);
  }

  private void persistWaiting(CountDownLatch isWaiting, CompletableFuture<Void> done) {
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "tryLock",
                (arguments, call) -> {
                  Object isTaken = call.make(arguments);
                  if (Boolean.FALSE.equals(isTaken)) {
                    isWaiting.countDown();
                  }
                  return isTaken;
                });
    try {
      persistWordAt(twin.posix(), 0);
      done.complete(null);
    } catch (Throwable t) {
      done.completeExceptionally(t);
    } finally {
      isWaiting.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void putsTheSizeBackWhenMakingItDurableFails() throws IOException {
    Files.write(path(), new byte[100]);
    Posix failing = FaultyPosix.wrap(Posix.system(), FaultPlan.once("fsync", 1, Errno.EIO));
    assertThatThrownBy(() -> PmemFile.open(failing, path(), MIB, CREATE))
        .hasMessageContaining("EIO");
    assertThat(Files.size(path())).isEqualTo(100);
  }

  @Test
  void deletesNoFileThatWasMovedToTheName() throws IOException {
    Path other = Files.writeString(directory.resolve("other"), "precious");
    onceAt("pmem.created", () -> moveOver(other));
    Posix failing = FaultyPosix.wrap(Posix.system(), FaultPlan.once("statx", 2, Errno.ENOMEM));
    assertThatThrownBy(() -> PmemFile.open(failing, path(), 4096, CREATE))
        .hasMessageContaining("ENOMEM");
    assertThat(Files.readString(path())).startsWith("precious");
  }

  /** While the descriptor is open its inode is its own, so the comparison can't be fooled. */
  @Test
  void looksWhatTheNameStandsForBeforeClosingTheDescriptor() {
    AtomicBoolean isClosed = new AtomicBoolean();
    PosixTwin twin = PosixTwin.quiet().failing("fsync", Errno.EIO);
    twin.on(
        "close",
        (arguments, call) -> {
          isClosed.compareAndSet(false, arguments[1].equals(path().toString()));
          assertThat(Files.exists(path()) && isClosed.get()).isFalse();
          return call.make(arguments);
        });
    assertThatThrownBy(() -> PmemFile.open(twin.posix(), path(), 4096, CREATE))
        .hasMessageContaining("EIO")
        .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
    assertThat(path()).doesNotExist();
  }

  private void moveOver(Path other) {
    try {
      Files.move(other, path(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesWithTheReasonWhenTheLockIsHeldForLong() throws IOException {
    Files.write(path(), new byte[100]);
    AtomicLong now = new AtomicLong();
    PosixTwin twin = PosixTwin.quiet().on("tryLock", (arguments, call) -> false);
    Host host =
        new Host(
            twin.posix(),
            new Sysfs(Path.of("/nonexistent")),
            null,
            () -> now.addAndGet(TimeUnit.SECONDS.toNanos(10)));
    assertThatThrownBy(() -> PmemFile.open(host, OpenPlan.sized(path(), MIB, CREATE)))
        .asInstanceOf(InstanceOfAssertFactories.type(ErrnoException.class))
        .satisfies(e -> {
          assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
          assertThat(e).hasMessageContaining(path().toString()).hasMessageContaining("lslocks");
        });
    assertThat(Files.size(path())).isEqualTo(100);
  }

  @Test
  void holdsNoLockWhileAFileIsOpen() {
    try (PmemFile file = PmemFile.open(path(), MIB, CREATE);
        PmemMapping mapping = file.map();
        Descriptor other = Posix.system().open(path(), FileCalls.O_RDWR, 0)) {
      assertThat(mapping.isOpen()).isTrue();
      assertThat(Posix.system().tryLock(other)).isTrue();
    }
  }

  /** Fails a call on files of the directory, on the thread of the test alone. */
  private Posix failingOnOwnThread(String name, Errno errno) {
    Thread own = Thread.currentThread();
    return PosixTwin.quiet()
        .on(
            name,
            (arguments, call) -> {
              boolean isOurs = arguments[0].toString().contains(directory.toString());
              if (isOurs && own.equals(Thread.currentThread())) {
                throw new ErrnoException(name, errno.number(), path().toString());
              }
              return call.make(arguments);
            })
        .posix();
  }
}
