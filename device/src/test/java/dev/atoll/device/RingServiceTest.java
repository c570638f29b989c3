/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RingsLayout;
import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.SlotRing;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the device looks at a ring, and when it lets it sleep: on a clock of the test's own. */
class RingServiceTest {
  private static final long LONG_IDLE_NANOS = 1_000_000;

  private final Posix posix = Posix.system();
  private final Ports ports = new Ports();
  private final SegmentIds ids = new SegmentIds(new AssignedIds(ports));
  private final Signalling signalling = new Signalling(ports);
  private final Revocation revocation = new Revocation(ids, ports, signalling, 1);
  private final Rebinding rebinding =
      new Rebinding(
          new Rebinding.Parts(
              ports,
              new Offers(ports, new ExportFileCheck(posix, Set.of()), 4096),
              new UserAccounts(Quotas.standard(), 1, 1024)),
          revocation,
          1);
  private final RingService service =
      new RingService(
          posix, ports, new Transfers(posix, ports, rebinding, revocation), signalling, () -> {});
  private final RingFiles files = RingFiles.create(posix, RingsLayout.standard());
  private final ClientSession session =
      new ClientSession(1, new PeerCredentials(1, 1, 1, List.of()), new Deaf());
  private final ClientRings rings =
      new ClientRings(posix, RingsLayout.standard(), files, entry -> {});
  private final SegmentWords words = new SegmentWords(files.submission().segment());
  private final SlotRing program = SlotRing.attach(words, RingsLayout.standard().slots());

  RingServiceTest() {
    session.setRings(rings);
  }

  @AfterEach
  void closeTheRings() {
    service.end(session);
  }

  private static final class Deaf implements Outbound {
    @Override
    public void reply(long correlation, Reply reply, List<Descriptor> borrowed) {}

    @Override
    public boolean notify(Notification notification, List<Descriptor> borrowed) {
      return true;
    }

    @Override
    public void cut() {}
  }

  private static final class Ports implements AgentPorts {
    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final Deque<Runnable> timers = new ArrayDeque<>();
    private long now;

    @Override
    public <T> boolean transfer(
        Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      throw new AssertionError();
    }

    @Override
    public <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      throw new AssertionError();
    }

    @Override
    public void close(Descriptor descriptor) {
      throw new AssertionError();
    }

    @Override
    public boolean requestStop() {
      throw new AssertionError();
    }

    @Override
    public void later(Runnable action) {
      turns.add(action);
    }

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      timers.add(action);
    }
  }

  private void submit() {
    long position = program.claim();
    new RingEntry(RingEntry.PUT, 0, 1, 0, 8, 0, 1, 0).write(words, program.payloadOffset(position));
    program.commit(position);
  }

  @Test
  void aRingSleepsUntilItIsToldOf() {
    assertThat(program.isConsumerSleeping()).isTrue();
    assertThat(ports.turns).isEmpty();
    service.wake(session);
    assertThat(program.isConsumerSleeping()).isFalse();
    assertThat(ports.turns).hasSize(1);
  }

  @Test
  void anIdleDeviceHasNothingLeftToDo() {
    service.wake(session);
    ports.turns.remove().run();
    assertThat(ports.turns).as("it looks again").hasSize(1);

    ports.now += LONG_IDLE_NANOS;
    ports.turns.remove().run();
    assertThat(program.isConsumerSleeping()).isTrue();
    assertThat(ports.turns).isEmpty();
    assertThat(ports.timers).as("one more look").hasSize(1);

    ports.timers.remove().run();
    assertThat(ports.turns).isEmpty();
    assertThat(ports.timers).isEmpty();
  }

  @Test
  void theLastLookFindsWhatBothSidesMissed() {
    service.wake(session);
    ports.now += LONG_IDLE_NANOS;
    ports.turns.remove().run();
    // The program saw the device awake just before, and so did not tell it.
    submit();
    ports.timers.remove().run();
    assertThat(ports.turns).hasSize(1);
    ports.turns.remove().run();
    assertThat(new SegmentWords(files.completion().segment()).intAcquire(0)).isEqualTo(1);
  }

  @Test
  void signalsInARowLetTheLoopLookAtItsSocketsTimeAndAgain() {
    service.wake(session);
    int turns = 0;
    while (ports.timers.isEmpty()) {
      for (int i = 0; i < 64; i++) {
        postSignal();
      }
      ports.turns.remove().run();
      assertThat(++turns).as("turns without a look at sockets").isLessThanOrEqualTo(16);
    }
    assertThat(ports.turns).isEmpty();
  }

  private void postSignal() {
    long position = program.claim();
    new RingEntry(RingEntry.SIGNAL_POST, RingsLayout.NO_LANE, 1, 0, 0, 0, 0, 0)
        .write(words, program.payloadOffset(position));
    program.commit(position);
  }

  @Test
  void aRequestFindsWhatWasSubmittedBeforeIt() {
    submit();
    service.drain(session);
    assertThat(ports.turns).hasSize(1);
  }
}
