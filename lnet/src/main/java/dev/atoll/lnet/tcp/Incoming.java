/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.wire.ConnectionRequestLayout;
import dev.atoll.lnet.wire.ConnectionType;
import dev.atoll.lnet.wire.Hello;
import dev.atoll.lnet.wire.HelloLayout;
import dev.atoll.loop.Registration;
import dev.atoll.loop.Timer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.WaitCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A connection that has come in and has not said yet who it is. Belongs to the loop. */
final class Incoming {
  private final TcpLnd lnd;
  private final Listener listener;
  private final Descriptor socket;
  private final InetSocketAddress remote;
  private final MemorySegment buffer = Arena.ofAuto().allocate(PassiveGreeting.BYTES_MAX, 8);
  private final PassiveGreeting greeting;
  private @Nullable Registration registration;
  private @Nullable Timer timer;
  private int heardBytes;
  private boolean isOver;

  Incoming(Listener listener, Descriptor socket, InetSocketAddress remote) {
    this.lnd = listener.lnd();
    this.listener = listener;
    this.socket = socket;
    this.remote = remote;
    this.greeting = new PassiveGreeting(lnd.settings().self().nid(), buffer);
  }

  void start() {
    registration = lnd.loop().register(socket, WaitCalls.POLLIN, this::ready);
    timer = lnd.loop().schedule(lnd.settings().times().acceptNanos(), () -> refuse(Refusal.SLOW));
  }

  /** Closes it without a word. */
  void refuse(Refusal reason) {
    if (!isOver) {
      lnd.counters().refused(reason);
      release();
      socket.close();
    }
  }

  private void ready(int events) {
    while (!isOver) {
      MemorySegment room = buffer.asSlice(heardBytes, greeting.neededBytes() - heardBytes);
      long got = lnd.posix().receive(socket, room, 0);
      if (got == -Errno.EAGAIN.number()) {
        return;
      }
      if (got <= 0) {
        refuse(Refusal.ENDED);
        return;
      }
      heardBytes += (int) got;
      if (heardBytes == greeting.neededBytes()) {
        act(greeting.advance());
      }
    }
  }

  private void act(PassiveGreeting.Step step) {
    switch (step) {
      case MORE -> {}
      case CLOSE -> refuse(greeting.refusal());
      case ANSWER_REQUEST -> {
        answer(ConnectionRequestLayout.encodeVersionAnswer(buffer, 0));
        refuse(greeting.refusal());
      }
      case ANSWER_HELLO -> {
        ProcessId self = lnd.settings().self();
        int version = lnd.settings().firstVersion(self.nid());
        // As socklnd does: to itself, of no process.
        ProcessId nobody = new ProcessId(self.nid(), 0);
        long incarnation = lnd.settings().incarnation();
        answer(new Hello(version, self, nobody, incarnation, 0, ConnectionType.NONE));
        refuse(greeting.refusal());
      }
      case HEARD -> introduce(greeting.hello());
    }
  }

  private void introduce(Hello hello) {
    Optional<ProcessId> id = lnd.identity().judge(hello, remote);
    boolean isSpeakable = hello.version() == 4 || !lnd.settings().self().nid().isLarge();
    if (id.isEmpty() || !isSpeakable) {
      refuse(id.isEmpty() ? Refusal.IDENTITY : Refusal.VERSION);
      return;
    }
    Neighbour neighbour = lnd.neighbour(id.get());
    if (neighbour == null) {
      refuse(Refusal.CROWDED);
      return;
    }
    Optional<Refusal> objection = neighbour.judge(hello, socket);
    if (objection.isEmpty()) {
      admit(neighbour, hello);
      return;
    }
    if (neighbour.mayRefuse()) {
      answer(reply(hello, ConnectionType.NONE));
    }
    refuse(objection.get());
  }

  private void admit(Neighbour neighbour, Hello hello) {
    boolean isForeign = greeting.isForeign();
    if (!answer(reply(hello, hello.type().inverse()))) {
      refuse(Refusal.ENDED);
      return;
    }
    release();
    neighbour.admitted(hello, socket, isForeign);
  }

  private Hello reply(Hello hello, ConnectionType type) {
    TcpSettings settings = lnd.settings();
    return new Hello(
        hello.version(),
        settings.self(),
        new ProcessId(hello.source().nid(), 0),
        settings.incarnation(),
        0,
        type);
  }

  private boolean answer(Hello hello) {
    return answer(HelloLayout.encode(hello, buffer, 0));
  }

  /** Sends what stands in the buffer; a fresh socket has room for it. */
  private boolean answer(int bytes) {
    long sent = lnd.posix().send(socket, buffer.asSlice(0, bytes));
    if (greeting.refusal() == Refusal.VERSION && sent > 0) {
      // What was not read would turn the close into a reset, which may overtake the answer.
      long dropped = lnd.posix().receive(socket, buffer, 0);
      return dropped > 0;
    }
    return sent == bytes;
  }

  private void release() {
    isOver = true;
    Timer waiting = timer;
    if (waiting != null) {
      waiting.cancel();
    }
    Registration watched = registration;
    if (watched != null) {
      watched.cancel();
    }
    listener.forget(this);
  }
}
