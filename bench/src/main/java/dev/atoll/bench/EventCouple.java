/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.PollSet;
import dev.atoll.posix.Posix;
import dev.atoll.posix.ReceivedMessage;
import dev.atoll.posix.WaitCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Two eventfds that two processes share, one for each direction; one object for each side. They do
 * not block, so that a wait is poll(2) and read(2).
 */
final class EventCouple implements AutoCloseable {
  private static final String SOCKET = "bench-events";
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private final Posix posix;
  private final Descriptor asked;
  private final Descriptor answered;
  private final PollSet askedSet = new PollSet(1);
  private final PollSet answeredSet = new PollSet(1);

  private EventCouple(Posix posix, Descriptor asked, Descriptor answered) {
    this.posix = posix;
    this.asked = asked;
    this.answered = answered;
    askedSet.add(asked, WaitCalls.POLLIN);
    answeredSet.add(answered, WaitCalls.POLLIN);
  }

  /** Leader: where the partner comes for its descriptors; before that is started. */
  static Descriptor listen(Posix posix, Path directory) {
    return posix.listenUnix(directory.resolve(SOCKET), 1);
  }

  /** Leader: hands the descriptors to the partner that has come, or will. */
  static EventCouple give(Posix posix, Path directory, Descriptor listener) {
    EventCouple couple = new EventCouple(posix, posix.eventfd(0), posix.eventfd(0));
    try (Arena arena = Arena.ofConfined()) {
      await(posix, listener);
      int number = posix.accept(listener);
      check(number >= 0, "accept", number);
      try (Descriptor partner = new Descriptor(posix, number, "bench partner")) {
        long sent =
            posix.sendMessage(partner, arena.allocate(1), List.of(couple.asked, couple.answered));
        check(sent == 1, "sendmsg", sent);
      }
      Files.delete(directory.resolve(SOCKET));
    } catch (IOException e) {
      throw new UncheckedIOException("deleting a socket", e);
    }
    return couple;
  }

  /** Partner: fetches the descriptors. */
  static EventCouple take(Posix posix, Path directory) {
    try (Arena arena = Arena.ofConfined();
        Descriptor leader = posix.connectUnix(directory.resolve(SOCKET))) {
      MemorySegment buffer = arena.allocate(1);
      await(posix, leader);
      ReceivedMessage message = posix.receiveMessage(leader, buffer);
      check(message.length() == 1 && message.descriptors().size() == 2, "recvmsg", 0);
      return new EventCouple(posix, message.descriptors().get(0), message.descriptors().get(1));
    }
  }

  void ask() {
    check(posix.eventfdAdd(asked, 1), "eventfd", 0);
  }

  void answer() {
    check(posix.eventfdAdd(answered, 1), "eventfd", 0);
  }

  /** Sleeps until there is an answer, and takes it. */
  void awaitAnswer() {
    await(posix, answered, answeredSet);
  }

  /** Sleeps until somebody asks, and takes that. */
  void awaitAsked() {
    await(posix, asked, askedSet);
  }

  /** Sleeps until somebody asks, and takes that; false if nobody did for a while. */
  boolean isAsked() {
    return posix.poll(askedSet, PATIENCE_NANOS) > 0 && posix.eventfdTake(asked) > 0;
  }

  /** Takes what is left. */
  void drain() {
    long _ = posix.eventfdTake(asked);
    long _ = posix.eventfdTake(answered);
  }

  private static void await(Posix posix, Descriptor descriptor, PollSet set) {
    while (true) {
      int ready = posix.poll(set, PATIENCE_NANOS);
      if (ready > 0 && posix.eventfdTake(descriptor) > 0) {
        return;
      }
      check(ready > 0 || ready == -Errno.EINTR.number(), "poll", ready);
    }
  }

  private static void await(Posix posix, Descriptor socket) {
    PollSet set = new PollSet(1);
    set.add(socket, WaitCalls.POLLIN);
    int ready = posix.poll(set, PATIENCE_NANOS);
    check(ready == 1, "poll", ready);
  }

  private static void check(boolean isGood, String call, long result) {
    if (!isGood) {
      throw new IllegalStateException(call + " between benchmark processes: " + result);
    }
  }

  @Override
  public void close() {
    asked.close();
    answered.close();
  }
}
