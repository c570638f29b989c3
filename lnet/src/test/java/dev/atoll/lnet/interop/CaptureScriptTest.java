/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.wire.CapturedConversation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simple peer's codec against every frame that was captured. */
class CaptureScriptTest {
  static List<String> captures() {
    return CapturedConversation.CAPTURES;
  }

  @ParameterizedTest
  @MethodSource("captures")
  void theSimplePeerWritesEveryCapturedFrameAsItWas(String capture) {
    List<CapturedStep.Said> all =
        CaptureScript.of(capture).stream()
            .filter(CapturedStep.Said.class::isInstance)
            .map(CapturedStep.Said.class::cast)
            .toList();
    assertThat(all).isNotEmpty();
    assertThat(all)
        .filteredOn(said -> said.kind() != CapturedStep.Kind.OTHER)
        .allSatisfy(said -> assertThat(again(said)).as(said.toString()).isEqualTo(said.bytes()));
  }

  @Test
  void onlyWhatIsNotOfLnetIsLeftOver() {
    assertThat(
            captures().stream()
                .flatMap(capture -> CaptureScript.of(capture).stream())
                .filter(CapturedStep.Said.class::isInstance)
                .map(CapturedStep.Said.class::cast)
                .filter(said -> said.kind() == CapturedStep.Kind.OTHER)
                .map(CapturedStep.Said::toString))
        .allSatisfy(text -> assertThat(text).doesNotContain("OTHER v3 c1000000"));
  }

  private static byte[] again(CapturedStep.Said said) {
    byte[] bytes = said.bytes();
    return switch (said.kind()) {
      case REQUEST -> PeerRequest.decode(bytes).encode();
      case HELLO -> PeerHello.decode(bytes).encode();
      case OTHER -> bytes;
      case FRAME ->
          ReplayWords.message(bytes, said.version())
              .map(message -> frame(said, message))
              .orElseGet(() -> noop(bytes));
    };
  }

  private static byte[] frame(CapturedStep.Said said, PeerMessage message) {
    PeerFrame frame = PeerFrame.of(message, ReplayWords.payload(said.bytes(), said.version()));
    if (said.version() == 1) {
      return frame.encode(1);
    }
    PeerFrame head = PeerFrame.headOf(Arrays.copyOf(said.bytes(), PeerFrame.SIZE));
    return frame
        .withCookies(head.firstCookie(), head.secondCookie())
        .withChecksum(head.checksum())
        .withType(head.type())
        .encode(said.version());
  }

  private static byte[] noop(byte[] bytes) {
    PeerFrame head = PeerFrame.headOf(bytes);
    return PeerFrame.noop(head.firstCookie(), head.secondCookie())
        .withChecksum(head.checksum())
        .encode(3);
  }
}
