/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NetworkTest {
  @ParameterizedTest
  @EnumSource
  void knowsEachTypeByItsNumber(NetworkType type) {
    assertThat(NetworkType.ofCode(type.code())).contains(type);
    assertThat(Network.of(type, 0).type()).contains(type);
    assertThat(Network.of(type, 0).isOf(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 20, 255, Integer.MAX_VALUE})
  void knowsNoOtherTypes(int code) {
    assertThat(NetworkType.ofCode(code)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "tcp, 2, 0, tcp",
    "tcp0, 2, 0, tcp",
    "tcp9, 2, 9, tcp9",
    "o2ib, 5, 0, o2ib",
    "o2ib65535, 5, 65535, o2ib65535",
    "lo, 9, 0, lo",
    "bxi3f1, 19, 1, bxi3f1",
  })
  void readsAndPrintsNetworks(String text, int type, int number, String printed) {
    Network network = Network.parse(text);

    assertThat(network.typeCode()).isEqualTo(type);
    assertThat(network.number()).isEqualTo(number);
    assertThat(network).hasToString(printed).isEqualTo(Network.ofCode(type << 16 | number));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "tcp ", "TCP", "lo0", "lo1", "tcp65536", "tcp00", "<77:0>", "*"})
  void refusesWhatIsNoNetwork(String text) {
    assertThatExceptionOfType(NidFormatException.class).isThrownBy(() -> Network.parse(text));
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThatIllegalArgumentException().isThrownBy(() -> Network.of(NetworkType.TCP, 65536));
    assertThatIllegalArgumentException().isThrownBy(() -> Network.of(NetworkType.TCP, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> Network.of(NetworkType.LO, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> Network.ofCode(1 << 24));
  }

  @ParameterizedTest
  @CsvSource({
    "12345-10.0.0.1@tcp, 12345, 10.0.0.1@tcp",
    "U40000-10.77.0.1@tcp, 0x80009c40, 10.77.0.1@tcp",
    "U2147483646-10.77.0.1@tcp, 0xfffffffe, 10.77.0.1@tcp",
    "LNET_PID_ANY-fd77::1@tcp1, 0xffffffff, fd77::1@tcp1",
    "0-0@lo, 0, 0@lo",
  })
  void readsAndPrintsProcessIds(String text, String pid, String nid) {
    ProcessId id = ProcessId.parse(text);

    assertThat(id.pid()).isEqualTo(Long.decode(pid).intValue());
    assertThat(id.nid()).hasToString(nid);
    assertThat(id).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "10.0.0.1@tcp",
        "-10.0.0.1@tcp",
        "U-10.0.0.1@tcp",
        "u1-10.0.0.1@tcp",
        "U2147483647-10.0.0.1@tcp",
        "2147483648-10.0.0.1@tcp",
        "12345-10.0.0@tcp",
        "1-2-10.0.0.1@tcp",
      })
  void refusesWhatIsNoProcessId(String text) {
    assertThatExceptionOfType(NidFormatException.class).isThrownBy(() -> ProcessId.parse(text));
  }

  @Test
  void ordersProcessIdsByNidFirst() {
    ProcessId low = ProcessId.parse("U1-10.0.0.1@tcp");
    ProcessId high = ProcessId.of(Nid.parse("10.0.0.2@tcp"));

    assertThat(low).isLessThan(high).isGreaterThan(ProcessId.of(low.nid()));
    assertThat(low.isUser()).isTrue();
    assertThat(high.isUser()).isFalse();
    assertThat(ProcessId.ANY.isUser()).isFalse();
    assertThat(ProcessId.ANY).hasToString("LNET_PID_ANY-<?>");
  }
}
