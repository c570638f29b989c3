/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.MessageType;
import dev.atoll.lnet.NidTable;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.wire.Checksum;
import dev.atoll.lnet.wire.FrameLayout;
import dev.atoll.lnet.wire.HeaderLayout;
import dev.atoll.lnet.wire.Soundness;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What one version of socklnd puts on the wire behind the handshake.
 *
 * <pre>
 *   version    1                 2 and 3                4
 *   message    header 72         frame 24, header 72    frame 24, header 96
 *   NOOP       there is none     frame 24               frame 24
 *   checksum   none              2: frame, header and payload; 3, 4: payload
 * </pre>
 *
 * <p>Belongs to the loop.
 */
final class FrameCodec {
  /** Bytes of a frame's own header, and of the larger header of a message. */
  static final int FRAME_BYTES = FrameLayout.BYTES;

  static final int LARGE_HEADER_BYTES = HeaderLayout.BYTES_96;

  /** {@link #headBytes} of what is no frame. */
  static final int NONE = -1;

  /** Payload is copied in such parts to sum it up; only nodes that wish it on version 2 do. */
  private static final int PART_BYTES = 8 << 10;

  private final int version;
  private final boolean isChecksummed;

  /** Whether the other end has another byte order. */
  private final boolean isForeign;

  private final NidTable nids;

  FrameCodec(int version, boolean isChecksummed, boolean isForeign, NidTable nids) {
    this.version = version;
    this.isChecksummed = isChecksummed && version == 2;
    this.isForeign = isForeign;
    this.nids = nids;
  }

  private int frameBytes() {
    return version == 1 ? 0 : FRAME_BYTES;
  }

  /** Bytes before the payload of a message. */
  static int headBytes(int version) {
    return (version == 1 ? 0 : FRAME_BYTES)
        + (version == 4 ? LARGE_HEADER_BYTES : HeaderLayout.BYTES_72);
  }

  /** Tells whether the header of a message can be written. */
  @CheckReturnValue
  boolean canWrite(LnetHeader header) {
    return version == 4 || !(header.destination.isLarge() || header.source.isLarge());
  }

  /** Writes what stands before the payload, and gives its length. */
  int writeMessage(OutgoingMessage message, MemorySegment segment, long at) {
    int frame = frameBytes();
    if (frame > 0) {
      FrameLayout.encode(segment, at, FrameLayout.LNET, 0, 0);
    }
    if (version == 4) {
      HeaderLayout.encode96(message.header(), segment, at + frame);
    } else {
      HeaderLayout.encode72(message.header(), segment, at + frame);
    }
    int bytes = headBytes(version);
    if (isChecksummed) {
      int state = begin(segment, at, bytes);
      FrameLayout.setChecksum(segment, at, ofPayload(state, message));
    }
    return bytes;
  }

  /** Writes a frame that carries nothing but cookies, and gives its length. */
  int writeNoop(long firstCookie, long secondCookie, MemorySegment segment, long at) {
    FrameLayout.encode(segment, at, FrameLayout.NOOP, firstCookie, secondCookie);
    if (isChecksummed) {
      FrameLayout.setChecksum(segment, at, begin(segment, at, FRAME_BYTES));
    }
    return FRAME_BYTES;
  }

  /** Tells how long the head of the frame is that begins here, as far as that can be seen. */
  @CheckReturnValue
  int headBytes(MemorySegment segment, long at, int available) {
    if (version == 1) {
      return HeaderLayout.BYTES_72;
    }
    if (available < FRAME_BYTES) {
      return FRAME_BYTES;
    }
    int type = FrameLayout.type(segment, at);
    return switch (isForeign ? Integer.reverseBytes(type) : type) {
      case FrameLayout.NOOP -> FRAME_BYTES;
      case FrameLayout.LNET -> headBytes(version);
      default -> NONE;
    };
  }

  /** Reads a frame's own header. */
  void readFrame(MemorySegment segment, long at, FrameHead head) {
    if (version == 1) {
      head.isMessage = true;
      head.checksum = 0;
      head.firstCookie = 0;
      head.secondCookie = 0;
      return;
    }
    head.isMessage = headBytes(segment, at, FRAME_BYTES) != FRAME_BYTES;
    head.checksum = FrameLayout.checksum(segment, at);
    head.firstCookie = FrameLayout.firstCookie(segment, at);
    head.secondCookie = FrameLayout.secondCookie(segment, at);
    if (isForeign) {
      head.checksum = Integer.reverseBytes(head.checksum);
      head.firstCookie = Long.reverseBytes(head.firstCookie);
      head.secondCookie = Long.reverseBytes(head.secondCookie);
    }
  }

  /** Reads a message's header; false if it is none that may come here. */
  @CheckReturnValue
  boolean readHeader(MemorySegment segment, long at, LnetHeader header) {
    long begin = at + frameBytes();
    int soundness =
        version == 4
            ? HeaderLayout.decode96(segment, begin, header, nids)
            : HeaderLayout.decode72(segment, begin, header, nids);
    return soundness == Soundness.SOUND && header.type != MessageType.HELLO;
  }

  /**
   * Tells whether the cookies of a frame acknowledge nothing. This node never asks for an
   * acknowledgement, so one that comes is a mistake of the neighbour's.
   */
  @CheckReturnValue
  boolean isCookieHarmless(FrameHead head) {
    long second = head.secondCookie;
    boolean isNothing = second == 0 || (version >= 3 && second == FrameLayout.KEEPALIVE_COOKIE);
    return head.isMessage ? isNothing : isNothing && head.firstCookie == 0;
  }

  /** Tells whether the checksum of a frame without message is right. */
  @CheckReturnValue
  boolean isNoopSound(MemorySegment segment, long at, FrameHead head) {
    return head.checksum == 0 || head.checksum == begin(segment, at, FRAME_BYTES);
  }

  /** Begins the checksum of a frame with what stands before the payload. */
  int begin(MemorySegment segment, long at, int headBytes) {
    return version == 2
        ? Checksum.update(
            Checksum.ofFrame(segment, at), segment, at + FRAME_BYTES, headBytes - FRAME_BYTES)
        : Checksum.SEED;
  }

  private static int ofPayload(int begun, OutgoingMessage message) {
    int state = begun;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment part = arena.allocate(PART_BYTES);
      for (int at = 0; at < message.payloadLength(); at += PART_BYTES) {
        int length = Math.min(PART_BYTES, message.payloadLength() - at);
        message.pieces().copyTo(message.payloadOffset() + at, part, 0, length);
        state = Checksum.update(state, part, 0, length);
      }
    }
    return state;
  }
}
