/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidTable;
import dev.atoll.lnet.wire.CapturedConversation.Ended;
import dev.atoll.lnet.wire.CapturedConversation.Event;
import dev.atoll.lnet.wire.CapturedConversation.Said;
import dev.atoll.lnet.wire.CapturedConversation.Side;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one end of a captured conversation said at once, taken out of its stream of bytes. */
@SuppressWarnings("ArrayRecordComponent") // The records are never compared.
public sealed interface CapturedUnit {
  /** Who said it. */
  Side side();

  /** As it was on the wire. */
  byte[] bytes();

  /** A connection request. */
  record Request(Side side, byte[] bytes, Nid target) implements CapturedUnit {}

  /** A HELLO. */
  record Greeting(Side side, byte[] bytes, Hello hello) implements CapturedUnit {}

  /** A frame without a message. */
  record Noop(Side side, byte[] bytes) implements CapturedUnit {}

  /**
   * A message, with its frame header unless the version is 1.
   *
   * @param version of the conversation
   */
  record Message(Side side, byte[] bytes, int version, LnetHeader header, byte[] payload)
      implements CapturedUnit {
    /** Where the LNet header begins. */
    public int headerAt() {
      return Stream.frameBytes(version);
    }
  }

  /**
   * The rest of what an end said, which makes no sense.
   *
   * @param soundness why; positive if it is cut short
   */
  record Unsound(Side side, byte[] bytes, int soundness) implements CapturedUnit {}

  /** Takes a conversation apart, in the order in which the units became complete. */
  static List<CapturedUnit> of(CapturedConversation conversation) {
    List<CapturedUnit> units = new ArrayList<>();
    Map<Side, Stream> streams = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      streams.put(side, new Stream(side, conversation.isComplete(), units));
    }
    for (Event event : conversation.events()) {
      switch (event) {
        case Said said -> streams.get(said.side()).add(said.bytes());
        case Ended _ -> {}
      }
    }
    streams.values().forEach(Stream::end);
    return units;
  }

  /** The bytes of one end that make no unit yet. */
  final class Stream {
    /** What captures that miss the handshake speak. */
    private static final int USUAL_VERSION = 3;

    private final Side side;
    private final List<CapturedUnit> units;
    private final NidTable nids = new NidTable(64);
    private byte[] rest = {};
    private boolean wantsRequest;
    private boolean wantsHello;
    private int version = USUAL_VERSION;
    private int soundness;

    private Stream(Side side, boolean fromStart, List<CapturedUnit> units) {
      this.side = side;
      this.units = units;
      wantsRequest = fromStart && side == Side.ACTIVE;
      wantsHello = fromStart;
    }

    static int frameBytes(int version) {
      return version == 1 ? 0 : FrameLayout.BYTES;
    }

    private void add(byte[] bytes) {
      byte[] all = Arrays.copyOf(rest, rest.length + bytes.length);
      System.arraycopy(bytes, 0, all, rest.length, bytes.length);
      rest = all;
      while (soundness >= Soundness.SOUND) {
        CapturedUnit unit = next(MemorySegment.ofArray(rest));
        if (unit == null) {
          return;
        }
        units.add(unit);
        rest = Arrays.copyOfRange(rest, unit.bytes().length, rest.length);
      }
    }

    private void end() {
      if (rest.length > 0) {
        units.add(new Unsound(side, rest, soundness));
      }
    }

    private @Nullable CapturedUnit next(MemorySegment bytes) {
      if (wantsRequest) {
        return request(bytes);
      }
      return wantsHello ? greeting(bytes) : frame(bytes);
    }

    private @Nullable CapturedUnit request(MemorySegment bytes) {
      soundness = ConnectionRequestLayout.inspect(bytes, 0, rest.length);
      if (soundness != Soundness.SOUND) {
        return null;
      }
      wantsRequest = false;
      byte[] own = take(ConnectionRequestLayout.bytes(bytes, 0));
      return new Request(side, own, ConnectionRequestLayout.target(bytes, 0));
    }

    private @Nullable CapturedUnit greeting(MemorySegment bytes) {
      soundness = HelloLayout.inspect(bytes, 0, rest.length);
      if (soundness != Soundness.SOUND) {
        return null;
      }
      wantsHello = false;
      Hello hello = HelloLayout.decode(bytes, 0);
      version = hello.version();
      return new Greeting(side, take(HelloLayout.bytes(bytes, 0)), hello);
    }

    private @Nullable CapturedUnit frame(MemorySegment bytes) {
      int headerAt = frameBytes(version);
      if (isShorter(headerAt)) {
        return null;
      }
      if (headerAt > 0 && FrameLayout.type(bytes, 0) == FrameLayout.NOOP) {
        return new Noop(side, take(headerAt));
      }
      if (headerAt > 0 && FrameLayout.type(bytes, 0) != FrameLayout.LNET) {
        soundness = Soundness.UNKNOWN_TYPE;
        return null;
      }
      int payloadAt = headerAt + (version == 4 ? HeaderLayout.BYTES_96 : HeaderLayout.BYTES_72);
      if (isShorter(payloadAt)) {
        return null;
      }
      LnetHeader header = new LnetHeader();
      soundness =
          version == 4
              ? HeaderLayout.decode96(bytes, headerAt, header, nids)
              : HeaderLayout.decode72(bytes, headerAt, header, nids);
      if (soundness != Soundness.SOUND || isShorter(payloadAt + header.payloadLength)) {
        return null;
      }
      byte[] own = take(payloadAt + header.payloadLength);
      byte[] payload = Arrays.copyOfRange(own, payloadAt, own.length);
      return new Message(side, own, version, header, payload);
    }

    private boolean isShorter(int needed) {
      boolean shorter = rest.length < needed;
      soundness = shorter ? needed : Soundness.SOUND;
      return shorter;
    }

    private byte[] take(int length) {
      return Arrays.copyOf(rest, length);
    }
  }
}
