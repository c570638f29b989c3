/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static dev.atoll.posix.Downcall.LONG;
import static dev.atoll.posix.Downcall.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** Calls that wait and wake, made for real. */
interface LinuxWaits extends WaitCalls {
  int EPOLL_CLOEXEC = 0x80000;
  int EPOLL_CTL_ADD = 1;
  int EPOLL_CTL_DEL = 2;
  int EPOLL_CTL_MOD = 3;
  int EFD_CLOEXEC = 0x80000;
  int EFD_NONBLOCK = 0x800;
  int FUTEX_WAIT = 0;
  int FUTEX_WAKE = 1;

  /** futex_waitv(2): a word of 32 bits that processes share. */
  int FUTEX_32 = 2;

  int FUTEX_WAITV_BYTES = 24;
  int CLOCK_MONOTONIC = 1;
  long NULL = 0;

  Downcall EPOLL_CREATE = Downcall.libc("epoll_create1", INT, INT);
  Downcall EPOLL_CTL = Downcall.libc("epoll_ctl", INT, INT, INT, INT, POINTER);
  Downcall EPOLL_WAIT = Downcall.libc("epoll_wait", INT, INT, POINTER, INT, INT).once();
  Downcall EVENTFD = Downcall.libc("eventfd", INT, INT, INT);
  Downcall READ = Downcall.libc("read", LONG, INT, POINTER, LONG);
  Downcall WRITE = Downcall.libc("write", LONG, INT, POINTER, LONG);
  Downcall PPOLL = Downcall.libc("ppoll", INT, POINTER, LONG, POINTER, POINTER).once();
  Downcall FUTEX =
      Downcall.syscall("futex", Architecture.current().futex, POINTER, INT, INT, POINTER).once();
  Downcall FUTEX_WAITV =
      Downcall.syscall("futex_waitv", Architecture.FUTEX_WAITV, POINTER, INT, INT, POINTER, INT)
          .once();
  Downcall CLOCK_GETTIME = Downcall.libc("clock_gettime", INT, INT, POINTER);

  // epoll_create(2)
  @Override
  default Descriptor epollCreate() {
    return own(EPOLL_CREATE, EPOLL_CREATE.call(EPOLL_CLOEXEC), "epoll");
  }

  // epoll_ctl(2)
  @Override
  default void epollAdd(Descriptor poller, Descriptor descriptor, int events, long key) {
    epollControl(EPOLL_CTL_ADD, poller, descriptor, events, key);
  }

  // epoll_ctl(2)
  @Override
  default void epollModify(Descriptor poller, Descriptor descriptor, int events, long key) {
    epollControl(EPOLL_CTL_MOD, poller, descriptor, events, key);
  }

  // epoll_ctl(2)
  @Override
  default void epollRemove(Descriptor poller, Descriptor descriptor) {
    epollControl(EPOLL_CTL_DEL, poller, descriptor, 0, 0);
  }

  private static void epollControl(
      int operation, Descriptor poller, Descriptor descriptor, int events, long key) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_INT, PollEvents.EVENTS, events);
    scratch.memory.set(JAVA_LONG_UNALIGNED, PollEvents.KEY, key);
    long result = EPOLL_CTL.call(poller.number(), operation, descriptor.number(), scratch.address);
    EPOLL_CTL.require(descriptor.subject(), result);
  }

  // epoll_wait(2)
  @Override
  default int epollWait(Descriptor poller, PollEvents events, int timeoutMillis) {
    refuseVirtualThread(timeoutMillis);
    long result;
    try {
      result = EPOLL_WAIT.call(poller.number(), events.address(), events.capacity(), timeoutMillis);
    } finally {
      Reference.reachabilityFence(events);
    }
    return result == -Errno.EINTR.number() ? 0 : (int) EPOLL_WAIT.require(poller.subject(), result);
  }

  // eventfd(2)
  @Override
  default Descriptor eventfd(int initial) {
    return own(EVENTFD, EVENTFD.call(initial, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  }

  // eventfd(2)
  @Override
  default boolean eventfdAdd(Descriptor descriptor, long increment) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_LONG, 0, increment);
    long result = WRITE.call(descriptor.number(), scratch.address, Long.BYTES);
    if (result == -Errno.EAGAIN.number()) {
      return false;
    }
    WRITE.require(descriptor.subject(), result);
    return true;
  }

  // eventfd(2)
  @Override
  default long eventfdTake(Descriptor descriptor) {
    Scratch scratch = Scratch.ofThread();
    long result = READ.call(descriptor.number(), scratch.address, Long.BYTES);
    if (result == -Errno.EAGAIN.number()) {
      return 0;
    }
    READ.require(descriptor.subject(), result);
    return scratch.memory.get(JAVA_LONG, 0);
  }

  // ppoll(2), for its nanoseconds
  @Override
  default int poll(PollSet set, long timeoutNanos) {
    refuseVirtualThread(timeoutNanos);
    Scratch scratch = Scratch.ofThread();
    long timeout = timeoutNanos < 0 ? NULL : scratch.timespec(0, timeoutNanos);
    long result;
    try {
      result = PPOLL.call(set.address(), set.entries(), timeout, NULL);
    } finally {
      Reference.reachabilityFence(set);
    }
    return result == -Errno.EINTR.number()
        ? (int) result
        : (int) PPOLL.require("descriptors=" + set.count(), result);
  }

  // futex(2), FUTEX_WAIT: the time-out is relative and on the monotonic clock
  @Override
  default int futexWait(MemorySegment word, int expected, long timeoutNanos) {
    refuseVirtualThread(timeoutNanos);
    long address = futexWord(word);
    Scratch scratch = Scratch.ofThread();
    long timeout = timeoutNanos < 0 ? NULL : scratch.timespec(0, timeoutNanos);
    return refusal(FUTEX, FUTEX.call(address, FUTEX_WAIT, expected, timeout));
  }

  // futex_waitv(2): struct futex_waitv {u64 value; u64 address; u32 flags; u32 zero}; the time-out
  // is absolute
  @Override
  default int futexWaitEither(
      MemorySegment first,
      int firstExpected,
      MemorySegment second,
      int secondExpected,
      long timeoutNanos) {
    refuseVirtualThread(timeoutNanos);
    Scratch scratch = Scratch.ofThread();
    waiter(scratch.memory, 0, futexWord(first), firstExpected);
    waiter(scratch.memory, FUTEX_WAITV_BYTES, futexWord(second), secondExpected);
    long timeout = timeoutNanos < 0 ? NULL : absolute(scratch, 64, timeoutNanos);
    long result = FUTEX_WAITV.call(scratch.address, 2, 0, timeout, CLOCK_MONOTONIC);
    if (result == -Errno.EPERM.number()) {
      return (int) result;
    }
    // The success value is the index of the word that was woken.
    return result > 0 ? 0 : refusal(FUTEX_WAITV, result);
  }

  // futex(2), FUTEX_WAKE
  @Override
  default int futexWake(MemorySegment word, int count) {
    long result = FUTEX.call(futexWord(word), FUTEX_WAKE, count, NULL);
    return (int) FUTEX.require("wake", result);
  }

  private static Descriptor own(Downcall call, long result, String subject) {
    return new Descriptor(LinuxPosix.instance(), (int) call.require(subject, result), subject);
  }

  /** A native call holds the carrier of a virtual thread (JEP 444), so it may look but not wait. */
  private static void refuseVirtualThread(long timeout) {
    if (timeout != 0 && Thread.currentThread().isVirtual()) {
      throw new IllegalStateException(
          "a virtual thread may not wait in a native call, timeout="
              + timeout
              + "; use InterruptibleWait");
    }
  }

  private static long futexWord(MemorySegment word) {
    long address = NativeMemory.address(word, Integer.BYTES, "futex word");
    if ((address & 3) != 0) {
      throw new IllegalArgumentException(
          "futex word at address=0x" + Long.toHexString(address) + " is not aligned to 4");
    }
    return address;
  }

  private static void waiter(MemorySegment memory, long at, long address, int expected) {
    memory.set(JAVA_LONG, at, Integer.toUnsignedLong(expected));
    memory.set(JAVA_LONG, at + 8, address);
    memory.set(JAVA_INT, at + 16, FUTEX_32);
    memory.set(JAVA_INT, at + 20, 0);
  }

  // clock_gettime(2)
  private static long absolute(Scratch scratch, long offset, long nanos) {
    CLOCK_GETTIME.require(
        "CLOCK_MONOTONIC", CLOCK_GETTIME.call(CLOCK_MONOTONIC, scratch.address + offset));
    long now =
        scratch.memory.get(JAVA_LONG, offset) * 1_000_000_000L
            + scratch.memory.get(JAVA_LONG, offset + 8);
    // Saturates: a wait of 292 years ends no earlier by it.
    long sum = now + nanos;
    return scratch.timespec(offset, sum < 0 ? Long.MAX_VALUE : sum);
  }

  private static int refusal(Downcall call, long result) {
    int errno = (int) -result;
    boolean isExpected =
        errno == 0
            || errno == Errno.EAGAIN.number()
            || errno == Errno.EINTR.number()
            || errno == Errno.ETIMEDOUT.number()
            || errno == Errno.ENOSYS.number();
    return (int) (isExpected ? result : call.require("wait", result));
  }
}
