/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakePort;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.Nid;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.LoopOptions;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Seeds;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two nodes over a system that fails: nothing is lost silently, doubled or mixed up. */
class TcpFaultsTest {
  private static final Nid LEFT = Nid.parse("127.0.34.1@tcp");
  private static final Nid RIGHT = Nid.parse("127.0.34.2@tcp");
  private static final int[] LENGTHS = {0, 1, 50, 927, 928, 2000, 9000};

  private final FaultPlan plan = new FaultPlan();
  private final Posix posix = FaultyPosix.wrap(Posix.system(), plan);
  private final int port = TcpLndContract.freePort();
  private final FakePort here = new FakePort();
  private final FakePort there = new FakePort();
  private EventLoop loop;
  private TcpLnd left;
  private TcpLnd right;

  @BeforeEach
  void start() {
    loop = new EventLoop(LoopOptions.usual("faults", posix));
    assertThat(loop.tryHold()).isTrue();
    left = made(LEFT);
    right = made(RIGHT);
    left.start(here);
    right.start(there);
  }

  private TcpLnd made(Nid nid) {
    return new TcpLnd(
        posix,
        loop,
        TcpSettings.of(nid, IdentityMode.PLAIN, 1).withPort(port).withTimes(TcpLndContract.TIMES));
  }

  @AfterEach
  void stop() {
    plan.clear();
    left.close();
    right.close();
    loop.release();
    loop.close();
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    TcpLndContract.drive(loop, what, condition);
  }

  private static byte[] payload(long matchBits) {
    byte[] bytes = new byte[LENGTHS[(int) (matchBits % LENGTHS.length)]];
    new Random(matchBits).nextBytes(bytes);
    return bytes;
  }

  private void send(long matchBits) {
    left.send(FakePort.put(LEFT, RIGHT, matchBits, payload(matchBits)));
  }

  private void carryAll(int count) {
    for (int i = 0; i < count; i++) {
      send(i);
    }
    await("all arrived", () -> there.arrivals.size() == count);
    await("all sent", () -> here.sent.size() == count);
    for (FakePort.Arrival each : there.arrivals) {
      assertThat(each.payload()).isEqualTo(payload(each.matchBits()));
      assertThat(each.status()).isZero();
    }
    assertThat(here.sent).allMatch(each -> each.status() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 23, 24, 25, 71, 95, 96, 97, 120, 500, 1000})
  void readsWhateverPartsComeIn(int bytes) {
    plan.shorten("receive", bytes).shorten("readv", bytes);
    carryAll(LENGTHS.length * 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 23, 24, 25, 71, 95, 96, 97, 120, 500, 1000})
  void writesWhateverPartsGoOut(int bytes) {
    send(0);
    await("the first", () -> here.sent.size() == 1);
    await("connections", () -> left.connections().size() == 3);
    here.sent.clear();
    there.arrivals.clear();
    plan.shorten("writev", bytes);
    carryAll(LENGTHS.length * 2);
  }

  @Test
  void triesAgainWhenASocketIsFullOrEmpty() {
    plan.fail("writev", Errno.EAGAIN, visit -> visit % 3 != 0);
    plan.fail("receive", Errno.EAGAIN, visit -> visit % 2 == 0);
    plan.fail("readv", Errno.EAGAIN, visit -> visit % 2 == 0);
    carryAll(50);
  }

  @ParameterizedTest
  @CsvSource({
    "writev, ECONNRESET",
    "writev, EPIPE",
    "writev, ETIMEDOUT",
    "receive, ECONNRESET",
    "receive, ETIMEDOUT",
    "readv, ECONNRESET"
  })
  void nothingIsLostSilentlyWhenConnectionsBreak(String call, Errno errno) {
    plan.shorten("writev", 700);
    plan.fail(call, errno, visit -> visit % 23 == 0);
    checkEnds(120);
  }

  @Test
  void nothingIsLostSilentlyWhateverFails() {
    long seed = Seeds.of(TcpFaultsTest.class);
    var random = new Random(seed);
    for (String call : List.of("writev", "receive", "readv")) {
      plan.fail(call, Errno.EAGAIN, visit -> random.nextInt(4) == 0);
      plan.fail(call, Errno.ECONNRESET, visit -> random.nextInt(60) == 0);
      plan.shorten(call, 1 + random.nextInt(3000));
    }
    plan.fail("connectTcp", Errno.ECONNREFUSED, visit -> random.nextInt(20) == 0);
    checkEnds(300);
  }

  /** Each message ends once; what arrives whole is right and never comes twice. */
  private void checkEnds(int count) {
    for (int i = 0; i < count; i++) {
      send(i);
      if (i % 7 == 0) {
        loop.turn(0);
      }
    }
    await("all ended", () -> here.sent.size() == count);
    plan.clear();
    await("calm", () -> here.sent.size() == count && loop.turn(0) == 0);
    Set<Long> seen = new HashSet<>();
    for (FakePort.Arrival each : there.arrivals) {
      if (each.status() == 0) {
        assertThat(each.payload()).isEqualTo(payload(each.matchBits()));
        assertThat(seen.add(each.matchBits())).as("twice: " + each.matchBits()).isTrue();
      }
    }
    Set<Object> ended = new HashSet<>();
    here.sent.forEach(each -> assertThat(ended.add(each.message())).isTrue());
    assertThat(there.headers).isEqualTo(there.arrivals.size());
  }

  @Test
  void failsOnlyTheMessageWhoseMemoryIsGone() {
    send(0);
    await("connections", () -> left.connections().size() == 3);
    plan.fail("readv", Errno.EFAULT, visit -> true);
    byte[] large = new byte[300_000];
    left.send(FakePort.put(LEFT, RIGHT, 7, large));
    left.send(FakePort.put(LEFT, RIGHT, 0));
    await("arrivals", () -> there.arrivals.size() == 3);
    assertThat(there.arrivals.stream().filter(each -> each.matchBits() == 7))
        .singleElement()
        .extracting(FakePort.Arrival::status)
        .isEqualTo(-Errno.EFAULT.number());
    assertThat(right.connections()).hasSize(3);
  }

  @Test
  void waitsWhenThereAreNoDescriptorsLeft() {
    plan.fail("accept", Errno.EMFILE, visit -> visit < 4);
    carryAll(3);
  }

  @Test
  void failsWhenThereIsNoSocket() {
    plan.fail("socketTcp", Errno.EMFILE, visit -> true);
    send(1);
    await("an end", () -> !here.sent.isEmpty());
    assertThat(here.sent.getFirst().status()).isEqualTo(-Errno.EMFILE.number());
  }

  @ParameterizedTest
  @CsvSource({"remoteAddress, ENOTCONN", "setOption, EINVAL", "epollAdd, ENOMEM"})
  void survivesAConnectionThatIsGoneBeforeItIsTaken(String call, Errno errno) {
    plan.fail(call, errno, visit -> visit < 3);
    send(1);
    await("an end", () -> !here.sent.isEmpty());
    plan.clear();
    await(
        "another arrives",
        () -> {
          if (there.arrivals.isEmpty()) {
            send(2);
          }
          return !there.arrivals.isEmpty();
        });
  }

  @Test
  void aNodeMayConnectToItself() {
    left.send(FakePort.put(LEFT, LEFT, 1, payload(1)));
    left.send(FakePort.put(LEFT, LEFT, 6, payload(6)));
    await("both", () -> here.arrivals.size() == 2);
    assertThat(here.sent).allMatch(each -> each.status() == 0);
  }

  @Test
  void bothMayConnectAtOnce() {
    for (int i = 0; i < 30; i++) {
      send(i);
      right.send(FakePort.put(RIGHT, LEFT, i, payload(i)));
    }
    await("all", () -> here.arrivals.size() == 30 && there.arrivals.size() == 30);
    await("settled", () -> left.connections().size() == right.connections().size());
    assertThat(here.sent).hasSize(30).allMatch(each -> each.status() == 0);
    assertThat(there.sent).hasSize(30).allMatch(each -> each.status() == 0);
    assertThat(left.connections()).hasSizeLessThanOrEqualTo(3);
  }
}
