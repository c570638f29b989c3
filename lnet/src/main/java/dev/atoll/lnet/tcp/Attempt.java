/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.wire.ConnectionType;
import dev.atoll.lnet.wire.Hello;
import dev.atoll.loop.Registration;
import dev.atoll.loop.Timer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.SocketCalls;
import dev.atoll.posix.WaitCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to open one connection: connect, greet, hear the answer. It ends with exactly one call
 * of its neighbour's, unless it is abandoned. Belongs to the loop.
 */
final class Attempt {
  private final TcpLnd lnd;
  private final Neighbour neighbour;
  private final MemorySegment buffer = Arena.ofAuto().allocate(PassiveGreeting.BYTES_MAX, 8);
  private final ActiveGreeting greeting;
  private @Nullable Descriptor socket;
  private @Nullable Registration registration;
  private @Nullable Timer timer;
  private int greetingBytes;
  private int doneBytes;
  private boolean isGreeted;
  private boolean isOver;

  Attempt(Neighbour neighbour, ConnectionType type, int version) {
    this.lnd = neighbour.lnd();
    this.neighbour = neighbour;
    TcpSettings settings = lnd.settings();
    ProcessId target = neighbour.id();
    Hello offer =
        new Hello(
            version,
            settings.self(),
            new ProcessId(target.nid(), 0),
            settings.incarnation(),
            0,
            type);
    this.greeting = new ActiveGreeting(offer, target, buffer);
  }

  /** Begins; may end before it returns. */
  void start() {
    lnd.counters().connects++;
    try {
      greetingBytes = greeting.write();
      Sockets.Dialled dialled = lnd.sockets().dial(lnd.settings().addressOf(neighbour.id().nid()));
      socket = dialled.socket();
      if (dialled.status() != 0 && dialled.status() != -Errno.EINPROGRESS.number()) {
        fail(dialled.status());
        return;
      }
      registration = lnd.loop().register(dialled.socket(), WaitCalls.POLLOUT, this::ready);
      timer =
          lnd.loop()
              .schedule(
                  lnd.settings().times().timeoutNanos(), () -> fail(-Errno.ETIMEDOUT.number()));
    } catch (ErrnoException failure) {
      fail(-failure.number());
    }
  }

  /** Ends without a word to the neighbour; a second call does nothing. */
  void abandon() {
    Descriptor left = release();
    if (left != null) {
      left.close();
    }
  }

  private void ready(int events) {
    Descriptor current = socket;
    if (current == null || isOver) {
      return;
    }
    try {
      if (isGreeted) {
        read(current);
      } else {
        greet(current);
      }
    } catch (ErrnoException failure) {
      fail(-failure.number());
    }
  }

  private void greet(Descriptor current) {
    int error = lnd.posix().option(current, SocketCalls.SOL_SOCKET, SocketCalls.SO_ERROR);
    if (error != 0) {
      fail(-error);
      return;
    }
    long sent = lnd.posix().send(current, buffer.asSlice(doneBytes, greetingBytes - doneBytes));
    if (sent < 0) {
      if (sent != -Errno.EAGAIN.number()) {
        fail((int) sent);
      }
      return;
    }
    doneBytes += (int) sent;
    Registration watched = registration;
    if (doneBytes == greetingBytes && watched != null) {
      isGreeted = true;
      doneBytes = 0;
      greeting.listen();
      watched.modify(WaitCalls.POLLIN);
    }
  }

  private void read(Descriptor current) {
    while (!isOver) {
      MemorySegment room = buffer.asSlice(doneBytes, greeting.neededBytes() - doneBytes);
      long got = lnd.posix().receive(current, room, 0);
      if (got == -Errno.EAGAIN.number()) {
        return;
      }
      if (got <= 0) {
        // The other end closes without a word if it has no such NID, or does not like our port.
        fail(got == SocketCalls.END_OF_STREAM ? -Errno.ECONNRESET.number() : (int) got);
        return;
      }
      doneBytes += (int) got;
      if (doneBytes == greeting.neededBytes()) {
        advance();
      }
    }
  }

  private void advance() {
    switch (greeting.advance()) {
      case MORE -> {}
      case AGREED -> {
        Descriptor taken = release();
        if (taken != null) {
          neighbour.agreed(greeting.answer(), taken, greeting.isForeign());
        }
      }
      case NOT_NOW -> {
        abandon();
        neighbour.refused();
      }
      case OTHER_VERSION -> {
        abandon();
        neighbour.refusedFor(greeting.answer().version());
      }
      case WRONG -> fail(-Errno.EPROTO.number());
    }
  }

  private void fail(int status) {
    abandon();
    lnd.counters().connectFailures++;
    neighbour.failed(status);
  }

  /** Lets go of the socket and gives it; null if it is gone. */
  private @Nullable Descriptor release() {
    isOver = true;
    Timer waiting = timer;
    if (waiting != null) {
      waiting.cancel();
    }
    Registration watched = registration;
    if (watched != null) {
      watched.cancel();
      registration = null;
    }
    Descriptor left = socket;
    socket = null;
    return left;
  }
}
