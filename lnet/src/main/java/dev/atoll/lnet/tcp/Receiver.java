/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.IncomingMessage;
import dev.atoll.lnet.LndPort.Verdict;
import dev.atoll.lnet.wire.Checksum;
import dev.atoll.posix.Errno;
import dev.atoll.posix.IoVector;
import dev.atoll.posix.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads the frames of a connection.
 *
 * <p>All sockets of a network are read into one buffer. What is complete in it is handed on at
 * once, payload bytes are stored where they belong; only a header that has not come whole is
 * carried over, at most {@link Batch#HEAD_BYTES_MAX} bytes. While much of a payload is missing, one
 * readv takes the rest of it into its memory and what follows into the buffer:
 *
 * <pre>
 *   header + first bytes    one recv into the buffer; the bytes are copied to their memory
 *   the rest of a payload   one readv: rest --> its memory, next headers --> the buffer
 *   what nobody wants       into the buffer, and forgotten
 * </pre>
 *
 * <p>Belongs to the loop. Any call of the port may close the connection; so it is asked after each.
 */
final class Receiver {
  /** From this much missing payload on it is read straight into its memory. */
  static final int DIRECT_BYTES_MIN = 8 << 10;

  /** Reads of one turn, so that one busy connection does not starve the others. */
  private static final int READS_PER_TURN = 16;

  private final Connection connection;
  private final TcpLnd lnd;
  private final FrameCodec codec;
  private final IncomingMessage message = new IncomingMessage();
  private final FrameHead head = new FrameHead();
  private final MemorySegment carry = Arena.ofAuto().allocate(Batch.HEAD_BYTES_MAX, 8);
  private int carried;

  /** Whether a message has arrived whose payload is still coming. */
  private boolean isInMessage;

  /** Payload behind what was accepted, which goes nowhere. */
  private long unwantedBytes;

  /** Zero, or why the memory of the message can't take its payload. */
  private int status;

  /** Whether the payload is compared with a checksum at its end. */
  private boolean isChecked;

  private int checksum;

  /** Whether none of the payload is wanted. */
  private boolean isDropped;

  private boolean isLongExpected;

  /** Whether the last read brought less than there was room for, so that no more is there. */
  private boolean lastWasShort;

  Receiver(Connection connection, TcpLnd lnd, FrameCodec codec) {
    this.connection = connection;
    this.lnd = lnd;
    this.codec = codec;
  }

  /** Tells whether the other end stopped in the middle of something. */
  boolean isHalfRead() {
    return isInMessage || carried > 0;
  }

  /**
   * Reads what is there.
   *
   * @return how often there was something
   */
  int receive() {
    lnd.cork();
    try {
      int reads = 0;
      while (reads < READS_PER_TURN && connection.isOpen() && readOnce()) {
        reads++;
      }
      return reads + (lastWasShort ? 1 : 0);
    } finally {
      lnd.uncork();
    }
  }

  /** Reads once and tells whether more may be there. */
  private boolean readOnce() {
    lastWasShort = false;
    IoVector vector = lnd.receiveVector();
    MemorySegment buffer = lnd.receiveBuffer();
    long direct = addMemory(vector);
    long asked;
    long got;
    if (direct == 0 && carried == 0) {
      MemorySegment room = isLongExpected && !isInMessage ? lnd.headRoom() : buffer;
      asked = room.byteSize();
      got = lnd.posix().receive(connection.socket(), room, 0);
    } else {
      addBuffer(vector, buffer, direct);
      asked = vector.totalBytes();
      got = lnd.posix().readv(connection.socket(), vector);
    }
    lnd.counters().reads++;
    if (got <= 0) {
      return isWorthAnotherTry(got, direct);
    }
    connection.heard(got);
    lastWasShort = got < asked;
    take(buffer, direct, got);
    return !lastWasShort;
  }

  private void take(MemorySegment buffer, long direct, long got) {
    if (direct > 0) {
      int stored = (int) Math.min(direct, got);
      message.stored(stored);
      consume(buffer, 0, (int) got - stored);
    } else {
      int end = carried + (int) got;
      carried = 0;
      consume(buffer, 0, end);
    }
  }

  /** Adds the memory of a payload of which much is missing; gives the bytes added. */
  private long addMemory(IoVector vector) {
    vector.clear();
    boolean isDirect = isInMessage && status == 0 && !isChecked && missing() >= DIRECT_BYTES_MIN;
    return isDirect ? message.addRoomTo(vector) : 0;
  }

  /** Adds what room there is for what follows. */
  private void addBuffer(IoVector vector, MemorySegment buffer, long direct) {
    if (direct == 0) {
      MemorySegment.copy(carry, 0, buffer, 0, carried);
      vector.add(buffer, carried, buffer.byteSize() - carried);
    } else if (direct == missing() && vector.room() > 0) {
      vector.add(buffer, 0, unwantedBytes > 0 ? buffer.byteSize() : lnd.headRoom().byteSize());
    }
  }

  private boolean isWorthAnotherTry(long got, long direct) {
    if (got == -Errno.EAGAIN.number()) {
      return false;
    }
    if (got == -Errno.EFAULT.number() && direct > 0) {
      // The memory is gone, a truncated file perhaps. The stream is as it was: the rest is thrown
      // away and the message fails alone.
      status = -Errno.EFAULT.number();
      return true;
    }
    if (got == SocketCalls.END_OF_STREAM) {
      boolean isOrderly = !isHalfRead();
      connection.lost(isOrderly ? Cut.ENDED : Cut.TORN, isOrderly ? 0 : -Errno.EPROTO.number());
    } else {
      connection.lost(Cut.BROKEN, (int) got);
    }
    return false;
  }

  /** Hands on what stands in the buffer. */
  private void consume(MemorySegment buffer, int from, int to) {
    int at = from;
    while (true) {
      if (isInMessage) {
        at += consumePayload(buffer, at, to);
        if (missing() > 0 || unwantedBytes > 0) {
          return;
        }
        finish();
      } else {
        int headBytes = codec.headBytes(buffer, at, to - at);
        if (headBytes == FrameCodec.NONE) {
          connection.lost(Cut.FRAME, -Errno.EPROTO.number());
        } else if (headBytes > to - at) {
          MemorySegment.copy(buffer, at, carry, 0, to - at);
          carried = to - at;
          return;
        } else {
          begin(buffer, at, headBytes);
          at += headBytes;
        }
      }
      if (!connection.isOpen()) {
        return;
      }
    }
  }

  private int consumePayload(MemorySegment buffer, int from, int to) {
    int wanted = Math.min(missing(), to - from);
    if (wanted > 0) {
      if (status == 0) {
        message.store(buffer, from, wanted);
      } else {
        message.stored(wanted);
      }
      if (isChecked) {
        checksum = Checksum.update(checksum, buffer, from, wanted);
      }
    }
    int unwanted = (int) Math.min(unwantedBytes, to - from - wanted);
    unwantedBytes -= unwanted;
    return wanted + unwanted;
  }

  /** Takes a frame's head that has come whole. */
  private void begin(MemorySegment buffer, int at, int headBytes) {
    codec.readFrame(buffer, at, head);
    if (!head.isMessage) {
      lnd.counters().receivedNoops++;
      if (!codec.isNoopSound(buffer, at, head)) {
        connection.lost(Cut.CHECKSUM, -Errno.EIO.number());
      } else if (!codec.isCookieHarmless(head)) {
        connection.lost(Cut.COOKIE, -Errno.EPROTO.number());
      }
      return;
    }
    if (!codec.readHeader(buffer, at, message.header())) {
      connection.lost(Cut.HEADER, -Errno.EPROTO.number());
      return;
    }
    if (!codec.isCookieHarmless(head)) {
      connection.lost(Cut.COOKIE, -Errno.EPROTO.number());
      return;
    }
    arrive(buffer, at, headBytes);
  }

  private void arrive(MemorySegment buffer, int at, int headBytes) {
    lnd.counters().receivedMessages++;
    connection.countReceived();
    connection.nameSource(message);
    status = 0;
    Verdict verdict = lnd.port().arrived(message);
    if (verdict == Verdict.CUT) {
      connection.lost(Cut.REFUSED, -Errno.EPROTO.number());
      return;
    }
    long length = Integer.toUnsignedLong(message.header().payloadLength);
    isDropped = verdict == Verdict.DROP;
    int wanted = missing();
    if (wanted > length) {
      throw new IllegalStateException("acceptedLength=" + wanted + " of payloadLength=" + length);
    }
    isInMessage = true;
    unwantedBytes = length - wanted;
    isLongExpected = length > DIRECT_BYTES_MIN;
    isChecked = head.checksum != 0 && unwantedBytes == 0;
    checksum = isChecked ? codec.begin(buffer, at, headBytes) : 0;
    if (!connection.isOpen()) {
      // The node has cut the neighbour off while it looked at the message.
      abort(-Errno.ECONNABORTED.number());
    }
  }

  private int missing() {
    return isDropped ? 0 : message.missingLength();
  }

  private void finish() {
    isInMessage = false;
    if (isChecked && checksum != head.checksum) {
      lnd.port().received(message, -Errno.EIO.number());
      connection.lost(Cut.CHECKSUM, -Errno.EIO.number());
      return;
    }
    long cookie = head.firstCookie;
    lnd.port().received(message, status);
    if (cookie != 0 && connection.isOpen()) {
      connection.neighbour().acknowledge(cookie, connection);
    }
  }

  /** Ends the message that was half read, if there is one. */
  void abort(int reason) {
    carried = 0;
    if (isInMessage) {
      isInMessage = false;
      lnd.port().received(message, reason);
    }
  }
}
