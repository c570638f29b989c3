/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** Cuts one direction of a connection into frames, as they come. */
final class FrameSplitter {
  private static final int USUAL_VERSION = 3;

  private final int connection;
  private final boolean byActive;
  private byte[] rest = new byte[0];
  private int version;

  /** A connection that was there before the capture began has no handshake; it speaks version 3. */
  FrameSplitter(int connection, boolean byActive, boolean isComplete) {
    this.connection = connection;
    this.byActive = byActive;
    this.version = isComplete ? 0 : USUAL_VERSION;
  }

  void add(byte[] bytes) {
    byte[] longer = Arrays.copyOf(rest, rest.length + bytes.length);
    System.arraycopy(bytes, 0, longer, rest.length, bytes.length);
    rest = longer;
  }

  /** The next whole frame. */
  Optional<CapturedStep.Said> next() {
    if (rest.length < 8) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN);
    int first = in.getInt(0);
    if (first == PeerRequest.MAGIC) {
      return take(CapturedStep.Kind.REQUEST, PeerRequest.sizeOf(in.getInt(4)));
    }
    if (first == PeerHello.MAGIC || (first == 0xeebc0ded && version == 0)) {
      int announced = PeerHello.versionOf(rest);
      if (rest.length < PeerHello.sizeOf(announced)) {
        return Optional.empty();
      }
      version = announced;
      return take(CapturedStep.Kind.HELLO, PeerHello.sizeOf(version));
    }
    return nextFrame(first);
  }

  private Optional<CapturedStep.Said> nextFrame(int first) {
    boolean isBare = version == 1;
    if (!isBare && first == PeerFrame.NOOP) {
      return take(CapturedStep.Kind.FRAME, PeerFrame.SIZE);
    }
    if (!isBare && first != PeerFrame.LNET) {
      return take(CapturedStep.Kind.OTHER, rest.length);
    }
    int head = isBare ? 0 : PeerFrame.SIZE;
    int header = PeerMessage.sizeOf(version);
    if (rest.length < head + header) {
      return Optional.empty();
    }
    PeerMessage message =
        PeerMessage.decode(Arrays.copyOfRange(rest, head, head + header), version);
    boolean isSound = message.type() <= PeerMessage.REPLY && message.payloadLength() <= 1 << 20;
    boolean mayCarry = message.type() == PeerMessage.PUT || message.type() == PeerMessage.REPLY;
    int length = isSound && mayCarry ? head + header + message.payloadLength() : rest.length;
    return take(
        CapturedStep.Kind.FRAME,
        isSound && !mayCarry && message.payloadLength() == 0 ? head + header : length);
  }

  /** What has been said instead of a greeting. */
  Optional<CapturedStep.Said> broken() {
    return version == 0 ? leftover() : Optional.empty();
  }

  /** What is left at the end of the connection. */
  Optional<CapturedStep.Said> leftover() {
    return rest.length == 0 ? Optional.empty() : take(CapturedStep.Kind.OTHER, rest.length);
  }

  private Optional<CapturedStep.Said> take(CapturedStep.Kind kind, int length) {
    if (rest.length < length) {
      return Optional.empty();
    }
    var said =
        new CapturedStep.Said(
            connection,
            byActive,
            kind,
            version == 0 ? USUAL_VERSION : version,
            Arrays.copyOf(rest, length));
    rest = Arrays.copyOfRange(rest, length, rest.length);
    return Optional.of(said);
  }
}
