/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.WaitCalls.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitCallsTest {
  private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();
  private static final long MILLI = 1_000_000;

  private final Posix posix = Posix.system();

  @Test
  void eventfdCounts() {
    try (Descriptor event = posix.eventfd(0)) {
      assertThat(posix.eventfdTake(event)).isZero();
      assertThat(posix.eventfdAdd(event, 2)).isTrue();
      assertThat(posix.eventfdAdd(event, 3)).isTrue();
      assertThat(posix.eventfdTake(event)).isEqualTo(5);
      assertThat(posix.eventfdAdd(event, Long.MAX_VALUE)).isTrue();
      assertThat(posix.eventfdAdd(event, Long.MAX_VALUE - 1)).isTrue();
      assertThat(posix.eventfdAdd(event, Long.MAX_VALUE)).isFalse();
    }
  }

  @Test
  void epollTellsKeysAndEvents() {
    try (Descriptor poller = posix.epollCreate();
        Descriptor first = posix.eventfd(0);
        Descriptor second = posix.eventfd(1)) {
      var events = new PollEvents(4);
      assertThat(posix.epollWait(poller, events, 0)).isZero();
      posix.epollAdd(poller, first, POLLIN, 0x1122334455667788L);
      posix.epollAdd(poller, second, POLLIN | POLLOUT, -1);
      assertThat(posix.epollWait(poller, events, 1000)).isEqualTo(1);
      assertThat(events.key(0)).isEqualTo(-1);
      assertThat(events.events(0)).isEqualTo(POLLIN | POLLOUT);
      assertThat(posix.eventfdAdd(first, 1)).isTrue();
      posix.epollModify(poller, second, 0, 7);
      assertThat(posix.epollWait(poller, events, -1)).isEqualTo(1);
      assertThat(events.key(0)).isEqualTo(0x1122334455667788L);
      posix.epollModify(poller, second, POLLIN, 7);
      assertThat(posix.epollWait(poller, events, -1)).isEqualTo(2);
      assertThat(List.of(events.key(0), events.key(1)))
          .containsExactlyInAnyOrder(0x1122334455667788L, 7L);
      posix.epollRemove(poller, first);
      posix.epollRemove(poller, second);
      assertThat(posix.epollWait(poller, events, 0)).isZero();
      Expect.errno(Errno.ENOENT, () -> posix.epollRemove(poller, first));
      posix.epollAdd(poller, first, POLLIN, 1);
      Expect.errno(Errno.EEXIST, () -> posix.epollAdd(poller, first, POLLIN, 1));
    }
  }

  @Test
  void pollTellsWhatHappenedAndTimesOut() {
    try (Descriptor quiet = posix.eventfd(0);
        Descriptor loud = posix.eventfd(1)) {
      var set = new PollSet(2);
      assertThat(set.add(quiet, POLLIN)).isZero();
      long start = System.nanoTime();
      assertThat(posix.poll(set, 20 * MILLI)).isZero();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLI);
      assertThat(set.add(loud, POLLIN)).isEqualTo(1);
      assertThat(posix.poll(set, FOREVER)).isEqualTo(1);
      assertThat(set.happened(0)).isZero();
      assertThat(set.happened(1)).isEqualTo(POLLIN);
      assertThatThrownBy(() -> set.add(loud, POLLIN)).isInstanceOf(IllegalStateException.class);
      set.clear();
      assertThat(set.count()).isZero();
      assertThatThrownBy(() -> set.happened(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void futexWaitAnswersWithValues() {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      MemorySegment word = memory.segment().asSlice(0, 4);
      MemorySegment other = memory.segment().asSlice(64, 4);
      assertThat(posix.futexWait(word, 1, FOREVER)).isEqualTo(-Errno.EAGAIN.number());
      long start = System.nanoTime();
      assertThat(posix.futexWait(word, 0, 20 * MILLI)).isEqualTo(-Errno.ETIMEDOUT.number());
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLI);
      assertThat(posix.futexWaitEither(word, 0, other, 1, FOREVER))
          .isIn(-Errno.EAGAIN.number(), -Errno.ENOSYS.number());
      assertThat(posix.futexWaitEither(word, 0, other, 0, 20 * MILLI))
          .isIn(-Errno.ETIMEDOUT.number(), -Errno.ENOSYS.number());
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLI);
      assertThat(posix.futexWake(word, 1)).isZero();
    }
  }

  @Test
  void futexRefusesWhatIsNoWord() {
    try (TestMemory memory = TestMemory.of(posix, 1);
        Arena arena = Arena.ofConfined()) {
      MemorySegment heap = MemorySegment.ofArray(new int[1]);
      assertThatThrownBy(() -> posix.futexWait(heap, 0, 0)).hasMessageContaining("heap");
      assertThatThrownBy(() -> posix.futexWake(memory.segment().asSlice(1, 4), 1))
          .hasMessageContaining("not aligned");
      assertThatThrownBy(() -> posix.futexWake(arena.allocate(3), 1))
          .hasMessageContaining("size=3");
      MemorySegment unmapped = NativeMemory.view(memory.end(), 4);
      Expect.errno(Errno.EFAULT, () -> posix.futexWait(unmapped, 0, 0));
    }
  }

  @Test
  void virtualThreadsMayLookButNotWait() throws Exception {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      MemorySegment word = memory.segment().asSlice(0, 4);
      var result = new CompletableFuture<Integer>();
      Thread.startVirtualThread(() -> {
        try {
          assertThat(posix.futexWait(word, 0, 0)).isEqualTo(-Errno.ETIMEDOUT.number());
          result.complete(posix.futexWait(word, 0, MILLI));
        } catch (Throwable t) {
          result.completeExceptionally(t);
        }
      });
      assertThatThrownBy(() -> result.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("use InterruptibleWait");
    }
  }

  @Test
  void futexWakesAcrossTwoMappingsOfOneMemfd() throws Exception {
    try (TestMemory memory = TestMemory.of(posix, 1)) {
      long page = posix.pageSize();
      long second =
          posix.mmap(0, page, MemoryCalls.PROT_READ, MemoryCalls.MAP_SHARED, memory.file(), 0);
      MemorySegment readOnly = NativeMemory.view(second, page).asSlice(8, 4);
      MemorySegment writable = memory.segment().asSlice(8, 4);
      for (boolean isEither : new boolean[] {false, true}) {
        WORD.setVolatile(writable, 0L, 0);
        MemorySegment idle = memory.segment().asSlice(128, 4);
        var result = new CompletableFuture<Integer>();
        Thread.ofPlatform()
            .daemon()
            .start(() ->
                result.complete(
                    isEither
                        ? posix.futexWaitEither(idle, 0, readOnly, 0, FOREVER)
                        : posix.futexWait(readOnly, 0, FOREVER)));
        // Woken once is once waited: the value never changes, only the wake can end it.
        long start = System.nanoTime();
        while (posix.futexWake(writable, 1) == 0
            && !result.isDone()
            && System.nanoTime() - start < 20_000 * MILLI) {
          Thread.onSpinWait();
        }
        assertThat(result.get(30, TimeUnit.SECONDS)).isIn(0, -Errno.ENOSYS.number());
      }
      posix.munmap(second, page);
    }
  }

  @Test
  void everyKindOfDescriptorIsCloseOnExec() throws IOException {
    List<Descriptor> all = new ArrayList<>();
    Path path = Files.createTempFile("atoll", ".test");
    Path socket = path.resolveSibling(path.getFileName() + ".socket");
    try {
      all.add(posix.open(path, FileCalls.O_RDWR, 0));
      all.add(posix.duplicate(all.get(0)));
      all.add(posix.memfd("test"));
      all.add(posix.epollCreate());
      all.add(posix.eventfd(0));
      List<Descriptor> pair = posix.socketPair();
      all.addAll(pair);
      Descriptor listener = posix.listenUnix(socket, 1);
      all.add(listener);
      all.add(posix.connectUnix(socket));
      Descriptor server = new Descriptor(posix, posix.accept(listener), "accepted");
      all.add(server);
      var local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
      all.add(posix.listenTcp(local, 1));
      all.add(posix.socketTcp(local));
      int process = posix.processDescriptor(ProcessHandle.current().pid());
      all.add(new Descriptor(posix, process, "process"));
      int peer = posix.peerProcess(server);
      if (peer >= 0) {
        all.add(new Descriptor(posix, peer, "peer process"));
      }
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment message = arena.allocate(1);
        assertThat(posix.sendMessage(pair.get(0), message, List.of(pair.get(0)))).isEqualTo(1);
        all.addAll(posix.receiveMessage(pair.get(1), message).descriptors());
      }
      assertThat(all).hasSizeGreaterThanOrEqualTo(14).allSatisfy(WaitCallsTest::isCloseOnExec);
    } finally {
      all.forEach(Descriptor::close);
      Files.deleteIfExists(socket);
      Files.delete(path);
    }
  }

  private static void isCloseOnExec(Descriptor descriptor) throws IOException {
    String flags =
        Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor.number())).stream()
            .filter(line -> line.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    int value = Integer.parseInt(flags.substring("flags:".length()).trim(), 8);
    assertThat(value & 0x80000).as(descriptor.toString()).isNotZero();
  }
}
