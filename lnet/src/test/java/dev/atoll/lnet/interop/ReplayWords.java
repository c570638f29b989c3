/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.peer.SimplePeer;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Turns captured frames into those of a test: other addresses, and the handles of its node. */
final class ReplayWords {
  /** The two halves of a handle. */
  private record Handle(long high, long low) {}

  private static final int NO_INCARNATION = 0;

  private final UnaryOperator<InetAddress> addresses;
  private final Map<Handle, Handle> handles = new HashMap<>();
  private final Map<Handle, Integer> offsets = new HashMap<>();
  private byte[] whole = new byte[0];
  private final Map<Long, Boolean> cookies = new HashMap<>();
  private long incarnation = NO_INCARNATION;

  ReplayWords(UnaryOperator<InetAddress> addresses) {
    this.addresses = addresses;
  }

  /** Gives the NID of a test for a captured one; unknown hosts stay as they are. */
  PeerNid translate(PeerNid captured) {
    if (captured.equals(PeerNid.ANY) || captured.equals(PeerNid.LOOPBACK)) {
      return captured;
    }
    byte[] bytes = captured.nid20();
    if (bytes[1] != 2) {
      return captured;
    }
    int number = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
    return PeerNid.of(addresses.apply(captured.address()), number);
  }

  /** The message of a frame. */
  static Optional<PeerMessage> message(byte[] frame, int version) {
    int head = version == 1 ? 0 : PeerFrame.SIZE;
    int whole = head + PeerMessage.sizeOf(version);
    return frame.length < whole
        ? Optional.empty()
        : Optional.of(PeerMessage.decode(Arrays.copyOfRange(frame, head, whole), version));
  }

  /** The payload of a frame. */
  static byte[] payload(byte[] frame, int version) {
    int head = version == 1 ? 0 : PeerFrame.SIZE;
    return Arrays.copyOfRange(frame, head + PeerMessage.sizeOf(version), frame.length);
  }

  /** What the node must be told for what its captured host was told; empty if nothing. */
  Optional<byte[]> toNode(CapturedStep.Said said) {
    return switch (said.kind()) {
      case REQUEST -> Optional.of(request(said.bytes()));
      case HELLO -> Optional.of(hello(said.bytes()).encode());
      case OTHER -> Optional.of(said.bytes());
      case FRAME -> frameToNode(said);
    };
  }

  private byte[] request(byte[] bytes) {
    PeerRequest request = PeerRequest.decode(bytes);
    boolean isAnswer = request.target().nid20()[1] == 0;
    return new PeerRequest(
            request.magic(),
            request.version(),
            isAnswer ? request.target() : translate(request.target()))
        .encode();
  }

  private PeerHello hello(byte[] bytes) {
    PeerHello hello = PeerHello.decode(bytes);
    return new PeerHello(
        hello.magic(),
        hello.version(),
        translate(hello.source()),
        translate(hello.target()),
        hello.sourcePid(),
        hello.targetPid(),
        hello.incarnation(),
        hello.targetIncarnation(),
        hello.type(),
        hello.ips());
  }

  private Optional<byte[]> frameToNode(CapturedStep.Said said) {
    Optional<PeerMessage> message = message(said.bytes(), said.version());
    if (message.isEmpty()) {
      PeerFrame noop = head(said.bytes());
      boolean isForTheMaskedCookie = cookies.remove(noop.secondCookie()) != null;
      return isForTheMaskedCookie ? Optional.empty() : Optional.of(said.bytes());
    }
    PeerMessage translated = nids(message.get());
    Handle own =
        handles.getOrDefault(
            new Handle(translated.handleHigh(), translated.handleLow()),
            new Handle(translated.handleHigh(), translated.handleLow()));
    offsets.put(new Handle(translated.handleHigh(), translated.handleLow()), translated.offset());
    boolean isAnswer =
        translated.type() == PeerMessage.ACK || translated.type() == PeerMessage.REPLY;
    PeerMessage sent = isAnswer ? translated.withHandle(own.high(), own.low()) : translated;
    byte[] payload = info(payload(said.bytes(), said.version()));
    if (said.version() == 1) {
      return Optional.of(SimplePeer.join(sent.encode(1), payload));
    }
    PeerFrame head = head(said.bytes());
    PeerFrame frame =
        PeerFrame.of(sent, payload)
            .withType(head.type())
            .withCookies(head.firstCookie(), head.secondCookie());
    return Optional.of(frame.withChecksum(checksum(said, head, frame)).encode(said.version()));
  }

  /** A right checksum becomes the right one of the new bytes; a wrong one stays. */
  private static int checksum(CapturedStep.Said said, PeerFrame head, PeerFrame frame) {
    PeerFrame captured =
        PeerFrame.of(
                message(said.bytes(), said.version()).orElseThrow(),
                payload(said.bytes(), said.version()))
            .withType(head.type())
            .withCookies(head.firstCookie(), head.secondCookie());
    boolean isRight =
        head.checksum()
            == (said.version() == 2 ? captured.wholeChecksum() : captured.payloadChecksum());
    if (head.checksum() == 0 || !isRight) {
      return head.checksum();
    }
    return said.version() == 2 ? frame.wholeChecksum() : frame.payloadChecksum();
  }

  private static PeerFrame head(byte[] frame) {
    return PeerFrame.headOf(Arrays.copyOf(frame, PeerFrame.SIZE));
  }

  private PeerMessage nids(PeerMessage message) {
    return message.withTarget(translate(message.target())).withSource(translate(message.source()));
  }

  private byte[] info(byte[] payload) {
    return readInfo(payload)
        .map(info ->
            new PeerInfo(
                info.features(),
                info.pid(),
                info.sequence(),
                info.nids().stream().map(this::translate).toList()))
        .map(PeerInfo::encode)
        .orElse(payload);
  }

  private static Optional<PeerInfo> readInfo(byte[] payload) {
    try {
      PeerInfo info = PeerInfo.decode(payload);
      return Arrays.equals(info.encode(), payload) ? Optional.of(info) : Optional.empty();
    } catch (AssertionError | RuntimeException none) {
      return Optional.empty();
    }
  }

  /** What the node should have said for what its captured host said, with masked fields taken. */
  byte[] fromNode(CapturedStep.Said said, byte[] actual, Set<ReplayMask> used) {
    return switch (said.kind()) {
      case REQUEST -> request(said.bytes());
      case HELLO -> helloFromNode(said, actual, used);
      case OTHER -> said.bytes();
      case FRAME -> frameFromNode(said, actual, used);
    };
  }

  private byte[] helloFromNode(CapturedStep.Said said, byte[] actual, Set<ReplayMask> used) {
    used.add(ReplayMask.INCARNATION);
    if (incarnation == NO_INCARNATION) {
      incarnation = PeerHello.decode(actual).incarnation();
      if (incarnation == NO_INCARNATION) {
        throw new AssertionError("a HELLO without incarnation: " + PeerHello.decode(actual));
      }
    }
    return hello(said.bytes()).withIncarnation(incarnation).encode();
  }

  private byte[] frameFromNode(CapturedStep.Said said, byte[] actual, Set<ReplayMask> used) {
    Optional<PeerMessage> message = message(said.bytes(), said.version());
    if (message.isEmpty()) {
      return said.bytes();
    }
    PeerMessage expected = nids(message.get());
    boolean isOperation = expected.type() == PeerMessage.PUT || expected.type() == PeerMessage.GET;
    if (isOperation && expected.handleLow() != -1) {
      used.add(ReplayMask.HANDLE);
      PeerMessage own = message(actual, said.version()).orElseThrow();
      var captured = new Handle(expected.handleHigh(), expected.handleLow());
      handles.put(captured, new Handle(own.handleHigh(), own.handleLow()));
      expected = expected.withHandle(own.handleHigh(), own.handleLow());
    }
    byte[] payload =
        infoFromNode(
            offsets.getOrDefault(new Handle(expected.handleHigh(), expected.handleLow()), 0),
            payload(said.bytes(), said.version()),
            payload(actual, said.version()),
            used);
    if (said.version() == 1) {
      return SimplePeer.join(expected.encode(1), payload);
    }
    PeerFrame head = head(said.bytes());
    if (head.firstCookie() != 0) {
      used.add(ReplayMask.COOKIE);
      cookies.put(head.firstCookie(), true);
    }
    return PeerFrame.of(expected, payload)
        .withCookies(0, head.secondCookie())
        .encode(said.version());
  }

  /** A part of the information is that part of the whole, which must have been seen before. */
  private byte[] infoFromNode(int offset, byte[] captured, byte[] actual, Set<ReplayMask> used) {
    if (offset > 0) {
      return Arrays.copyOfRange(whole, offset, offset + captured.length);
    }
    Optional<PeerInfo> expected = readInfo(info(captured));
    Optional<PeerInfo> own = readInfo(actual);
    if (expected.isEmpty() || own.isEmpty()) {
      return info(captured);
    }
    used.add(ReplayMask.SEQUENCE);
    PeerInfo info = expected.get();
    whole = new PeerInfo(info.features(), info.pid(), own.get().sequence(), info.nids()).encode();
    return whole.clone();
  }
}
