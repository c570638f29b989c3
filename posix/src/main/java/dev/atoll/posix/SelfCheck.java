/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Uses, once at start-up, the structures that calls exchange, so that a wrong offset or a wrong
 * number of a call is found before it does harm. It takes well under a millisecond.
 */
final class SelfCheck {
  private static final long KEY = 0x1122334455667788L;

  /** linux/magic.h. */
  private static final long TMPFS_MAGIC = 0x01021994;

  private SelfCheck() {}

  static void run(Posix posix) {
    same("page size is a power of two", 1, Long.bitCount(posix.pageSize()));
    checkStatx(posix);
    checkStatfs(posix);
    checkEpollAndPoll(posix);
    checkMessages(posix);
    checkFutexWaitv(posix);
  }

  /** {@code struct statx}, against what java.nio tells of a file that is there. */
  private static void checkStatx(Posix posix) {
    Path modules = Path.of(System.getProperty("java.home"), "lib", "modules");
    Path known = Files.isRegularFile(modules) ? modules : Path.of("/proc/self/exe");
    try {
      FileStatus status = posix.statx(known, true);
      same("statx size", Files.size(known), status.size());
      same("statx mode", (int) Files.getAttribute(known, "unix:mode"), status.mode());
      same("statx inode", (long) Files.getAttribute(known, "unix:ino"), status.inode());
      same("statx uid", (int) Files.getAttribute(known, "unix:uid"), status.uid());
    } catch (IOException e) {
      throw new UncheckedIOException("start-up check of the calls on " + known, e);
    }
  }

  /** {@code struct statfs}, of a file whose file system is known: a memfd is of tmpfs. */
  private static void checkStatfs(Posix posix) {
    try (Descriptor memfd = posix.memfd("atoll-start")) {
      FileSystemStatus status = posix.fstatfs(memfd);
      same("statfs type", TMPFS_MAGIC, status.magic());
      same("statfs block size", posix.pageSize(), status.blockSize());
    }
  }

  /** {@code struct epoll_event} and {@code struct pollfd}, both of several. */
  private static void checkEpollAndPoll(Posix posix) {
    try (Descriptor poller = posix.epollCreate();
        Descriptor quiet = posix.eventfd(0);
        Descriptor first = posix.eventfd(1);
        Descriptor second = posix.eventfd(1)) {
      posix.epollAdd(poller, first, WaitCalls.POLLIN, KEY);
      posix.epollAdd(poller, second, WaitCalls.POLLIN, KEY);
      var events = new PollEvents(2);
      same("epoll events", 2, posix.epollWait(poller, events, 0));
      same("epoll flags", WaitCalls.POLLIN, events.events(1));
      same("epoll key", KEY, events.key(0));
      same("epoll key of the second", KEY, events.key(1));
      var set = new PollSet(2);
      set.add(quiet, WaitCalls.POLLIN);
      set.add(second, WaitCalls.POLLIN);
      same("poll events", 1, posix.poll(set, 0));
      same("poll flags", WaitCalls.POLLIN, set.happened(1));
    }
  }

  /** {@code struct msghdr}, {@code iovec}, {@code cmsghdr} and {@code ucred}. */
  private static void checkMessages(Posix posix) {
    List<Descriptor> pair = posix.socketPair();
    try (Descriptor sender = pair.get(0);
        Descriptor receiver = pair.get(1);
        Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocateFrom(JAVA_LONG, KEY);
      MemorySegment buffer = arena.allocate(JAVA_LONG);
      same("bytes sent", Long.BYTES, posix.sendMessage(sender, message, List.of(receiver)));
      ReceivedMessage received = posix.receiveMessage(receiver, buffer);
      long descriptors = received.descriptors().size();
      received.closeDescriptors();
      same("bytes received", Long.BYTES, received.length());
      same("message", KEY, buffer.get(JAVA_LONG, 0));
      same("descriptors received", 1, descriptors);
      same("peer uid", posix.effectiveUid(), posix.peerCredentials(receiver).uid());
    }
  }

  /** {@code struct futex_waitv}: only with both values in place does it wait. */
  private static void checkFutexWaitv(Posix posix) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment first = arena.allocateFrom(JAVA_INT, 5);
      MemorySegment second = arena.allocateFrom(JAVA_INT, 6);
      int waited = posix.futexWaitEither(first, 5, second, 6, 0);
      int refused = posix.futexWaitEither(first, 5, second, 7, 0);
      if (!InterruptibleWait.isEitherMissing(waited)) {
        same("futex_waitv, both as expected", -Errno.ETIMEDOUT.number(), waited);
        same("futex_waitv, second changed", -Errno.EAGAIN.number(), refused);
      }
    }
  }

  private static void same(String what, long expected, long actual) {
    if (expected != actual) {
      throw new UnsupportedOperationException(
          "start-up check: "
              + what
              + " expected="
              + expected
              + " actual="
              + actual
              + "; this system lays its structures out otherwise than Atoll knows");
    }
  }
}
