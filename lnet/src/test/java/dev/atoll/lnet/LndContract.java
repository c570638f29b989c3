/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LndPort.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every network promises its node. An implementation gives two interfaces that can reach each
 * other, and one NID where nobody is.
 */
public abstract class LndContract {
  /** Lengths round the bounds at which networks change their ways. */
  private static final int[] LENGTHS = {
    0, 1, 7, 100, 900, 927, 928, 929, 1024, 1025, 4096, 8191, 8192, 8193, 20_000, 65_536, 1 << 20
  };

  protected final FakePort here = new FakePort();
  protected final FakePort there = new FakePort();
  protected Lnd left;
  protected Lnd right;

  /** Makes the contract. */
  protected LndContract() {}

  /** Makes one of two networks that can reach each other, not started. */
  protected abstract Lnd make(boolean isLeft);

  /** A NID of the same network that no node has. */
  protected abstract Nid nobody();

  /** Lets time pass until a condition holds. */
  protected abstract void await(String what, BooleanSupplier condition);

  /** Lets everything happen that is to happen. */
  protected abstract void settle();

  /** Closes what the networks stood on. */
  protected abstract void closeWorld();

  @BeforeEach
  void startBoth() {
    left = make(true);
    right = make(false);
    left.start(here);
    right.start(there);
  }

  @AfterEach
  void closeBoth() {
    left.close();
    right.close();
    closeWorld();
  }

  private OutgoingMessage put(long matchBits, byte... payload) {
    return FakePort.put(left.nid(), right.nid(), matchBits, payload);
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private void awaitArrivals(int count) {
    await("arrivals " + count, () -> there.arrivals.size() >= count);
  }

  @Test
  void carriesAMessageWithItsPayload() {
    left.send(put(7, bytes(100, 1)));
    awaitArrivals(1);
    FakePort.Arrival arrival = there.arrivals.getFirst();
    assertThat(arrival.type()).isEqualTo(MessageType.PUT);
    assertThat(arrival.matchBits()).isEqualTo(7);
    assertThat(arrival.source()).isEqualTo(left.nid());
    assertThat(arrival.neighbour()).isEqualTo(ProcessId.of(left.nid()));
    assertThat(arrival.payload()).isEqualTo(bytes(100, 1));
    assertThat(arrival.status()).isZero();
  }

  @Test
  void carriesEveryLengthBothWays() {
    for (int length : LENGTHS) {
      left.send(put(length, bytes(length, length)));
      right.send(FakePort.put(right.nid(), left.nid(), length, bytes(length, length)));
    }
    awaitArrivals(LENGTHS.length);
    await("arrivals here", () -> here.arrivals.size() >= LENGTHS.length);
    for (FakePort port : List.of(here, there)) {
      for (FakePort.Arrival each : port.arrivals) {
        assertThat(each.payload()).isEqualTo(bytes((int) each.matchBits(), (int) each.matchBits()));
      }
    }
  }

  @Test
  void reportsEachMessageAsSentOnce() {
    List<OutgoingMessage> messages = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      messages.add(put(i, bytes(LENGTHS[i % LENGTHS.length], i)));
    }
    messages.forEach(left::send);
    awaitArrivals(messages.size());
    await("all sent", () -> here.sent.size() >= messages.size());
    settle();
    assertThat(here.sent).allMatch(each -> each.status() == 0);
    Set<OutgoingMessage> reported = new HashSet<>();
    here.sent.forEach(each -> reported.add(each.message()));
    assertThat(here.sent).hasSize(messages.size());
    assertThat(reported).hasSize(messages.size());
  }

  @Test
  void keepsTheOrderOfShortMessages() {
    for (int i = 0; i < 500; i++) {
      left.send(put(i, bytes(i % 100, i)));
    }
    awaitArrivals(500);
    assertThat(there.arrivals).extracting(FakePort.Arrival::matchBits).isSorted();
  }

  @Test
  void keepsTheOrderOfLongMessages() {
    for (int i = 0; i < 60; i++) {
      left.send(put(i, bytes(2000 + 3001 * i, i)));
    }
    awaitArrivals(60);
    assertThat(there.arrivals).extracting(FakePort.Arrival::matchBits).isSorted();
  }

  @Test
  void throwsAwayWhatIsDroppedAndGoesOn() {
    there.verdict = message -> message.header().matchBits % 2 == 0 ? Verdict.DROP : Verdict.ACCEPT;
    for (int i = 0; i < 40; i++) {
      left.send(put(i, bytes(5000 * i, i)));
    }
    awaitArrivals(40);
    for (FakePort.Arrival each : there.arrivals) {
      boolean isDropped = each.matchBits() % 2 == 0;
      int seed = (int) each.matchBits();
      assertThat(each.payload()).isEqualTo(isDropped ? new byte[0] : bytes(5000 * seed, seed));
    }
  }

  @Test
  void storesTheBeginOfWhatIsTooLong() {
    there.room = message -> message.header().payloadLength / 3;
    for (int length : LENGTHS) {
      left.send(put(length, bytes(length, length)));
    }
    awaitArrivals(LENGTHS.length);
    for (FakePort.Arrival each : there.arrivals) {
      int length = (int) each.matchBits();
      assertThat(each.payload()).isEqualTo(Arrays.copyOf(bytes(length, length), length / 3));
      assertThat(each.status()).isZero();
    }
  }

  @Test
  void scattersAPayloadOverManyPieces() {
    there.pieces = Pieces.COUNT_MAX;
    for (int length : LENGTHS) {
      left.send(put(length, bytes(length, length)));
    }
    awaitArrivals(LENGTHS.length);
    for (FakePort.Arrival each : there.arrivals) {
      assertThat(each.payload()).isEqualTo(bytes((int) each.matchBits(), (int) each.matchBits()));
    }
  }

  @Test
  void cutsOffANeighbourThatTheNodeRefuses() {
    left.send(put(1));
    awaitArrivals(1);
    there.verdict = message -> Verdict.CUT;
    left.send(put(2, bytes(3000, 2)));
    await(
        "left loses", () -> here.lastChange() != null && here.lastChange().status() != FakePort.UP);
    await("right loses", () -> there.lastChange().status() < 0);
    assertThat(there.arrivals).hasSize(1);
    there.verdict = message -> Verdict.ACCEPT;
    left.send(put(3));
    awaitArrivals(2);
    assertThat(there.arrivals.getLast().matchBits()).isEqualTo(3);
  }

  @Test
  void writesNothingMoreIntoMemoryThatWasTakenAway() {
    there.onArrived = FakePort::divert;
    left.send(put(1, bytes(300_000, 1)));
    awaitArrivals(1);
    assertThat(there.arrivals.getFirst().payload()).containsOnly(0);
    there.onArrived = message -> {};
    left.send(put(2, bytes(300_000, 2)));
    awaitArrivals(2);
    assertThat(there.arrivals.getLast().payload()).isEqualTo(bytes(300_000, 2));
  }

  @Test
  void saysWhenANeighbourIsThere() {
    left.send(put(1));
    awaitArrivals(1);
    assertThat(here.changes).hasSize(1);
    assertThat(here.changes.getFirst().neighbour()).isEqualTo(ProcessId.of(right.nid()));
    assertThat(here.changes.getFirst().status()).isEqualTo(FakePort.UP);
    assertThat(there.changes.getFirst().neighbour()).isEqualTo(ProcessId.of(left.nid()));
  }

  @Test
  void saysWhenANeighbourIsGone() {
    left.send(put(1));
    awaitArrivals(1);
    right.close();
    await("down", () -> here.lastChange() != null && here.lastChange().status() <= 0);
    assertThat(left.connections()).isEmpty();
  }

  @Test
  void failsWhatCanNotBeDelivered() {
    left.send(FakePort.put(left.nid(), nobody(), 1, bytes(10, 1)));
    await("failed", () -> here.sent.size() == 1);
    assertThat(here.sent.getFirst().status()).isNegative();
    assertThat(here.lastChange()).isNotNull();
    assertThat(here.lastChange().neighbour().nid()).isEqualTo(nobody());
  }

  @Test
  void endsEverythingWhenItIsClosed() {
    for (int i = 0; i < 50; i++) {
      left.send(put(i, bytes(1 << 20, i)));
    }
    left.close();
    assertThat(here.sent).hasSize(50);
    int changes = here.changes.size();
    settle();
    assertThat(here.sent).hasSize(50);
    assertThat(here.changes).hasSize(changes);
    left.close();
  }

  @Test
  void refusesMessagesOnceItIsClosed() {
    left.close();
    left.send(put(1));
    assertThat(here.sent).hasSize(1);
    assertThat(here.sent.getFirst().status()).isNegative();
  }

  @Test
  void connectsAgainAfterADisconnect() {
    left.send(put(1));
    awaitArrivals(1);
    left.disconnect(right.nid());
    assertThat(left.connections()).isEmpty();
    await("right notices", () -> there.lastChange().status() <= 0);
    left.send(put(2));
    awaitArrivals(2);
  }

  @Test
  void takesMessagesFromWithinItsReports() {
    there.onReceived =
        arrival ->
            right.send(
                FakePort.put(right.nid(), left.nid(), arrival.matchBits() + 1, arrival.payload()));
    here.onReceived =
        arrival -> {
          if (arrival.matchBits() < 400) {
            left.send(put(arrival.matchBits() + 1, arrival.payload()));
          }
        };
    left.send(put(0, bytes(50, 1)));
    left.send(put(0, bytes(5000, 1)));
    await("enough", () -> here.arrivals.size() + there.arrivals.size() >= 800);
    await("all sent", () -> here.sent.size() + there.sent.size() >= 800);
  }

  @Test
  void mayBeDisconnectedFromWithinItsReports() {
    there.onReceived = arrival -> right.disconnect(left.nid());
    here.onSent = done -> {};
    for (int i = 0; i < 20; i++) {
      left.send(put(i, bytes(100 + i * 1000, i)));
    }
    await("all ended", () -> here.sent.size() == 20);
    there.onReceived = arrival -> {};
    settle();
    left.send(put(99));
    await("the last", () -> there.arrivals.stream().anyMatch(each -> each.matchBits() == 99));
  }

  @Test
  void listsConnectionsForPeople() {
    left.send(put(1, bytes(10, 1)));
    awaitArrivals(1);
    assertThat(left.connections()).isNotEmpty();
    assertThat(left.connections())
        .allMatch(each -> each.neighbour().equals(ProcessId.of(right.nid())));
    assertThat(left.connections().stream().mapToLong(ConnectionStatus::sentMessages).sum())
        .isEqualTo(1);
    assertThat(right.connections().stream().mapToLong(ConnectionStatus::receivedMessages).sum())
        .isEqualTo(1);
  }
}
