/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import dev.atoll.posix.InterruptibleWait.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a signal does to calls. The signal is the one that java.nio uses to end blocking calls: its
 * handler does nothing and does not restart calls (signal(7)).
 */
@Timeout(60)
class SignalTest {
  private static final int NIO_SIGNAL = 62;
  private static final long LIMIT_NANOS = 20_000_000_000L;
  private static final long RESTS = 20_000;

  private final Posix posix = Posix.system();

  /** A thread inside a call, and what the call gave. */
  private record Caller<T>(int threadId, CompletableFuture<T> result) {}

  @BeforeEach
  void needsTheHandler() throws IOException {
    assumeTrue(Architecture.current() == Architecture.X86_64, "system call numbers of x86-64");
    // A blocking channel installs the handler.
    var any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    try (var listener = ServerSocketChannel.open().bind(any);
        var client = SocketChannel.open(listener.getLocalAddress())) {
      assertThat(client.isConnected()).isTrue();
    }
    String caught =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigCgt:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(caught.substring("SigCgt:".length()).trim(), 16);
    assumeTrue((mask >>> (NIO_SIGNAL - 1) & 1) == 1, "this JVM uses another signal");
  }

  private static <T> Caller<T> call(Supplier<T> work) throws Exception {
    var id = new CompletableFuture<Integer>();
    var result = new CompletableFuture<T>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          id.complete((int) Downcall.syscall("gettid", 186).call());
          try {
            result.complete(work.get());
          } catch (Throwable t) {
            result.completeExceptionally(t);
          }
        });
    return new Caller<>(id.get(10, TimeUnit.SECONDS), result);
  }

  private static void signal(Caller<?> caller) {
    long pid = ProcessHandle.current().pid();
    Downcall.syscall("tgkill", 234, INT, INT, INT).call(pid, caller.threadId(), NIO_SIGNAL);
    for (int i = 0; i < RESTS; i++) {
      Thread.onSpinWait();
    }
  }

  private static <T> T signalUntilDone(Caller<T> caller) throws Exception {
    long start = System.nanoTime();
    while (!caller.result().isDone() && System.nanoTime() - start < LIMIT_NANOS) {
      signal(caller);
    }
    return caller.result().get(1, TimeUnit.SECONDS);
  }

  @Test
  void endsPollEarly() throws Exception {
    try (Descriptor quiet = posix.eventfd(0)) {
      var set = new PollSet(1);
      set.add(quiet, WaitCalls.POLLIN);
      Caller<Integer> caller = call(() -> posix.poll(set, WaitCalls.FOREVER));
      assertThat(signalUntilDone(caller)).isEqualTo(-Errno.EINTR.number());
    }
  }

  @Test
  void endsEpollEarlyWithNoEvents() throws Exception {
    try (Descriptor poller = posix.epollCreate()) {
      var events = new PollEvents(1);
      Caller<Integer> caller = call(() -> posix.epollWait(poller, events, -1));
      assertThat(signalUntilDone(caller)).isZero();
    }
  }

  @Test
  void endsFutexWaitsEarly() throws Exception {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      MemorySegment word = memory.segment().asSlice(0, 4);
      Caller<Integer> one = call(() -> posix.futexWait(word, 0, WaitCalls.FOREVER));
      assertThat(signalUntilDone(one)).isEqualTo(-Errno.EINTR.number());
      MemorySegment other = memory.segment().asSlice(4, 4);
      Caller<Integer> either =
          call(() -> posix.futexWaitEither(word, 0, other, 0, WaitCalls.FOREVER));
      assertThat(signalUntilDone(either)).isIn(-Errno.EINTR.number(), -Errno.ENOSYS.number());
    }
  }

  @Test
  void doesNotEndInterruptibleWaits() throws Exception {
    try (InterruptibleWait waiter = new InterruptibleWait(posix)) {
      MemorySegment word = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
      Deadline never = Deadline.never(Clock.system());
      Caller<Outcome> caller = call(() -> waiter.awaitChange(word, 0, never));
      for (int i = 0; i < 50; i++) {
        signal(caller);
      }
      assertThat(caller.result().isDone()).isFalse();
      waiter.wake();
      assertThat(caller.result().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.WOKEN);
    }
  }

  @Test
  void makesOtherCallsStartAgain(@TempDir Path directory) throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    // Opening a pipe waits for the other side, fifo(7).
    Caller<Descriptor> caller = call(() -> posix.open(pipe, FileCalls.O_RDONLY, 0));
    for (int i = 0; i < 50; i++) {
      signal(caller);
    }
    assertThat(caller.result().isDone()).isFalse();
    Descriptor writer = posix.open(pipe, FileCalls.O_RDWR, 0);
    try (Descriptor reader = caller.result().get(10, TimeUnit.SECONDS)) {
      assertThat(reader.isOpen()).isTrue();
    } finally {
      writer.close();
    }
  }

  @Test
  void readsOfFilesSucceedUnderAStormOfSignals() throws Exception {
    Path self = Path.of(System.getProperty("java.home"), "lib", "modules");
    try (Descriptor file = posix.open(self, FileCalls.O_RDONLY, 0)) {
      Caller<Long> caller =
          call(() -> {
            try (Arena arena = Arena.ofConfined()) {
              MemorySegment buffer = arena.allocate(1 << 20);
              long total = 0;
              for (int i = 0; i < 200; i++) {
                total += posix.pread(file, buffer, (long) (i % 8) << 20);
              }
              return total;
            }
          });
      assertThat(signalUntilDone(caller)).isEqualTo(200L << 20);
      assertThat(Files.size(self)).isGreaterThan(8L << 20);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
