/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.wire.CapturedConversation.Side;
import dev.atoll.lnet.wire.CapturedUnit.Greeting;
import dev.atoll.lnet.wire.CapturedUnit.Message;
import dev.atoll.lnet.wire.CapturedUnit.Noop;
import dev.atoll.lnet.wire.CapturedUnit.Request;
import dev.atoll.lnet.wire.CapturedUnit.Unsound;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every unit of every capture decodes as another decoder says, and encodes to the same bytes. */
final class CaptureDecodeTest {
  static final List<String> CAPTURES = CapturedConversation.CAPTURES;

  /** What the captures hold: a decoder that skips something is found out. */
  private record Census(int requests, int greetings, int noops, int messages, int unsound) {}

  @ParameterizedTest
  @FieldSource("CAPTURES")
  void decodesEveryUnitAsTheOtherDecoderDid(String capture) {
    List<CapturedConversation> conversations = CapturedConversation.of(capture);
    CaptureText text = CaptureText.of(capture);

    assertThat(text.conversations()).isEqualTo(conversations.size());
    for (int i = 0; i < conversations.size(); i++) {
      CapturedConversation conversation = conversations.get(i);
      assertThat(conversation).hasToString(text.ends(i));
      List<CapturedUnit> units = CapturedUnit.of(conversation);
      for (Side side : Side.values()) {
        compare(units.stream().filter(unit -> unit.side() == side).toList(), text.units(i, side));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("CAPTURES")
  void encodesEveryUnitBackToItsBytes(String capture) {
    for (CapturedConversation conversation : CapturedConversation.of(capture)) {
      for (CapturedUnit unit : CapturedUnit.of(conversation)) {
        if (!(unit instanceof Unsound) && !isOfForeignOrder(unit)) {
          assertThat(encoded(unit)).as("%s of %s", unit, conversation).isEqualTo(unit.bytes());
        }
      }
    }
  }

  @Test
  void findsAllUnits() {
    Census census = new Census(0, 0, 0, 0, 0);
    for (String capture : CAPTURES) {
      for (CapturedConversation conversation : CapturedConversation.of(capture)) {
        for (CapturedUnit unit : CapturedUnit.of(conversation)) {
          census = counted(census, unit);
        }
      }
    }
    assertThat(census).isEqualTo(new Census(60, 102, 6, 124, 12));
  }

  /** Whether we would never send it so. */
  private static boolean isOfForeignOrder(CapturedUnit unit) {
    MemorySegment bytes = MemorySegment.ofArray(unit.bytes());
    return (unit instanceof Request && ConnectionRequestLayout.isForeignOrder(bytes, 0))
        || (unit instanceof Greeting && HelloLayout.isForeignOrder(bytes, 0));
  }

  private static Census counted(Census census, CapturedUnit unit) {
    return new Census(
        census.requests + (unit instanceof Request ? 1 : 0),
        census.greetings + (unit instanceof Greeting ? 1 : 0),
        census.noops + (unit instanceof Noop ? 1 : 0),
        census.messages + (unit instanceof Message ? 1 : 0),
        census.unsound + (unit instanceof Unsound ? 1 : 0));
  }

  /** Compares one by one up to what either decoder makes no sense of, and bytes from there on. */
  private static void compare(List<CapturedUnit> units, List<CaptureText.Unit> texts) {
    int i = 0;
    while (i < units.size() && !(units.get(i) instanceof Unsound) && !texts.get(i).isOdd()) {
      CapturedUnit unit = units.get(i);
      assertThat(CaptureText.lines(unit)).isEqualTo(texts.get(i).lines());
      assertThat(texts.get(i).isBytes(unit.bytes())).as("bytes of %s", unit).isTrue();
      i++;
    }
    if (i < units.size()) {
      byte[] rest = join(units.subList(i, units.size()).stream().map(CapturedUnit::bytes).toList());
      byte[] restOfText =
          join(texts.subList(i, texts.size()).stream().map(CaptureText.Unit::bytes).toList());
      // The text is silent about what never became complete.
      assertThat(Arrays.copyOf(rest, restOfText.length)).isEqualTo(restOfText);
    } else {
      assertThat(texts).hasSize(i);
    }
  }

  private static byte[] join(List<byte[]> parts) {
    byte[] all = new byte[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static byte[] encoded(CapturedUnit unit) {
    byte[] bytes = new byte[Math.max(unit.bytes().length, 128)];
    // Encoders must write every byte.
    Arrays.fill(bytes, (byte) 0x55);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    int length =
        switch (unit) {
          case Request request -> ConnectionRequestLayout.encode(request.target(), segment, 0);
          case Greeting greeting -> HelloLayout.encode(greeting.hello(), segment, 0);
          case Noop noop -> encodeFrame(noop.bytes(), segment);
          case Message message -> encodeMessage(message, segment);
          case Unsound unsound -> throw new AssertionError(unsound);
        };
    return Arrays.copyOf(bytes, length);
  }

  private static int encodeFrame(byte[] bytes, MemorySegment segment) {
    MemorySegment original = MemorySegment.ofArray(bytes);
    FrameLayout.encode(
        segment,
        0,
        FrameLayout.type(original, 0),
        FrameLayout.firstCookie(original, 0),
        FrameLayout.secondCookie(original, 0));
    FrameLayout.setChecksum(segment, 0, FrameLayout.checksum(original, 0));
    return FrameLayout.BYTES;
  }

  private static int encodeMessage(Message message, MemorySegment segment) {
    if (message.version() > 1) {
      encodeFrame(message.bytes(), segment);
    }
    int at = message.headerAt();
    LnetHeader header = message.header();
    if (message.version() == 4) {
      HeaderLayout.encode96(header, segment, at);
      at += HeaderLayout.BYTES_96;
    } else {
      HeaderLayout.encode72(header, segment, at);
      at += HeaderLayout.BYTES_72;
    }
    MemorySegment payload = MemorySegment.ofArray(message.payload());
    if (PingInfoLayout.inspect(payload, 0, payload.byteSize()) == Soundness.SOUND) {
      return at + PingInfoLayout.encode(PingInfoLayout.decode(payload, 0), segment, at);
    }
    MemorySegment.copy(payload, 0, segment, at, payload.byteSize());
    return at + message.payload().length;
  }

  @Test
  void refusesWhatTheKernelRefused() {
    List<CapturedConversation> refused = CapturedConversation.of("07-handshake-variants");

    assertThat(soundness(refused, 0, Side.ACTIVE)).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(soundness(refused, 1, Side.ACTIVE)).isEqualTo(Soundness.PROTOCOL_QUERY);
    assertThat(soundness(refused, 2, Side.ACTIVE)).isEqualTo(Soundness.FOREIGN_MAGIC);
    assertThat(soundness(refused, 7, Side.ACTIVE)).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(soundness(refused, 8, Side.ACTIVE)).isEqualTo(Soundness.FOREIGN_MAGIC);
    assertThat(soundness(refused, 10, Side.ACTIVE)).isEqualTo(Soundness.UNKNOWN_TYPE);
    assertThat(soundness(refused, 11, Side.ACTIVE)).isEqualTo(Soundness.BAD_COUNT);
  }

  @Test
  void understandsTheCapturedNodeOfForeignByteOrder() {
    CapturedConversation foreign = CapturedConversation.of("07-handshake-variants").get(14);
    List<CapturedUnit> units = CapturedUnit.of(foreign);

    assertThat(units.getFirst())
        .isInstanceOfSatisfying(
            Request.class,
            request -> assertThat(request.target()).isEqualTo(Nid.parse("10.77.0.11@tcp")));
  }

  private static int soundness(List<CapturedConversation> conversations, int index, Side side) {
    return CapturedUnit.of(conversations.get(index)).stream()
        .filter(unit -> unit.side() == side)
        .filter(Unsound.class::isInstance)
        .map(unit -> ((Unsound) unit).soundness())
        .findFirst()
        .orElseThrow();
  }
}
