/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.MessageType;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidTable;
import dev.atoll.lnet.PingInfo;
import dev.atoll.lnet.ProcessId;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The structures byte for byte as kernel nodes send them. */
final class WireVectorTest {
  private static final Nid A = Nid.parse("10.77.0.11@tcp");
  private static final Nid B = Nid.parse("10.77.0.12@tcp");
  private static final Nid USER = Nid.parse("10.77.0.1@tcp");
  private static final Nid LARGE_A = Nid.parse("fd77::11@tcp");
  private static final Nid LARGE_B = Nid.parse("fd77::12@tcp");
  private static final long PING_BITS = 1L << 63;

  private static final String GET_OF_A =
      """
      0c 00 4d 0a 00 00 02 00 | 0b 00 4d 0a 00 00 02 00 | 39 30 00 00 | 39 30 00 00
      02 00 00 00 | 00 00 00 00 | 07 f7 ac 31 eb bd e9 18 11 1c 00 00 00 00 00 00
      00 00 00 00 00 00 00 80 | 00 00 00 00 | 00 00 00 00 | 78 0f 00 00 | 00 00 00 00
      """;

  private final NidTable nids = new NidTable(8);

  @Test
  void v1ConnectionRequest() {
    checkRequest("00 71 ce ac | 01 00 00 00 | 0c 00 4d 0a 00 00 02 00", B);
  }

  @Test
  void v2HelloOfVersion3() {
    String common =
        """
        63 69 72 45 | 03 00 00 00 | 0b 00 4d 0a 00 00 02 00 | 0c 00 4d 0a 00 00 02 00
        39 30 00 00 | 00 00 00 00 | 35 56 32 34 eb bd e9 18 | 00*8
        """;
    long incarnation = 0x18e9_bdeb_3432_5635L;
    for (ConnectionType type : ConnectionType.values()) {
      String code = type == ConnectionType.NONE ? "ff ff ff ff" : "0" + type.code() + " 00 00 00";
      checkHello(
          common + code + "| 00 00 00 00",
          new Hello(3, ProcessId.of(A), new ProcessId(B, 0), incarnation, 0, type));
    }
  }

  @Test
  void v3PingAndItsAnswer() {
    checkFrame("c1 00 00 00 | 00 00 00 00 | 00*8 | 00*8", FrameLayout.LNET, 0, 0);
    LnetHeader get = header(A, B, MessageType.GET, 0x18e9_bdeb_31ac_f707L, 0x1c11);
    get.matchBits = PING_BITS;
    get.length = 3960;
    check72(GET_OF_A, get);
    LnetHeader reply = header(B, A, MessageType.REPLY, 0x18e9_bdeb_31ac_f707L, 0x1c11);
    reply.payloadLength = 48;
    check72(
        """
        0b 00 4d 0a 00 00 02 00 | 0c 00 4d 0a 00 00 02 00 | 39 30 00 00 | 39 30 00 00
        03 00 00 00 | 30 00 00 00 | 07 f7 ac 31 eb bd e9 18 11 1c 00 00 00 00 00 00 | 00*24
        """,
        reply);
    checkInfo(
        """
        67 6e 69 70 | 1e 00 00 00 | 39 30 00 00 | 02 00 00 00
        00 00 00 00 00 00 09 00 | 02 00 00 00 | 00 00 00 00
        0c 00 4d 0a 00 00 02 00 | de c0 aa 15 | 00 00 00 00
        """,
        info(0x1e, 2, B));
  }

  @Test
  void v4PushAndItsAcknowledgement() {
    LnetHeader put = header(A, B, MessageType.PUT, 0x18e9_bdeb_31ac_f707L, 0x1c19);
    put.payloadLength = 48;
    put.matchBits = PING_BITS;
    check72(
        """
        0c 00 4d 0a 00 00 02 00 | 0b 00 4d 0a 00 00 02 00 | 39 30 00 00 | 39 30 00 00
        01 00 00 00 | 30 00 00 00 | 07 f7 ac 31 eb bd e9 18 19 1c 00 00 00 00 00 00
        00 00 00 00 00 00 00 80 | 00*8 | 00 00 00 00 | 00 00 00 00
        """,
        put);
    LnetHeader ack = header(B, A, MessageType.ACK, 0x18e9_bdeb_31ac_f707L, 0x1c19);
    ack.matchBits = PING_BITS;
    ack.length = 48;
    check72(
        """
        0b 00 4d 0a 00 00 02 00 | 0c 00 4d 0a 00 00 02 00 | 39 30 00 00 | 39 30 00 00
        00 00 00 00 | 00 00 00 00 | 07 f7 ac 31 eb bd e9 18 19 1c 00 00 00 00 00 00
        00 00 00 00 00 00 00 80 | 30 00 00 00 | 00*12
        """,
        ack);
  }

  @Test
  void v5BulkAndItsZeroCopyAcknowledgement() {
    LnetHeader get = header(B, A, MessageType.GET, 0x18e9_bdf8_08b8_1b39L, 0x2835);
    get.matchBits = 0x3159_0000_0000_000eL;
    get.portal = 52;
    get.length = 1 << 20;
    check72(
        """
        0b 00 4d 0a 00 00 02 00 | 0c 00 4d 0a 00 00 02 00 | 39 30 00 00 | 39 30 00 00
        02 00 00 00 | 00 00 00 00 | 39 1b b8 08 f8 bd e9 18 35 28 00 00 00 00 00 00
        0e 00 00 00 00 00 59 31 | 34 00 00 00 | 00 00 00 00 | 00 00 10 00 | 00 00 00 00
        """,
        get);
    checkFrame("c1 00 00 00 | 00 00 00 00 | 02 00*7 | 00*8", FrameLayout.LNET, 2, 0);
    checkFrame("c0 00 00 00 | 00 00 00 00 | 00*8 | 02 00*7", FrameLayout.NOOP, 0, 2);
    checkFrame(
        "c0 00 00 00 | 00 00 00 00 | 00*8 | 01 00*7",
        FrameLayout.NOOP,
        0,
        FrameLayout.KEEPALIVE_COOKIE);
  }

  @Test
  void v6LargeNids() {
    checkRequest("00 71 ce ac | 02 00 00 00 | 0c 02 00 00 fd 77 00*13 12", LARGE_B);
    checkHello(
        """
        63 69 72 45 | 04 00 00 00 | 0c 02 00 00 fd 77 00*13 11 | 0c 02 00 00 fd 77 00*13 12
        39 30 00 00 | 00 00 00 00 | 35 74 fe 83 1e be e9 18 | 00*8 | 01 00 00 00 | 00 00 00 00
        """,
        new Hello(
            4,
            ProcessId.of(LARGE_A),
            new ProcessId(LARGE_B, 0),
            0x18e9_be1e_83fe_7435L,
            0,
            ConnectionType.CONTROL));
    LnetHeader get = header(LARGE_A, LARGE_B, MessageType.GET, 0x18e9_be1b_b11a_19b7L, 13);
    get.matchBits = PING_BITS;
    get.length = 3960;
    check96(
        """
        0c 02 00 00 fd 77 00*13 12 | 0c 02 00 00 fd 77 00*13 11
        39 30 00 00 39 30 00 00 02 00 00 00 00 00 00 00 | b7 19 1a b1 1b be e9 18 0d 00*7
        00*7 80 | 00 00 00 00 | 00 00 00 00 | 78 0f 00 00 | 00 00 00 00
        """,
        get);
    checkInfo(
        """
        67 6e 69 70 | 7e 00 00 00 | 39 30 00 00 | 01 00 00 00
        00 00 00 00 00 00 09 00 | 04 00 00 00 | 38 00 00 00
        de c0 aa 15 | 0c 02 00 00 fd 77 00*13 12
        """,
        info(0x7e, 4, LARGE_B));
  }

  @Test
  void v7ShortNidInTheNewForm() {
    MemorySegment bytes = WireText.segment("00 02 00 00 0a 4d 00 0b 00*12");
    MemorySegment written = WireText.room(Nid.BYTES);

    A.writeTo(written, 0);
    assertThat(written.mismatch(bytes)).isEqualTo(-1);
    assertThat(Nid.isNid(bytes, 0)).isTrue();
    assertThat(Nid.readFrom(bytes, 0)).isEqualTo(A);
  }

  @Test
  void v8HelloOfVersion1() {
    checkHello(
        """
        ed 0d bc ee | 01 00 | 00 00 | 0b 00 4d 0a 00 00 02 00 | 00 00 00 00 | 39 30 00 00
        04 00 00 00 | 00 00 00 00 | f9 10 a2 3d 33 be e9 18 | 01 00 00 00 | 00*28
        """,
        new Hello(
            1, ProcessId.of(A), ProcessId.ANY, 0x18e9_be33_3da2_10f9L, 0, ConnectionType.CONTROL));
  }

  @Test
  void v9ChecksumsOfVersion2() {
    LnetHeader get = header(USER, A, MessageType.GET, 0x1122_3344_5566_7788L, 0x14);
    get.matchBits = PING_BITS;
    get.length = 272;
    assertThat(checksum(get, "")).isEqualTo(0x8239_e3ff);

    LnetHeader put = header(USER, A, MessageType.PUT, LnetHeader.NO_COOKIE, LnetHeader.NO_COOKIE);
    put.payloadLength = 4;
    put.matchBits = 0x0011_2233_4455_6677L;
    put.headerData = 0x8899_aabb_ccdd_eeffL;
    put.portal = 34;
    put.offset = 8;
    assertThat(checksum(put, "61 62 63 64")).isEqualTo(0x8803_2ac6);
  }

  @Test
  void v10AnswerToAnotherVersion() {
    MemorySegment answer = WireText.room(ConnectionRequestLayout.V1_BYTES);

    assertThat(ConnectionRequestLayout.encodeVersionAnswer(answer, 0)).isEqualTo(16);
    assertThat(WireText.bytes(answer)).isEqualTo(WireText.bytes("00 71 ce ac 01 00 00 00 00*8"));
  }

  private static int checksum(LnetHeader header, String payload) {
    MemorySegment frame = WireText.room(FrameLayout.BYTES + HeaderLayout.BYTES_72);
    FrameLayout.encode(frame, 0, FrameLayout.LNET, 0, 0);
    // Whatever stands there must not count.
    FrameLayout.setChecksum(frame, 0, 0x1234);
    HeaderLayout.encode72(header, frame, FrameLayout.BYTES);
    int state = Checksum.ofFrame(frame, 0);
    state = Checksum.update(state, frame, FrameLayout.BYTES, HeaderLayout.BYTES_72);
    MemorySegment bytes = WireText.segment(payload);
    return Checksum.update(state, bytes, 0, bytes.byteSize());
  }

  private static LnetHeader header(
      Nid source, Nid destination, MessageType type, long interfaceCookie, long objectCookie) {
    LnetHeader header = new LnetHeader();
    header.source = source;
    header.destination = destination;
    header.sourcePid = ProcessId.LUSTRE_PID;
    header.destinationPid = ProcessId.LUSTRE_PID;
    header.type = type;
    header.wireInterfaceCookie = interfaceCookie;
    header.wireObjectCookie = objectCookie;
    return header;
  }

  private static PingInfo info(int features, int sequence, Nid nid) {
    return new PingInfo(
        features,
        ProcessId.LUSTRE_PID,
        sequence,
        List.of(new PingInfo.Interface(nid, PingInfo.UP)));
  }

  private static void checkRequest(String text, Nid target) {
    MemorySegment bytes = WireText.segment(text);
    MemorySegment written = WireText.room(ConnectionRequestLayout.V2_BYTES);

    assertThat(ConnectionRequestLayout.inspect(bytes, 0, bytes.byteSize())).isZero();
    assertThat(ConnectionRequestLayout.bytes(bytes, 0)).isEqualTo((int) bytes.byteSize());
    assertThat(ConnectionRequestLayout.target(bytes, 0)).isEqualTo(target);
    int length = ConnectionRequestLayout.encode(target, written, 0);
    assertThat(WireText.bytes(written, 0, length)).isEqualTo(WireText.bytes(bytes));
  }

  private static void checkHello(String text, Hello hello) {
    MemorySegment bytes = WireText.segment(text);
    MemorySegment written = WireText.room(HelloLayout.BYTES_MAX);

    assertThat(HelloLayout.inspect(bytes, 0, bytes.byteSize())).isZero();
    assertThat(HelloLayout.bytes(bytes, 0)).isEqualTo((int) bytes.byteSize());
    assertThat(HelloLayout.isForeignOrder(bytes, 0)).isFalse();
    assertThat(HelloLayout.decode(bytes, 0)).isEqualTo(hello);
    int length = HelloLayout.encode(hello, written, 0);
    assertThat(WireText.bytes(written, 0, length)).isEqualTo(WireText.bytes(bytes));
  }

  private static void checkFrame(String text, int type, long first, long second) {
    MemorySegment bytes = WireText.segment(text);
    MemorySegment written = WireText.room(FrameLayout.BYTES);

    assertThat(FrameLayout.type(bytes, 0)).isEqualTo(type);
    assertThat(FrameLayout.checksum(bytes, 0)).isZero();
    assertThat(FrameLayout.firstCookie(bytes, 0)).isEqualTo(first);
    assertThat(FrameLayout.secondCookie(bytes, 0)).isEqualTo(second);
    FrameLayout.encode(written, 0, type, first, second);
    assertThat(WireText.bytes(written)).isEqualTo(WireText.bytes(bytes));
  }

  private void check72(String text, LnetHeader header) {
    MemorySegment bytes = WireText.segment(text);
    MemorySegment written = WireText.room(HeaderLayout.BYTES_72);
    LnetHeader read = new LnetHeader();

    assertThat(HeaderLayout.decode72(bytes, 0, read, nids)).isZero();
    assertThat(WireText.fields(read)).isEqualTo(WireText.fields(header));
    HeaderLayout.encode72(header, written, 0);
    assertThat(WireText.bytes(written)).isEqualTo(WireText.bytes(bytes));
  }

  private void check96(String text, LnetHeader header) {
    MemorySegment bytes = WireText.segment(text);
    MemorySegment written = WireText.room(HeaderLayout.BYTES_96);
    LnetHeader read = new LnetHeader();

    assertThat(HeaderLayout.decode96(bytes, 0, read, nids)).isZero();
    assertThat(WireText.fields(read)).isEqualTo(WireText.fields(header));
    HeaderLayout.encode96(header, written, 0);
    assertThat(WireText.bytes(written)).isEqualTo(WireText.bytes(bytes));
  }

  private static void checkInfo(String text, PingInfo info) {
    MemorySegment bytes = WireText.segment(text);
    MemorySegment written = WireText.room(bytes.byteSize());

    assertThat(PingInfoLayout.inspect(bytes, 0, bytes.byteSize())).isZero();
    assertThat(PingInfoLayout.decode(bytes, 0)).isEqualTo(info);
    assertThat(PingInfoLayout.encode(info, written, 0)).isEqualTo((int) bytes.byteSize());
    assertThat(WireText.bytes(written)).isEqualTo(WireText.bytes(bytes));
  }
}
