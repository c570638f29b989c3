/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.IncomingMessage;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.wire.ConnectionType;
import dev.atoll.lnet.wire.Hello;
import dev.atoll.loop.Registration;
import dev.atoll.loop.Timer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.WaitCalls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection behind its handshake: one of the few that a neighbour has.
 *
 * <p>Belongs to the loop. It is closed by its neighbour, together with its siblings.
 */
final class Connection {
  private final TcpLnd lnd;
  private final Neighbour neighbour;
  private final ConnectionType type;
  private final int version;
  private final Descriptor socket;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final FrameCodec codec;
  private final Receiver receiver;
  private final Sender sender;
  private @Nullable Registration registration;
  private @Nullable Timer watch;
  private boolean isOpen = true;
  private long heardNanos;
  private long wroteNanos;
  private long sentMessages;
  private long receivedMessages;

  /** For {@link TcpLnd}: whether it is listed to be flushed, and how long it has been silent. */
  boolean isCorked;

  boolean isHot;
  int emptyLooks;

  /** Takes over a socket whose handshake has ended well. */
  Connection(Neighbour neighbour, Hello theirs, Descriptor socket, boolean isForeign) {
    this.lnd = neighbour.lnd();
    this.neighbour = neighbour;
    this.type = theirs.type().inverse();
    this.version = theirs.version();
    this.socket = socket;
    this.local = lnd.posix().localAddress(socket);
    this.remote = lnd.posix().remoteAddress(socket);
    this.codec = new FrameCodec(version, lnd.settings().isChecksummed(), isForeign, lnd.nids());
    this.receiver = new Receiver(this, lnd, codec);
    this.sender = new Sender(this, lnd, codec);
    this.heardNanos = lnd.loop().nanos();
    this.wroteNanos = heardNanos;
  }

  /** Begins to read. */
  void open() {
    registration = lnd.loop().register(socket, WaitCalls.POLLIN, this::ready);
    watch = lnd.loop().schedule(neighbour.keepalivePauseNanos(), this::look);
  }

  Neighbour neighbour() {
    return neighbour;
  }

  ConnectionType type() {
    return type;
  }

  int version() {
    return version;
  }

  Descriptor socket() {
    return socket;
  }

  InetSocketAddress local() {
    return local;
  }

  InetSocketAddress remote() {
    return remote;
  }

  boolean isOpen() {
    return isOpen;
  }

  long heardNanos() {
    return heardNanos;
  }

  int queuedMessages() {
    return sender.queuedMessages();
  }

  /** Tells whether the version of the connection has room for a message's NIDs. */
  @CheckReturnValue
  boolean canCarry(OutgoingMessage message) {
    return codec.canWrite(message.header());
  }

  /** Sends a message, at once if nothing is in the way. */
  void send(OutgoingMessage message) {
    sender.add(message);
    flushSoon();
    if (isOpen && sender.isBlocked()) {
      watchUntil(message.deadlineNanos());
    }
  }

  /** Sends a frame of a cookie; false if too many wait. */
  @CheckReturnValue
  boolean sendNoop(long cookie) {
    boolean isTaken = version >= 2 && sender.addNoop(cookie);
    flushSoon();
    return isTaken;
  }

  private void flushSoon() {
    if (lnd.isCorked()) {
      lnd.flushLater(this);
    } else {
      flush();
    }
  }

  void flush() {
    if (isOpen && !sender.isBlocked()) {
      sender.flush();
    }
  }

  /** Reads what is there; for the loop's busy turns. */
  int receive() {
    return receiver.receive();
  }

  /** The socket is full: waits for room. */
  void watchSocket() {
    Registration current = registration;
    if (current != null && current.isActive()) {
      current.modify(WaitCalls.POLLIN | WaitCalls.POLLOUT);
    }
    watchUntil(wroteNanos + lnd.settings().times().timeoutNanos());
  }

  private void ready(int events) {
    if ((events & WaitCalls.POLLOUT) != 0 && sender.isBlocked()) {
      sender.unblock();
      sender.flush();
      Registration current = registration;
      if (isOpen && !sender.isBlocked() && current != null) {
        current.modify(WaitCalls.POLLIN);
      }
    }
    if (isOpen && (events & ~WaitCalls.POLLOUT) != 0) {
      receiver.receive();
      lnd.warm(this);
    }
  }

  void heard(long bytes) {
    heardNanos = lnd.loop().nanos();
    lnd.counters().receivedBytes += bytes;
  }

  void wrote(long bytes) {
    wroteNanos = lnd.loop().nanos();
    lnd.counters().sentBytes += bytes;
  }

  void countReceived() {
    receivedMessages++;
  }

  void countSent() {
    sentMessages++;
  }

  /** Fills in whom a message comes from. */
  void nameSource(IncomingMessage message) {
    ProcessId id = neighbour.id();
    message.neighbour(id);
    if (id.isUser()) {
      // Such a peer has said a NID and a pid, but nobody vouches for them.
      message.header().source = id.nid();
      message.header().sourcePid = id.pid();
    }
  }

  /** Something is wrong with the connection: all of the neighbour's end. */
  void lost(Cut cut, int status) {
    if (isOpen) {
      neighbour.cut(this, cut, status);
    }
  }

  /** Looks whether something has stood still for too long, and when to look again. */
  private void look() {
    watch = null;
    long now = lnd.loop().nanos();
    long timeout = lnd.settings().times().timeoutNanos();
    boolean isStuck =
        (receiver.isHalfRead() && now - heardNanos >= timeout)
            || (sender.isBlocked() && now - wroteNanos >= timeout);
    if (isStuck) {
      lost(Cut.STALLED, -Errno.ETIMEDOUT.number());
      return;
    }
    neighbour.endLate(sender.queue(), now);
    if (!isOpen) {
      return;
    }
    if (type == ConnectionType.BULK_IN && version >= 3) {
      neighbour.keepAlive(this, now);
    }
    if (isOpen && watch == null) {
      watch = lnd.loop().schedule(nanosToLook(now, timeout), this::look);
    }
  }

  private long nanosToLook(long now, long timeout) {
    long next = neighbour.keepalivePauseNanos();
    if (receiver.isHalfRead()) {
      next = Math.min(next, heardNanos + timeout - now);
    }
    if (sender.isBlocked()) {
      next = Math.min(next, wroteNanos + timeout - now);
    }
    return Math.min(next, sender.queue().nanosToDeadline(now));
  }

  private void watchUntil(long deadlineNanos) {
    Timer current = watch;
    if (current != null && current.deadlineNanos() - deadlineNanos > 0) {
      current.cancel();
      watch = lnd.loop().schedule(deadlineNanos - lnd.loop().nanos(), this::look);
    }
  }

  /** Closes the socket; nothing is reported yet. */
  void shut() {
    isOpen = false;
    Registration current = registration;
    if (current != null) {
      current.cancel();
    }
    Timer waiting = watch;
    if (waiting != null) {
      waiting.cancel();
      watch = null;
    }
    socket.close();
  }

  /** Takes the messages out of a connection that is shut. */
  void drain(Leavings leavings, boolean isBatchLost) {
    sender.drain(leavings, isBatchLost);
  }

  /** Ends the message that was half read, once the connection is shut. */
  void abortReceive(int status) {
    receiver.abort(status);
  }

  ConnectionStatus status() {
    return new ConnectionStatus(
        neighbour.id(),
        type.letter(),
        local,
        remote,
        version,
        sentMessages,
        receivedMessages,
        sender.queuedMessages());
  }
}
