/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.atoll.lnet.Nid;
import dev.atoll.lnet.PingInfo;
import dev.atoll.lnet.PingInfo.Interface;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PingInfoLayoutTest {
  private static final Interface A = new Interface(Nid.parse("10.77.0.11@tcp"), PingInfo.UP);
  private static final Interface B = new Interface(Nid.parse("10.77.0.11@tcp1"), PingInfo.DOWN);
  private static final Interface LARGE = new Interface(Nid.parse("fd77::11@tcp"), PingInfo.UP);
  private static final String LO = "00*6 09 00 ";

  @Test
  void leadsBackToItself() {
    for (List<Interface> interfaces :
        List.of(
            List.<Interface>of(),
            List.of(A),
            List.of(A, B),
            List.of(LARGE),
            List.of(A, B, LARGE))) {
      for (int features : new int[] {0x06, 0x1e, 0x7e, 0xff}) {
        PingInfo info = new PingInfo(features, 12345, -2, interfaces);
        MemorySegment bytes = WireText.room(PingInfoLayout.bytes(info) + 5);
        int length = PingInfoLayout.encode(info, bytes, 2);

        assertThat(length).isEqualTo(PingInfoLayout.bytes(info));
        assertThat(PingInfoLayout.inspect(bytes, 2, length)).isZero();
        assertThat(PingInfoLayout.inspect(bytes, 2, length + 3)).isZero();
        assertThat(PingInfoLayout.decode(bytes, 2)).isEqualTo(info);
        assertThat(PingInfoLayout.neededBytes(bytes, 2)).isEqualTo(length);
      }
    }
  }

  @Test
  void primaryIsTheFirstUnlessALargeOneIsSaidToBe() {
    assertThat(new PingInfo(0x1e, 1, 1, List.of(A, B, LARGE)).primary()).contains(A.nid());
    assertThat(new PingInfo(0x7e, 1, 1, List.of(A, B, LARGE)).primary()).contains(LARGE.nid());
    assertThat(new PingInfo(0x7e, 1, 1, List.of(A, B)).primary()).isEmpty();
    assertThat(new PingInfo(0x1e, 1, 1, List.of()).primary()).isEmpty();
  }

  @Test
  void largeNidsSetTheirFeature() {
    assertThat(new PingInfo(0x1e, 1, 1, List.of(LARGE)).features()).isEqualTo(0x3e);
    assertThat(new PingInfo(0x1e, 1, 1, List.of(A)).has(PingInfo.LARGE_ADDRESSES)).isFalse();
  }

  @Test
  void refusesInterfacesThatHaveNoPlace() {
    Interface lo = new Interface(Nid.LOOPBACK, PingInfo.UP);
    Interface any = new Interface(Nid.ANY, PingInfo.UP);
    for (List<Interface> wrong : List.of(List.of(lo), List.of(any), List.of(LARGE, A))) {
      assertThatIllegalArgumentException().isThrownBy(() -> new PingInfo(0x1e, 1, 1, wrong));
    }
  }

  @Test
  void readsForeignByteOrder() {
    MemorySegment bytes =
        WireText.segment(
            """
            70 69 6e 67 | 00 00 00 3e | 00 00 30 39 | 00 00 00 03
            00 09 00*6 | 00 00 00 07 | 00 00 00 58
            00 02 00 00 0a 4d 00 0b | 15 aa c0 de | 00*4
            00 02 00 01 0a 4d 00 0b | de ad fa ce | 00*4
            15 aa c0 de | 0c 02 00 00 fd 77 00*13 11
            """);

    assertThat(PingInfoLayout.inspect(bytes, 0, bytes.byteSize())).isZero();
    assertThat(PingInfoLayout.decode(bytes, 0))
        .isEqualTo(new PingInfo(0x3e, 12345, 7, List.of(A, B, LARGE)));
  }

  @Test
  void tellsHowLongACutInfoIs() {
    for (PingInfo info :
        List.of(
            new PingInfo(0x1e, 12345, 7, List.of(A, B)),
            new PingInfo(0x7e, 12345, 7, List.of(A, B, LARGE)))) {
      int length = PingInfoLayout.bytes(info);
      MemorySegment bytes = WireText.room(length);
      PingInfoLayout.encode(info, bytes, 0);
      for (int available = 0; available < length; available++) {
        MemorySegment part = bytes.asSlice(0, available);
        assertThat(PingInfoLayout.inspect(part, 0, available)).isEqualTo(Soundness.TRUNCATED);
        if (available >= PingInfoLayout.BYTES_MIN) {
          assertThat(PingInfoLayout.neededBytes(part, 0)).isEqualTo(length);
        }
      }
    }
  }

  @Test
  void skipsLargeEntriesOfShortAddresses() {
    MemorySegment bytes =
        WireText.segment(
            head("3e", "01 00 00 00")
                + LO
                + "07 00 00 00 | 44 00 00 00 | 01*4 00 02 00 00 0a 4d 00 0b"
                + "de c0 aa 15 | 0c 02 00 00 fd 77 00*13 11");

    assertThat(PingInfoLayout.inspect(bytes, 0, bytes.byteSize())).isZero();
    assertThat(PingInfoLayout.decode(bytes, 0).interfaces()).containsExactly(LARGE);
  }

  @Test
  void refusesInfosThatAreNone() {
    String one = "01 00 00 00";
    String entry = LO + "07 00*3 | 00*4 ";
    assertThat(info("01" + head("1e", one).substring(2) + entry))
        .isEqualTo(Soundness.FOREIGN_MAGIC);
    assertThat(info(head("1c", one) + entry)).isEqualTo(Soundness.MISSING_FEATURE);
    assertThat(info(head("1e", "00*4") + entry)).isEqualTo(Soundness.BAD_COUNT);
    assertThat(info(head("1e", "01 10 00 00") + entry)).isEqualTo(Soundness.BAD_COUNT);
    assertThat(info(head("1e", "ff ff ff ff") + entry)).isEqualTo(Soundness.BAD_COUNT);
    assertThat(info(head("1e", "00 10 00 00") + entry)).isEqualTo(Soundness.TRUNCATED);
    assertThat(info(head("1e", one) + "0b 00 4d 0a 00 00 02 00 | 00*8"))
        .isEqualTo(Soundness.NO_LOOPBACK);
    String two = head("1e", "02 00 00 00") + entry;
    assertThat(info(two + "ff*8 00*8")).isEqualTo(Soundness.BAD_NID);
    assertThat(info(two + "00*7 01 00*8")).isEqualTo(Soundness.BAD_NID);
    assertThat(info(two + LO + "00*8")).isEqualTo(Soundness.BAD_NID);
    assertThat(info(two + "0b 00 4d 0a 00 00 02 00 | 00*8")).isEqualTo(Soundness.SOUND);
  }

  @Test
  void refusesLargeEntriesThatAreNone() {
    assertThat(large("20", "")).isEqualTo(Soundness.SOUND);
    assertThat(large("1f", "")).isEqualTo(Soundness.BAD_LENGTH);
    assertThat(large("00", "")).isEqualTo(Soundness.BAD_LENGTH);
    assertThat(large("24", "00*4")).isEqualTo(Soundness.BAD_LENGTH);
    assertThat(large("34", "00*4 0c 02 00*14")).isEqualTo(Soundness.BAD_LENGTH);
    assertThat(large("38", "00*4 04 02 00*18")).isEqualTo(Soundness.BAD_NID);
    assertThat(large("38", "00*4 ff*20")).isEqualTo(Soundness.BAD_NID);
    assertThat(large("38", "00*4 0c 09 00*18")).isEqualTo(Soundness.BAD_NID);
    assertThat(large("2c", "00*4 00 09 00*6")).isEqualTo(Soundness.BAD_NID);
    assertThat(large("2c", "00*4 00 02 00*6")).isEqualTo(Soundness.SOUND);
    assertThat(info(head("3e", "01 00 00 00") + LO + "00*4 ff ff ff ff"))
        .isEqualTo(Soundness.BAD_LENGTH);
  }

  private static int large(String infoBytes, String entries) {
    return info(head("3e", "01 00 00 00") + LO + "07 00*3 |" + infoBytes + " 00 00 00 |" + entries);
  }

  private static String head(String features, String count) {
    return "67 6e 69 70 | " + features + " 00 00 00 | 39 30 00 00 |" + count + " ";
  }

  private static int info(String text) {
    MemorySegment bytes = WireText.segment(text);
    return PingInfoLayout.inspect(bytes, 0, bytes.byteSize());
  }
}
