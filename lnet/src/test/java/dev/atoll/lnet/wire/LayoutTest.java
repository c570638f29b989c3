/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.MessageType;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidTable;
import dev.atoll.lnet.ProcessId;
import dev.atoll.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** What the vectors do not show: parts, faults, and the other byte order. */
final class LayoutTest {
  private static final Nid A = Nid.parse("10.77.0.11@tcp");
  private static final Nid LARGE = Nid.parse("fd77::11@tcp");
  private static final String V3_HEAD =
      "63 69 72 45 03 00 00 00 0b 00 4d 0a 00 00 02 00 0c 00 4d 0a 00 00 02 00 39 30 00 00 00*20 ";

  private final NidTable nids = new NidTable(8);

  @Test
  void asksForARequestPartByPart() {
    for (Nid target : List.of(A, LARGE)) {
      MemorySegment bytes = WireText.room(ConnectionRequestLayout.V2_BYTES);
      int length = ConnectionRequestLayout.encode(target, bytes, 0);
      for (int available = 0; available < length; available++) {
        int needed = available < 4 ? 4 : available < 8 ? 8 : length;
        // What has not come must not be looked at.
        MemorySegment part = bytes.asSlice(0, available);
        assertThat(ConnectionRequestLayout.inspect(part, 0, available)).isEqualTo(needed);
      }
    }
  }

  @Test
  void asksForAHelloPartByPart() {
    for (int version = 1; version <= 4; version++) {
      MemorySegment bytes = WireText.room(HelloLayout.BYTES_MAX);
      int length = HelloLayout.encode(hello(version, A), bytes, 0);
      for (int available = 0; available < length; available++) {
        int needed = available < 4 ? 4 : available < 8 ? 8 : length;
        MemorySegment part = bytes.asSlice(0, available);
        assertThat(HelloLayout.inspect(part, 0, available)).isEqualTo(needed);
      }
    }
  }

  @Test
  void readsARequestOfForeignOrder() {
    MemorySegment v1 = WireText.segment("ac ce 71 00 | 00 00 00 01 | 00 02 00 00 0a 4d 00 0b");
    MemorySegment v2 = WireText.segment("ac ce 71 00 | 00 00 00 02 | 0c 02 00 00 fd 77 00*13 11");

    assertThat(ConnectionRequestLayout.inspect(v1, 0, 16)).isZero();
    assertThat(ConnectionRequestLayout.target(v1, 0)).isEqualTo(A);
    assertThat(ConnectionRequestLayout.inspect(v2, 0, 28)).isZero();
    assertThat(ConnectionRequestLayout.target(v2, 0)).isEqualTo(LARGE);
  }

  @Test
  void refusesRequestsThatAreNone() {
    assertThat(request("47 45 54 20")).isEqualTo(Soundness.FOREIGN_MAGIC);
    assertThat(request("63 69 72 45")).isEqualTo(Soundness.PROTOCOL_QUERY);
    assertThat(request("45 72 69 63")).isEqualTo(Soundness.PROTOCOL_QUERY);
    assertThat(request("00 71 ce ac 07 00 00 00")).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(request("00 71 ce ac 00*4")).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(request("00 71 ce ac 01 00 00 00 00*7 01")).isEqualTo(Soundness.BAD_NID);
    assertThat(request("00 71 ce ac 02 00 00 00 04 02 00 00 00*16")).isEqualTo(Soundness.BAD_NID);
  }

  @Test
  void readsHellosOfForeignOrder() {
    MemorySegment v3 =
        WireText.segment(
            """
            45 72 69 63 | 00 00 00 03 | 00 02 00 00 0a 4d 00 0b | 00 02 00 00 0a 4d 00 0c
            00 00 30 39 | 00 00 00 00 | 18 e9 bd eb 34 32 56 35 | 00*8 | 00 00 00 01 | 00*4
            """);
    MemorySegment v4 =
        WireText.segment(
            """
            45 72 69 63 | 00 00 00 04 | 0c 02 00 00 fd 77 00*13 11 | 0c 02 00 00 fd 77 00*13 12
            00 00 30 39 | 00 00 00 00 | 18 e9 bd eb 34 32 56 35 | 00*8 | 00 00 00 03 | 00*4
            """);

    assertThat(HelloLayout.inspect(v3, 0, v3.byteSize())).isZero();
    assertThat(HelloLayout.isForeignOrder(v3, 0)).isTrue();
    assertThat(HelloLayout.decode(v3, 0))
        .isEqualTo(
            new Hello(
                3,
                ProcessId.of(A),
                new ProcessId(Nid.parse("10.77.0.12@tcp"), 0),
                0x18e9_bdeb_3432_5635L,
                0,
                ConnectionType.CONTROL));
    assertThat(HelloLayout.inspect(v4, 0, v4.byteSize())).isZero();
    assertThat(HelloLayout.decode(v4, 0).source()).isEqualTo(ProcessId.of(LARGE));
    assertThat(HelloLayout.decode(v4, 0).type()).isEqualTo(ConnectionType.BULK_OUT);
  }

  @Test
  void readsOverTheAddressesOfAHello() {
    MemorySegment none = WireText.segment(V3_HEAD + "01 00 00 00 10 00 00 00");
    MemorySegment all =
        WireText.segment(V3_HEAD + "01 00 00 00 10 00 00 00" + "01 00*3 ".repeat(16));
    MemorySegment v1 =
        WireText.segment(
            "ed 0d bc ee 01 00 00 00 0b 00 4d 0a 00 00 02 00 00*4 39 30 00 00 04 00 00 00"
                + "08 00 00 00 00*8 01 00 00 00 00*28 00 00 00 01 00 00 00 01");

    assertThat(HelloLayout.inspect(none, 0, none.byteSize())).isEqualTo(56 + 64);
    assertThat(HelloLayout.inspect(all, 0, all.byteSize())).isZero();
    assertThat(HelloLayout.bytes(all, 0)).isEqualTo(56 + 64);
    assertThat(HelloLayout.decode(all, 0).source().nid()).isEqualTo(A);
    assertThat(HelloLayout.inspect(v1, 0, 72)).isEqualTo(80);
    assertThat(HelloLayout.inspect(v1, 0, 80)).isZero();
    assertThat(HelloLayout.bytes(v1, 0)).isEqualTo(80);
  }

  @Test
  void takesNoNoticeOfTheCountInVersion4() {
    MemorySegment bytes = WireText.room(80);
    int length = HelloLayout.encode(hello(4, LARGE), bytes, 0);
    bytes.set(Words.U32, 76, -1);

    assertThat(HelloLayout.inspect(bytes, 0, length)).isZero();
    assertThat(HelloLayout.bytes(bytes, 0)).isEqualTo(80);
  }

  @Test
  void refusesHellosThatAreNone() {
    String v1 = "ed 0d bc ee 01 00 00 00";
    assertThat(hello("61 62 63 64")).isEqualTo(Soundness.FOREIGN_MAGIC);
    assertThat(hello("63 69 72 45 09 00 00 00")).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(hello("63 69 72 45 01 00 00 00")).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(hello("ed 0d bc ee 02 00 00 00")).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(hello("ed 0d bc ee 01 00 01 00")).isEqualTo(Soundness.UNKNOWN_VERSION);
    assertThat(hello(V3_HEAD + "07 00 00 00 00*4")).isEqualTo(Soundness.UNKNOWN_TYPE);
    assertThat(hello(V3_HEAD + "fe ff ff ff 00*4")).isEqualTo(Soundness.UNKNOWN_TYPE);
    assertThat(hello(V3_HEAD + "01 00 00 00 11 00 00 00")).isEqualTo(Soundness.BAD_COUNT);
    assertThat(hello(V3_HEAD + "01 00 00 00 ff ff ff ff")).isEqualTo(Soundness.BAD_COUNT);
    assertThat(hello(V3_HEAD + "01 00 00 00 02 00 00 00 01 00*7"))
        .isEqualTo(Soundness.ZERO_ADDRESS);
    assertThat(hello("63 69 72 45 03 00 00 00 00*7 01 00*40")).isEqualTo(Soundness.BAD_NID);
    assertThat(hello("63 69 72 45 04 00 00 00 01 00*71")).isEqualTo(Soundness.BAD_NID);
    assertThat(hello(v1 + "00*7 01 00*8 04 00*47")).isEqualTo(Soundness.BAD_NID);
    assertThat(hello(v1 + "00*16 05 00*47")).isEqualTo(Soundness.UNKNOWN_TYPE);
    assertThat(hello(v1 + "00*16 04 00*15 04 00*31")).isEqualTo(Soundness.UNKNOWN_TYPE);
    assertThat(hello(v1 + "00*16 04 00*3 44 00*43")).isEqualTo(Soundness.BAD_COUNT);
    assertThat(hello(v1 + "00*16 04 00*3 03 00*43")).isEqualTo(Soundness.BAD_COUNT);
    assertThat(hello(v1 + "00*16 04 00*3 fc ff ff ff 00*40")).isEqualTo(Soundness.BAD_COUNT);
  }

  @Test
  void takesADestinationThatIsNoneForAny() {
    MemorySegment v3 =
        WireText.segment(V3_HEAD.replace("0c 00 4d 0a 00 00 02 00", "01*8") + "00*8");

    assertThat(HelloLayout.inspect(v3, 0, v3.byteSize())).isZero();
    assertThat(HelloLayout.decode(v3, 0).destination()).isEqualTo(new ProcessId(Nid.ANY, 0));
  }

  @Test
  void refusesToWriteWhatAVersionCannotHold() {
    MemorySegment room = WireText.room(HelloLayout.BYTES_MAX);
    LnetHeader header = new LnetHeader();
    header.destination = LARGE;

    for (int version = 1; version <= 3; version++) {
      Hello hello = hello(version, LARGE);
      assertThatIllegalStateException().isThrownBy(() -> HelloLayout.encode(hello, room, 0));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> HelloLayout.encode(hello(5, A), room, 0));
    assertThatIllegalStateException().isThrownBy(() -> HeaderLayout.encode72(header, room, 0));
  }

  @Test
  void typesOfConnectionsHaveAnInverse() {
    for (ConnectionType type : ConnectionType.values()) {
      assertThat(ConnectionType.ofCode(type.code())).isEqualTo(type);
      assertThat(type.inverse().inverse()).isEqualTo(type);
    }
    assertThat(ConnectionType.BULK_IN.inverse()).isEqualTo(ConnectionType.BULK_OUT);
    assertThat(ConnectionType.CONTROL.inverse()).isEqualTo(ConnectionType.CONTROL);
  }

  @Test
  void turnsFramesOfForeignOrderRound() {
    MemorySegment bytes =
        WireText.segment("00 00 00 c1 | 01 02 03 04 | 01 02 03 04 05 06 07 08 | 00*7 09");

    FrameLayout.reverse(bytes, 0);

    assertThat(FrameLayout.type(bytes, 0)).isEqualTo(FrameLayout.LNET);
    assertThat(FrameLayout.checksum(bytes, 0)).isEqualTo(0x0102_0304);
    assertThat(FrameLayout.firstCookie(bytes, 0)).isEqualTo(0x0102_0304_0506_0708L);
    assertThat(FrameLayout.secondCookie(bytes, 0)).isEqualTo(9);
  }

  @Test
  void everyHeaderLeadsBackToItself() {
    Random random = new Random(Seeds.of(LayoutTest.class));
    for (int round = 0; round < 5_000; round++) {
      LnetHeader header = randomHeader(random, random.nextBoolean());
      boolean large = header.destination.isLarge();
      MemorySegment bytes = WireText.room(100);
      LnetHeader read = randomHeader(random, false);
      if (large) {
        HeaderLayout.encode96(header, bytes, 3);
        assertThat(HeaderLayout.decode96(bytes, 3, read, nids)).isZero();
      } else {
        HeaderLayout.encode72(header, bytes, 3);
        assertThat(HeaderLayout.decode72(bytes, 3, read, nids)).isZero();
      }
      assertThat(WireText.fields(read)).isEqualTo(WireText.fields(header));
      int end = 3 + (large ? HeaderLayout.BYTES_96 : HeaderLayout.BYTES_72);
      assertThat(WireText.bytes(bytes, end, 100 - end)).containsOnly(0x55);
    }
  }

  @Test
  void saysWhatIsWrongWithHeaders() {
    MemorySegment bytes = WireText.room(96);
    LnetHeader header = new LnetHeader();
    header.destination = A;
    header.source = A;
    HeaderLayout.encode96(header, bytes, 0);
    for (int type : new int[] {5, 9, Integer.MIN_VALUE, -1}) {
      bytes.set(Words.U32, 48, type);
      assertThat(HeaderLayout.decode96(bytes, 0, header, nids)).isEqualTo(Soundness.UNKNOWN_TYPE);
    }
    bytes.set(Words.U32, 48, MessageType.HELLO.code());
    assertThat(HeaderLayout.decode96(bytes, 0, header, nids)).isZero();
    assertThat(header.type).isEqualTo(MessageType.HELLO);
    bytes.set(Words.U64, 20, 1);
    assertThat(HeaderLayout.decode96(bytes, 0, header, nids)).isEqualTo(Soundness.BAD_NID);
    bytes.set(Words.U64, 8, 1L << 56);
    bytes.set(Words.U64, 0, 0);
    assertThat(HeaderLayout.decode72(bytes, 0, header, nids)).isEqualTo(Soundness.BAD_NID);
  }

  @Test
  void keepsLengthsAboveTwoGigabytes() {
    MemorySegment bytes = WireText.segment("00*24 01 00 00 00 ff ff ff ff 00*40");
    LnetHeader header = new LnetHeader();

    assertThat(HeaderLayout.decode72(bytes, 0, header, nids)).isZero();
    assertThat(Integer.toUnsignedLong(header.payloadLength)).isEqualTo(0xffff_ffffL);
  }

  @Test
  void checksumIsTheCrcOfEthernetUninverted() {
    Random random = new Random(Seeds.of(LayoutTest.class));
    byte[] bytes = new byte[4096];
    random.nextBytes(bytes);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    for (int round = 0; round < 1_000; round++) {
      int from = random.nextInt(bytes.length);
      int length = random.nextInt(Math.min(bytes.length - from, round + 1));
      int cut = random.nextInt(length + 1);
      CRC32 crc = new CRC32();
      crc.update(bytes, from, length);
      int state = Checksum.update(Checksum.SEED, segment, from, cut);
      assertThat(Checksum.update(state, segment, from + cut, length - cut))
          .isEqualTo(~(int) crc.getValue());
    }
  }

  @Test
  void describesEverySoundness() {
    assertThat(Soundness.describe(24)).isEqualTo("incomplete, needs 24 bytes");
    for (int soundness = Soundness.SOUND; soundness >= Soundness.BAD_LENGTH; soundness--) {
      assertThat(Soundness.describe(soundness)).doesNotContain("=");
    }
    assertThat(Soundness.describe(-99)).isEqualTo("soundness=-99");
  }

  private static int request(String text) {
    MemorySegment bytes = WireText.segment(text);
    return ConnectionRequestLayout.inspect(bytes, 0, bytes.byteSize());
  }

  private static int hello(String text) {
    MemorySegment bytes = WireText.segment(text);
    return HelloLayout.inspect(bytes, 0, bytes.byteSize());
  }

  private static Hello hello(int version, Nid nid) {
    return new Hello(
        version, ProcessId.of(nid), new ProcessId(nid, 0), 7, 0, ConnectionType.CONTROL);
  }

  private static LnetHeader randomHeader(Random random, boolean large) {
    LnetHeader header = new LnetHeader();
    MessageType[] types = {MessageType.ACK, MessageType.PUT, MessageType.GET, MessageType.REPLY};
    header.type = types[random.nextInt(types.length)];
    header.destination = large ? LARGE : A;
    header.source = large ? Nid.ofAddress(A.network(), random.nextInt()) : A;
    header.destinationPid = random.nextInt();
    header.sourcePid = random.nextInt();
    header.payloadLength = random.nextInt();
    header.wireInterfaceCookie = random.nextLong();
    header.wireObjectCookie = random.nextLong();
    boolean put = header.type == MessageType.PUT;
    boolean get = header.type == MessageType.GET;
    boolean ack = header.type == MessageType.ACK;
    header.matchBits = put || get || ack ? random.nextLong() : 0;
    header.headerData = put ? random.nextLong() : 0;
    header.portal = put || get ? random.nextInt() : 0;
    header.offset = put || get ? random.nextInt() : 0;
    header.length = get || ack ? random.nextInt() : 0;
    return header;
  }
}
