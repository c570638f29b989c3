/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopbackLndTest {
  private final CoreLoop time = new CoreLoop();
  private final LnetCounters counters = new LnetCounters();
  private final LoopbackLnd lnd = new LoopbackLnd();
  private final List<String> said = new ArrayList<>();
  private final LnetCore core =
      new LnetCore(time.loop(), 9, this::transmit, PrimaryNids.UNKNOWN, counters);

  LoopbackLndTest() {
    lnd.start(new CorePort(core));
  }

  @AfterEach
  void endsClean() {
    lnd.close();
    core.close();
    assertThat(core.descriptorCount()).isZero();
    assertThat(core.awaitedCount()).isZero();
    assertThat(core.lentCount()).isZero();
    time.close();
  }

  private int transmit(OutgoingMessage message) {
    message.neighbour(ProcessId.of(Nid.LOOPBACK), 0);
    lnd.send(message);
    return 0;
  }

  private void say(LnetEvent event) {
    said.add(event.type() + " " + event.status() + " " + event.isUnlinked());
  }

  private static MemorySegment memory(int bytes) {
    return CoreFixture.memory(bytes);
  }

  private LnetOperation operation(int length) {
    LnetOperation operation = new LnetOperation();
    operation.target = ProcessId.of(Nid.LOOPBACK);
    operation.portal = 3;
    operation.matchBits = 7;
    operation.length = length;
    return operation;
  }

  private void serve(Pieces pieces, MemoryOptions options) {
    core.attach(core.attach(3, MatchSpec.exact(7).direct()), pieces, options, this::say, null);
  }

  @Test
  void putsFromMemoryToMemoryAndAcknowledges() {
    MemorySegment target = memory(20);
    Pieces inParts = Pieces.of(List.of(target.asSlice(0, 3), target.asSlice(10, 10)));
    serve(inParts, MemoryOptions.forPuts());
    MemorySegment source = CoreFixture.pattern(12);
    Pieces parts = Pieces.of(List.of(source.asSlice(0, 5), source.asSlice(5, 7)));
    MemoryDescriptor descriptor =
        core.bind(parts, MemoryOptions.forInitiator().withThreshold(2), this::say, null);
    LnetOperation operation = operation(11);
    operation.localOffset = 1;
    operation.wantsAck = true;
    assertThat(core.put(descriptor, operation)).isZero();
    assertThat(said)
        .containsExactlyInAnyOrder("PUT 0 false", "SEND 0 false", "ACK 0 true")
        .endsWith("ACK 0 true");
    byte[] expected = new byte[20];
    byte[] all = source.toArray(JAVA_BYTE);
    System.arraycopy(all, 1, expected, 0, 3);
    System.arraycopy(all, 4, expected, 10, 8);
    assertThat(target.toArray(JAVA_BYTE)).isEqualTo(expected);
  }

  @Test
  void getsFromMemoryToMemory() {
    serve(Pieces.of(CoreFixture.pattern(16)), MemoryOptions.forGets());
    MemorySegment sink = memory(16);
    MemoryDescriptor descriptor =
        core.bind(Pieces.of(sink), MemoryOptions.forInitiator().withThreshold(2), this::say, null);
    assertThat(core.get(descriptor, operation(16))).isZero();
    assertThat(said).containsExactlyInAnyOrder("GET 0 false", "SEND 0 false", "REPLY 0 true");
    assertThat(sink.toArray(JAVA_BYTE)).isEqualTo(CoreFixture.pattern(16).toArray(JAVA_BYTE));
  }

  @Test
  void sendsIntoTheVoidWhereNothingMatches() {
    MemoryDescriptor descriptor =
        core.bind(
            Pieces.of(memory(8)), MemoryOptions.forInitiator().withThreshold(1), this::say, null);
    assertThat(core.put(descriptor, operation(8))).isZero();
    assertThat(said).containsExactly("SEND 0 true");
    assertThat(counters.droppedMessages(DropReason.NO_MATCH)).isEqualTo(1);
  }

  @Test
  void carriesManyMessagesOfHandlersThatAnswerEachOtherWithoutDeepStacks() {
    int[] left = {100_000};
    MemoryDescriptor descriptor =
        core.bind(Pieces.of(memory(8)), MemoryOptions.forInitiator(), _ -> {}, null);
    EventHandler echo =
        event -> {
          if (event.type() == LnetEventType.PUT && left[0]-- > 0) {
            assertThat(core.put(descriptor, operation(8))).isZero();
          }
        };
    core.attach(
        core.attach(3, MatchSpec.exact(7)),
        Pieces.of(memory(8)),
        MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
        echo,
        null);
    assertThat(core.put(descriptor, operation(8))).isZero();
    while (left[0] > 0) {
      time.turn();
    }
    assertThat(counters.receivedMessages(MessageType.PUT)).isGreaterThanOrEqualTo(100_000);
  }

  @Test
  void failsWhatIsSentAfterItsEnd() {
    MemoryDescriptor descriptor =
        core.bind(
            Pieces.of(memory(8)), MemoryOptions.forInitiator().withThreshold(2), this::say, null);
    lnd.close();
    assertThat(core.get(descriptor, operation(8))).isZero();
    assertThat(said).containsExactly("SEND -108 true");
  }
}
