/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.atoll.testkit.Seeds;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NidTest {
  @ParameterizedTest
  @CsvSource({
    "10.77.0.11@tcp,              0x000200000a4d000b, 10.77.0.11@tcp",
    "10.77.0.11,                  0x000200000a4d000b, 10.77.0.11@tcp",
    "10.77.0.11@tcp0,             0x000200000a4d000b, 10.77.0.11@tcp",
    "10.1.2.3@o2ib1,              0x000500010a010203, 10.1.2.3@o2ib1",
    "192.168.96.128@tcp1,         0x00020001c0a86080, 192.168.96.128@tcp1",
    "255.255.255.255@tcp65535,    0x0002ffffffffffff, 255.255.255.255@tcp65535",
    "0@lo,                        0x0009000000000000, 0@lo",
    "17@lo,                       0x0009000000000000, 0@lo",
    "127.0.0.1@lo,                0x0009000000000000, 0@lo",
    "31@gni,                      0x000d00000000001f, 31@gni",
    "0x1f@gni3,                   0x000d00030000001f, 31@gni3",
    "0XFFFFFFFF@gni,              0x000d0000ffffffff, 4294967295@gni",
    "1.2.3.4@gip,                 0x000e000001020304, 1.2.3.4@gip",
    "7@ptlf,                      0x000f000000000007, 7@ptlf",
    "4294967295@kfi,              0x00100000ffffffff, 4294967295@kfi",
    "10.0.0.1@efa,                0x001200000a000001, 10.0.0.1@efa",
    "9@bxi3f2,                    0x0013000200000009, 9@bxi3f2",
    "5@elan,                      0x0001000000000005, 5@elan",
    "0x1a@gm,                     0x000300000000001a, 0x1a@gm",
    "26@gm,                       0x000300000000001a, 0x1a@gm",
    "5@ptl,                       0x0004000000000005, 5@ptl",
    "1.2.3.4@cib,                 0x0006000001020304, 1.2.3.4@cib",
    "1.2.3.4@openib,              0x0007000001020304, 1.2.3.4@openib",
    "1.2.3.4@iib,                 0x0008000001020304, 1.2.3.4@iib",
    "1.2.3.4@ra,                  0x000a000001020304, 1.2.3.4@ra",
    "1.2.3.4@vib,                 0x000b000001020304, 1.2.3.4@vib",
    "1.2.3.4@mx1,                 0x000c000101020304, 1.2.3.4@mx1",
  })
  void readsAndPrintsTextOfShortNids(String text, String nid4, String printed) {
    Nid nid = Nid.parse(text);

    assertThat(nid.nid4()).isEqualTo(Long.decode(nid4));
    assertThat(nid).hasToString(printed).isEqualTo(Nid.ofNid4(Long.decode(nid4)));
    assertThat(nid.isLarge()).isFalse();
    assertThat(Nid.parse(printed)).isEqualTo(nid);
  }

  @ParameterizedTest
  @CsvSource({
    "fd77::11@tcp,             0c020000fd770000000000000000000000000011, fd77::11@tcp",
    "FD77:0:0::0:011@tcp0,     0c020000fd770000000000000000000000000011, fd77::11@tcp",
    "::@tcp,                   0c02000000000000000000000000000000000000, ::@tcp",
    "::1@tcp3,                 0c02000300000000000000000000000000000001, ::1@tcp3",
    "1::@efa,                  0c12000000010000000000000000000000000000, 1::@efa",
    "1:2:3:4:5:6:7:8@o2ib,     0c05000000010002000300040005000600070008, 1:2:3:4:5:6:7:8@o2ib",
    "1:0:3:4:5:6:7:8@tcp,      0c02000000010000000300040005000600070008, 1:0:3:4:5:6:7:8@tcp",
    "1:0:0:4:0:0:0:8@tcp,      0c02000000010000000000040000000000000008, 1:0:0:4::8@tcp",
    "1:0:0:4:5:0:0:8@tcp,      0c02000000010000000000040005000000000008, 1::4:5:0:0:8@tcp",
    "::ffff:1.2.3.4@tcp,       0c02000000000000000000000000ffff01020304, ::ffff:1.2.3.4@tcp",
    "::1.2.3.4@tcp,            0c02000000000000000000000000000001020304, ::102:304@tcp",
    "1:2:3:4:5:6:1.2.3.4@tcp,  0c02000000010002000300040005000601020304, 1:2:3:4:5:6:102:304@tcp",
  })
  void readsAndPrintsTextOfLargeNids(String text, String bytes, String printed) {
    Nid nid = Nid.parse(text);

    assertThat(HexFormat.of().formatHex(bytes(nid))).isEqualTo(bytes);
    assertThat(nid).hasToString(printed);
    assertThat(nid.isLarge()).isTrue();
    assertThat(Nid.parse(printed)).isEqualTo(nid);
    assertThatIllegalStateException().isThrownBy(nid::nid4).withMessageContaining(printed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "@tcp",
        "10.0.0.1@",
        " 10.0.0.1@tcp",
        "10.0.0.1@tcp ",
        "10.0.0.1 @tcp",
        "10.0.0@tcp",
        "10.0.0.1.2@tcp",
        "10.0.0.@tcp",
        "10..0.1@tcp",
        "10.0.0.256@tcp",
        "10.0.0.01@tcp",
        "10.0.0.-1@tcp",
        "10.0.0.+1@tcp",
        "10.0.0.1١@tcp",
        "host@tcp",
        "10.0.0.1@tcp65536",
        "10.0.0.1@tcp99999999999999999999",
        "10.0.0.1@tcp01",
        "10.0.0.1@tcp-1",
        "10.0.0.1@TCP",
        "10.0.0.1@tcpx",
        "10.0.0.1@udp",
        "10.0.0.1@0",
        "10.0.0.1@tcp@tcp",
        "10.0.0.1@tofu",
        "0@lo1",
        "@lo",
        "fd77::1@gip",
        "[fd77::1]@tcp",
        "fd77::1%eth0@tcp",
        "fd77:::1@tcp",
        "fd77::1::@tcp",
        "1:2:3:4:5:6:7@tcp",
        "1:2:3:4:5:6:7:8:9@tcp",
        "1:2:3:4::5:6:7:8@tcp",
        "1:2:3:4:5:6:7:@tcp",
        ":1:2:3:4:5:6:7@tcp",
        "12345::@tcp",
        "g::@tcp",
        "1.2.3.4::@tcp",
        "1.2.3.4:1::@tcp",
        "1:2:3:4:5:6:7:1.2.3.4@tcp",
        "::1.2.3@tcp",
        ":@tcp",
        "4294967296@gni",
        "0x100000000@gni",
        "0x@gni",
        "0xg@gni",
        "-1@gni",
        "007@gni",
        "1.2.3.4@gni",
        "<?>",
        "*",
        "*@tcp",
        "a@<77:0>",
      })
  void refusesWhatIsNoNid(String text) {
    assertThatExceptionOfType(NidFormatException.class)
        .isThrownBy(() -> Nid.parse(text))
        .withMessageStartingWith("nid='" + text + "': ");
  }

  @Test
  void refusesTextsOfAnyLengthWithoutRepeatingThem() {
    assertThatExceptionOfType(NidFormatException.class)
        .isThrownBy(() -> Nid.parse("1".repeat(1 << 20)))
        .satisfies(refusal -> assertThat(refusal.getMessage()).hasSizeLessThan(300));
  }

  @Test
  void printsNidsOfUnknownNetworksByNumbers() {
    assertThat(Nid.ofNid4(0x004d_0007_0a00_0001L)).hasToString("a000001@<77:7>");
    assertThat(Nid.ofNid4(0x0011_0000_0000_0005L)).hasToString("5@<17:0>");
    assertThat(Nid.ofNid4(0)).hasToString("0@<0:0>");
    assertThat(Nid.ofWords(0x0c4d_0007, 0x0000_0001_0000_0002L, 0x0000_0003_ffff_ffffL))
        .hasToString("1:2:3:ffffffff@<77:7>");
    assertThat(Nid.ofWords(0x0c0d_0000, 1L << 32, 2)).hasToString("1:0:0:2@gni");
    assertThat(Nid.ANY).hasToString("<?>");
  }

  @Test
  void anyIsAllOnesInBothForms() {
    assertThat(Nid.ANY.nid4()).isEqualTo(-1);
    assertThat(Nid.ofNid4(-1)).isSameAs(Nid.ANY);
    assertThat(bytes(Nid.ANY)).containsOnly(0xff);
    assertThat(Nid.readFrom(MemorySegment.ofArray(bytes(Nid.ANY)), 0)).isSameAs(Nid.ANY);
    assertThat(Nid.ANY.isLarge()).isFalse();
    assertThat(Nid.ANY.isAny()).isTrue();
    assertThat(Nid.LOOPBACK.isAny()).isFalse();
  }

  @Test
  void refusesWordsThatAreNoNid() {
    assertThat(Nid.isNid4(1L << 56)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> Nid.ofNid4(1L << 56));
    for (int size = 0; size < 256; size++) {
      int prefix = size << 24 | 0x02_0000;
      assertThat(Nid.isNid(prefix, 1L << 32, 0)).isEqualTo(size == 0 || size == 12);
    }
    assertThat(Nid.isNid(0x02_0000, 1, 0)).isFalse();
    assertThat(Nid.isNid(0x02_0000, 0, 1)).isFalse();
    assertThat(Nid.isNid(-1, -1, -2)).isFalse();
    assertThat(Nid.isNid(-1, -2, -1)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> Nid.ofWords(0x0402_0000, 0, 0));
  }

  @Test
  void convertsAddressesOfTheInternetBothWays() throws Exception {
    InetAddress ip4 = InetAddress.getByName("10.77.0.11");
    InetAddress ip6 = InetAddress.getByName("fd77::11");
    Nid mapped = Nid.parse("::ffff:1.2.3.4@tcp");

    assertThat(Nid.of(Network.TCP, ip4)).hasToString("10.77.0.11@tcp");
    assertThat(Nid.of(Network.TCP, ip6)).hasToString("fd77::11@tcp");
    assertThat(Nid.parse("10.77.0.11@tcp").inetAddress()).isEqualTo(ip4);
    assertThat(Nid.parse("fd77::11@tcp").inetAddress()).isEqualTo(ip6);
    assertThat(mapped.inetAddress()).isInstanceOf(Inet6Address.class);
    assertThatIllegalStateException().isThrownBy(Nid.LOOPBACK::inetAddress);
    assertThatIllegalStateException().isThrownBy(Nid.parse("5@gni")::inetAddress);
    assertThatIllegalArgumentException().isThrownBy(() -> Nid.of(Network.parse("gni"), ip4));
    assertThatIllegalArgumentException().isThrownBy(() -> Nid.of(Network.parse("gip"), ip6));
    assertThatIllegalArgumentException().isThrownBy(() -> Nid.of(Network.ofCode(77 << 16), ip4));
  }

  @Test
  void settlesRacesByTheBytesOfTheNewForm() {
    List<Nid> rising =
        List.of(
            Nid.parse("4294967295@elan"),
            Nid.parse("10.77.0.1@tcp"),
            Nid.parse("10.77.0.11@tcp"),
            Nid.parse("10.77.0.200@tcp"),
            Nid.parse("200.0.0.1@tcp"),
            Nid.parse("1.0.0.1@tcp1"),
            Nid.parse("0.0.0.0@o2ib"),
            Nid.parse("::@tcp"),
            Nid.parse("::1@tcp"),
            Nid.parse("::ffff:ffff:ffff:ffff@tcp"),
            Nid.parse("fd77::1@tcp"),
            Nid.ANY);

    for (int i = 0; i < rising.size(); i++) {
      for (int j = 0; j < rising.size(); j++) {
        assertThat(Integer.signum(rising.get(i).compareTo(rising.get(j))))
            .isEqualTo(Integer.compare(i, j))
            .isEqualTo(
                Integer.signum(Arrays.compareUnsigned(bytes(rising.get(i)), bytes(rising.get(j)))));
      }
    }
  }

  @Test
  void everyFormOfANidLeadsBackToIt() {
    Random random = new Random(Seeds.of(NidTest.class));
    for (int round = 0; round < 20_000; round++) {
      Nid nid = randomNid(random);
      Nid again = Nid.readFrom(MemorySegment.ofArray(bytes(nid)), 0);
      assertThat(again).isEqualTo(nid).hasSameHashCodeAs(nid);
      assertThat(again.compareTo(nid)).isZero();
      if (!nid.isLarge()) {
        assertThat(Nid.ofNid4(nid.nid4())).isEqualTo(nid);
      }
      if (nid.hasInetAddress()) {
        assertThat(Nid.of(nid.network(), nid.inetAddress())).isEqualTo(nid);
        assertThat(Nid.parse(nid.toString())).isEqualTo(nid);
      } else if (hasText(nid)) {
        assertThat(Nid.parse(nid.toString())).isEqualTo(nid);
      }
    }
  }

  @Test
  void parsingDamagedTextsNeverFailsOtherwise() {
    Random random = new Random(Seeds.of(NidTest.class));
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(randomNid(random).toString());
      for (int damage = random.nextInt(3); damage >= 0; damage--) {
        String letters = "0123456789.:@-xaftcpgnilo*[]/% ";
        text.setCharAt(
            random.nextInt(text.length()), letters.charAt(random.nextInt(letters.length())));
      }
      try {
        Nid nid = Nid.parse(text.toString());
        assertThat(Nid.parse(nid.toString())).isEqualTo(nid);
      } catch (NidFormatException expected) {
        assertThat(expected).hasMessageContaining(text.toString());
      }
    }
  }

  private static boolean hasText(Nid nid) {
    return !nid.isLarge()
        && nid.network().type().isPresent()
        && !nid.network().isOf(NetworkType.TOFU)
        && (!nid.isLoopback() || nid.equals(Nid.LOOPBACK));
  }

  private static Nid randomNid(Random random) {
    int type = random.nextInt(10) == 0 ? random.nextInt(256) : 1 + random.nextInt(19);
    int number = random.nextInt(3) == 0 ? random.nextInt(1 << 16) : 0;
    Network network = Network.ofCode(type << 16 | number);
    return random.nextBoolean()
        ? Nid.ofAddress(network, random.nextInt())
        : Nid.ofAddress(network, sparse(random), sparse(random));
  }

  /** Has zero groups often, for the sake of the gap in IPv6 texts. */
  private static long sparse(Random random) {
    return IntStream.range(0, 4)
        .mapToLong(i -> (long) (random.nextBoolean() ? 0 : random.nextInt(1 << 16)) << (16 * i))
        .sum();
  }

  private static byte[] bytes(Nid nid) {
    byte[] bytes = new byte[Nid.BYTES];
    nid.writeTo(MemorySegment.ofArray(bytes), 0);
    return bytes;
  }
}
