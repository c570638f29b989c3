/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.posix.Errno;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of a connection: what is queued goes out together, as much as the socket takes.
 *
 * <p>Belongs to the loop. The port may send again from within {@code sent}, or close the
 * connection; so the queue is only added to while it is being written, and the connection is asked
 * after each call.
 */
final class Sender {
  /** Acknowledgements that may wait; a neighbour that reads none of them is cut off. */
  static final int ACKNOWLEDGEMENTS_MAX = 1024;

  private final Connection connection;
  private final TcpLnd lnd;
  private final FrameCodec codec;
  private final MessageQueue queue = new MessageQueue();
  private final CookieQueue cookies = new CookieQueue(ACKNOWLEDGEMENTS_MAX);
  private @Nullable Batch batch;
  private boolean isFlushing;
  private boolean isBlocked;

  Sender(Connection connection, TcpLnd lnd, FrameCodec codec) {
    this.connection = connection;
    this.lnd = lnd;
    this.codec = codec;
  }

  /** Takes a message; {@link #flush} writes it. */
  void add(OutgoingMessage message) {
    queue.add(message);
  }

  /** Takes a frame of a cookie; false if too many wait. */
  @CheckReturnValue
  boolean addNoop(long cookie) {
    return cookies.offer(cookie);
  }

  /** How many messages wait, besides those that are being written. */
  int queuedMessages() {
    return queue.size();
  }

  /** Tells whether the socket has refused to take more. */
  boolean isBlocked() {
    return isBlocked;
  }

  /** Tells whether something waits that the socket has not taken. */
  boolean hasWork() {
    return batch != null || queue.size() > 0 || cookies.size() > 0;
  }

  /** What waits and has not been begun, to look for messages that are too late. */
  MessageQueue queue() {
    return queue;
  }

  /** Writes until nothing is left or the socket is full. */
  void flush() {
    if (isFlushing) {
      return;
    }
    isFlushing = true;
    try {
      while (connection.isOpen() && writeOnce()) {
        // Until it says that there is no more to do.
      }
    } finally {
      isFlushing = false;
    }
  }

  /** The socket has room again. */
  void unblock() {
    isBlocked = false;
  }

  private boolean writeOnce() {
    Batch current = batch;
    if (current == null) {
      current = fill();
      if (current == null) {
        return false;
      }
    }
    long written = lnd.posix().writev(connection.socket(), current.vector());
    lnd.counters().writes++;
    if (written < 0) {
      return refused((int) written);
    }
    current.written(written);
    connection.wrote(written);
    complete(current);
    if (!connection.isOpen()) {
      return false;
    }
    if (!current.isWritten()) {
      block();
      return false;
    }
    batch = null;
    lnd.give(current);
    return hasWork();
  }

  private boolean refused(int error) {
    if (error == -Errno.EAGAIN.number()) {
      block();
    } else {
      connection.lost(Cut.BROKEN, error);
    }
    return false;
  }

  private void block() {
    if (!isBlocked) {
      isBlocked = true;
      connection.watchSocket();
    }
  }

  private @Nullable Batch fill() {
    if (cookies.size() == 0 && queue.size() == 0) {
      return null;
    }
    Batch filled = lnd.takeBatch();
    batch = filled;
    while (cookies.size() > 0 && filled.hasRoom()) {
      filled.addNoop(0, cookies.take(), codec);
    }
    OutgoingMessage message = queue.first();
    while (message != null && filled.hasRoomFor(message)) {
      filled.add(message, codec);
      queue.removeFirst();
      message = queue.first();
    }
    filled.seal();
    return filled;
  }

  private void complete(Batch current) {
    while (connection.isOpen() && current.hasNext(true)) {
      OutgoingMessage message = current.next();
      if (message != null) {
        connection.countSent();
        lnd.counters().sentMessages++;
        lnd.port().sent(message, 0);
      }
    }
  }

  /**
   * Takes everything out of a connection that is closed.
   *
   * @param leavings receives it, in order
   * @param isBatchLost whether something in the batch caused the end, so that nothing of it must be
   *     tried again
   */
  void drain(Leavings leavings, boolean isBatchLost) {
    Batch last = batch;
    if (last != null) {
      batch = null;
      while (last.hasNext(true)) {
        // Written, but the end came while a completion was reported: it has left all the same.
        Leavings.add(leavings.written, last.next());
      }
      boolean isTorn = last.isTorn() || isBatchLost;
      while (last.hasNext(false)) {
        Leavings.add(isTorn ? leavings.torn : leavings.unbegun, last.next());
        isTorn = isBatchLost;
      }
      lnd.give(last);
    }
    leavings.unbegun.addAll(queue);
    cookies.clear();
  }
}
