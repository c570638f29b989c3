/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidFormatException;
import dev.atoll.lnet.NidRange;
import dev.atoll.lnet.NidTable;
import dev.atoll.lnet.PingInfo;
import dev.atoll.lnet.ProcessId;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Throws anything at every decoder: none may throw back, and what one takes must lead back to
 * itself.
 *
 * <p>In an ordinary run each method runs over its inputs in {@code
 * src/test/resources/dev/atoll/lnet/wire/DecoderFuzzTestInputs}. To look for more, fuzz one method:
 * {@code JAZZER_FUZZ=1 mvn test -pl :atoll-lnet -am -Dtest=DecoderFuzzTest#hello
 * -Dsurefire.failIfNoSpecifiedTests=false}; what it finds is put there.
 */
final class DecoderFuzzTest {
  private static final String TIME = "60s";

  private final NidTable nids = new NidTable(64);

  @FuzzTest(maxDuration = TIME)
  void connectionRequest(byte[] input) {
    MemorySegment bytes = MemorySegment.ofArray(input);
    int soundness = ConnectionRequestLayout.inspect(bytes, 0, input.length);
    checkNeed(soundness, input.length, ConnectionRequestLayout.V2_BYTES);
    if (soundness != Soundness.SOUND) {
      return;
    }
    int length = ConnectionRequestLayout.bytes(bytes, 0);
    Nid target = ConnectionRequestLayout.target(bytes, 0);
    assertThat(length).isLessThanOrEqualTo(input.length);
    MemorySegment room = WireText.room(ConnectionRequestLayout.V2_BYTES);
    ConnectionRequestLayout.encode(target, room, 0);
    assertThat(ConnectionRequestLayout.target(room, 0)).isEqualTo(target);
  }

  @FuzzTest(maxDuration = TIME)
  void hello(byte[] input) {
    MemorySegment bytes = MemorySegment.ofArray(input);
    int soundness = HelloLayout.inspect(bytes, 0, input.length);
    checkNeed(soundness, input.length, HelloLayout.BYTES_MAX);
    if (soundness != Soundness.SOUND) {
      return;
    }
    Hello hello = HelloLayout.decode(bytes, 0);
    assertThat(HelloLayout.bytes(bytes, 0)).isLessThanOrEqualTo(input.length);
    MemorySegment room = WireText.room(HelloLayout.BYTES_MAX);
    int length = HelloLayout.encode(hello, room, 0);
    assertThat(HelloLayout.inspect(room, 0, length)).isZero();
    assertThat(HelloLayout.decode(room, 0)).isEqualTo(hello);
  }

  @FuzzTest(maxDuration = TIME)
  void header72(byte[] input) {
    if (input.length < HeaderLayout.BYTES_72) {
      return;
    }
    LnetHeader header = new LnetHeader();
    if (HeaderLayout.decode72(MemorySegment.ofArray(input), 0, header, nids) == Soundness.SOUND) {
      MemorySegment room = WireText.room(HeaderLayout.BYTES_72);
      HeaderLayout.encode72(header, room, 0);
      LnetHeader again = new LnetHeader();
      assertThat(HeaderLayout.decode72(room, 0, again, nids)).isZero();
      assertThat(WireText.fields(again)).isEqualTo(WireText.fields(header));
    }
  }

  @FuzzTest(maxDuration = TIME)
  void header96(byte[] input) {
    if (input.length < HeaderLayout.BYTES_96) {
      return;
    }
    LnetHeader header = new LnetHeader();
    if (HeaderLayout.decode96(MemorySegment.ofArray(input), 0, header, nids) == Soundness.SOUND) {
      MemorySegment room = WireText.room(HeaderLayout.BYTES_96);
      HeaderLayout.encode96(header, room, 0);
      LnetHeader again = new LnetHeader();
      assertThat(HeaderLayout.decode96(room, 0, again, nids)).isZero();
      assertThat(WireText.fields(again)).isEqualTo(WireText.fields(header));
    }
  }

  @FuzzTest(maxDuration = TIME)
  void pingInfo(byte[] input) {
    MemorySegment bytes = MemorySegment.ofArray(input);
    int soundness = PingInfoLayout.inspect(bytes, 0, input.length);
    assertThat(soundness).isLessThanOrEqualTo(Soundness.SOUND);
    if (soundness == Soundness.TRUNCATED && input.length >= PingInfoLayout.BYTES_MIN) {
      assertThat(PingInfoLayout.neededBytes(bytes, 0))
          .isBetween(input.length + 1L, (long) PingInfoLayout.BYTES_MAX);
    }
    if (soundness != Soundness.SOUND) {
      return;
    }
    PingInfo info = PingInfoLayout.decode(bytes, 0);
    MemorySegment room = WireText.room(PingInfoLayout.bytes(info));
    int length = PingInfoLayout.encode(info, room, 0);
    assertThat(PingInfoLayout.inspect(room, 0, length)).isZero();
    assertThat(PingInfoLayout.decode(room, 0)).isEqualTo(info);
  }

  @FuzzTest(maxDuration = TIME)
  void nidText(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      Nid nid = Nid.parse(text);
      assertThat(Nid.parse(nid.toString())).isEqualTo(nid);
    } catch (NidFormatException expected) {
      assertThat(expected).hasMessageStartingWith("nid='");
    }
    try {
      ProcessId id = ProcessId.parse(text);
      assertThat(ProcessId.parse(id.toString())).isEqualTo(id);
    } catch (NidFormatException expected) {
      assertThat(expected).hasMessageStartingWith("process id='");
    }
  }

  @FuzzTest(maxDuration = TIME)
  void nidRange(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      for (NidRange range : NidRange.parseList(text)) {
        assertThat(NidRange.parse(range.toString())).isEqualTo(range);
        assertThat(range.contains(Nid.ANY)).isFalse();
      }
    } catch (NidFormatException expected) {
      assertThat(expected).hasMessageStartingWith("nid range='");
    }
  }

  /** Whoever asks for more must ask for what is not there, and for an end. */
  private static void checkNeed(int soundness, int available, int most) {
    if (soundness > Soundness.SOUND) {
      assertThat(soundness).isGreaterThan(available).isLessThanOrEqualTo(most);
    }
  }
}
