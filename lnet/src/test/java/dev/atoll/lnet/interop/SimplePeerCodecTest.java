/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerInfo;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.peer.PeerRequest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The simple peer's codec against bytes that kernel nodes have sent. */
class SimplePeerCodecTest {
  private static final PeerNid A = PeerNid.of("10.77.0.11@tcp");
  private static final PeerNid B = PeerNid.of("10.77.0.12@tcp");
  private static final PeerNid LARGE_A = PeerNid.of("fd77::11@tcp");
  private static final PeerNid LARGE_B = PeerNid.of("fd77::12@tcp");
  private static final String ZEROS = "00".repeat(8);

  private static byte[] bytes(String... hex) {
    return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
  }

  @Test
  void writesTheRequestForAnIpv4Node() {
    byte[] captured = bytes("00 71 ce ac 01 00 00 00 0c 00 4d 0a 00 00 02 00");
    assertThat(PeerRequest.of(B).encode()).isEqualTo(captured);
    assertThat(PeerRequest.decode(captured)).isEqualTo(PeerRequest.of(B));
  }

  @Test
  void writesTheRequestForAnIpv6Node() {
    byte[] captured =
        bytes("00 71 ce ac 02 00 00 00 0c 02 00 00 fd 77 00 00", ZEROS, "00 00 00 12");
    assertThat(PeerRequest.of(LARGE_B).encode()).isEqualTo(captured);
    assertThat(PeerRequest.decode(captured)).isEqualTo(PeerRequest.of(LARGE_B));
  }

  @Test
  void writesTheHelloOfVersionThree() {
    byte[] captured =
        bytes(
            "63 69 72 45 03 00 00 00 0b 00 4d 0a 00 00 02 00 0c 00 4d 0a 00 00 02 00",
            "39 30 00 00 00 00 00 00 35 56 32 34 eb bd e9 18",
            ZEROS,
            "01 00 00 00 00 00 00 00");
    PeerHello hello = PeerHello.of(3, A, B, 0x18e9bdeb34325635L, ConnType.CONTROL);
    assertThat(hello.encode()).isEqualTo(captured);
    assertThat(PeerHello.decode(captured)).isEqualTo(hello);
  }

  @Test
  void writesTheHelloOfVersionFour() {
    byte[] captured =
        bytes(
            "63 69 72 45 04 00 00 00 0c 02 00 00 fd 77 00 00",
            ZEROS,
            "00 00 00 11 0c 02 00 00 fd 77 00 00",
            ZEROS,
            "00 00 00 12 39 30 00 00 00 00 00 00 35 74 fe 83 1e be e9 18",
            ZEROS,
            "01 00 00 00 00 00 00 00");
    PeerHello hello = PeerHello.of(4, LARGE_A, LARGE_B, 0x18e9be1e83fe7435L, ConnType.CONTROL);
    assertThat(hello.encode()).isEqualTo(captured);
    assertThat(PeerHello.decode(captured)).isEqualTo(hello);
  }

  @Test
  void writesTheHelloOfVersionOne() {
    byte[] captured =
        bytes(
            "ed 0d bc ee 01 00 00 00 0b 00 4d 0a 00 00 02 00 00 00 00 00 39 30 00 00",
            "04 00 00 00 00 00 00 00 f9 10 a2 3d 33 be e9 18 01 00 00 00",
            "00".repeat(28));
    PeerHello hello = PeerHello.of(1, A, PeerNid.ANY, 0x18e9be333da210f9L, ConnType.CONTROL);
    assertThat(hello.encode()).isEqualTo(captured);
    assertThat(PeerHello.decode(captured).withMagic(PeerHello.MAGIC)).isEqualTo(hello);
  }

  @Test
  void writesAnIpv4NodeInTwentyBytes() {
    assertThat(A.nid20()).isEqualTo(bytes("00 02 00 00 0a 4d 00 0b", "00".repeat(12)));
    assertThat(PeerNid.of20(A.nid20()).nid4()).isEqualTo(0x0002_0000_0a4d_000bL);
  }

  @Test
  void writesThePing() {
    byte[] captured =
        bytes(
            "c1 00 00 00 00 00 00 00",
            ZEROS,
            ZEROS,
            "0c 00 4d 0a 00 00 02 00 0b 00 4d 0a 00 00 02 00 39 30 00 00 39 30 00 00",
            "02 00 00 00 00 00 00 00 07 f7 ac 31 eb bd e9 18 11 1c 00 00 00 00 00 00",
            "00 00 00 00 00 00 00 80 00 00 00 00 00 00 00 00 78 0f 00 00 00 00 00 00");
    PeerMessage ping = PeerMessage.ping(A, B, 0x1c11, 3960).withHandle(0x18e9bdeb31acf707L, 0x1c11);
    assertThat(PeerFrame.of(ping).encode(3)).isEqualTo(captured);
  }

  @Test
  void writesPushAndAck() {
    PeerMessage push =
        PeerMessage.put(A, B, 0x1c19, 0, PeerMessage.PING_BITS, 48)
            .withHandle(0x18e9bdeb31acf707L, 0x1c19);
    byte[] put =
        bytes(
            "0c 00 4d 0a 00 00 02 00 0b 00 4d 0a 00 00 02 00 39 30 00 00 39 30 00 00",
            "01 00 00 00 30 00 00 00 07 f7 ac 31 eb bd e9 18 19 1c 00 00 00 00 00 00",
            "00 00 00 00 00 00 00 80",
            ZEROS,
            "00 00 00 00 00 00 00 00");
    byte[] ack =
        bytes(
            "0b 00 4d 0a 00 00 02 00 0c 00 4d 0a 00 00 02 00 39 30 00 00 39 30 00 00",
            "00 00 00 00 00 00 00 00 07 f7 ac 31 eb bd e9 18 19 1c 00 00 00 00 00 00",
            "00 00 00 00 00 00 00 80 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    assertThat(push.encode(3)).isEqualTo(put);
    assertThat(push.ack(48).encode(3)).isEqualTo(ack);
    assertThat(PeerMessage.decode(put, 3)).isEqualTo(push);
    assertThat(PeerMessage.decode(ack, 3)).isEqualTo(push.ack(48));
  }

  @Test
  void writesWhatAPingAnswers() {
    byte[] captured =
        bytes(
            "67 6e 69 70 1e 00 00 00 39 30 00 00 02 00 00 00 00 00 00 00 00 00 09 00",
            "02 00 00 00 00 00 00 00 0c 00 4d 0a 00 00 02 00 de c0 aa 15 00 00 00 00");
    PeerInfo info = PeerInfo.of(PeerInfo.FULL, 2, B);
    assertThat(info.encode()).isEqualTo(captured);
    assertThat(PeerInfo.decode(captured)).isEqualTo(info);
  }

  @Test
  void writesWhatAPingAnswersOverIpv6() {
    byte[] captured =
        bytes(
            "67 6e 69 70 7e 00 00 00 39 30 00 00 01 00 00 00 00 00 00 00 00 00 09 00 04 00 00 00",
            "38 00 00 00 de c0 aa 15 0c 02 00 00 fd 77 00 00",
            ZEROS,
            "00 00 00 12");
    PeerInfo info = PeerInfo.of(0x7e, 4, LARGE_B);
    assertThat(info.encode()).isEqualTo(captured);
    assertThat(PeerInfo.decode(captured)).isEqualTo(info);
  }

  @Test
  void computesTheChecksumsThatAKernelTook() {
    PeerNid client = PeerNid.of("10.77.0.1@tcp");
    PeerMessage get = PeerMessage.ping(client, A, 0x14, 272).withHandle(0x1122334455667788L, 0x14);
    assertThat(PeerFrame.of(get).wholeChecksum()).isEqualTo(0x8239e3ff);
    PeerMessage put =
        PeerMessage.put(client, A, -1, 34, 0x0011223344556677L, 4).withData(0x8899aabbccddeeffL, 8);
    byte[] payload = "abcd".getBytes(StandardCharsets.US_ASCII);
    assertThat(PeerFrame.of(put, payload).wholeChecksum()).isEqualTo(0x88032ac6);
    assertThat(PeerFrame.of(get).payloadChecksum()).isEqualTo(0xffffffff);
  }
}
