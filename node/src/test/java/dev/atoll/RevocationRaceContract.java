/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.Site;
import dev.atoll.link.RsmError;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.rsm.SignalOutcome;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What happens at the same time as a forced disconnect. Over both carriers. */
abstract class RevocationRaceContract extends ContractFixture {
  private static final int CYCLES = 200;
  private static final int WAITERS = 8;
  private static final long BLOCK = 1 << 20;
  private static final Set<RsmError> EXPECTED =
      Set.of(RsmError.CONN_ABORTED, RsmError.SEG_NOT_PUBLISHED);

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isOver = new AtomicBoolean();

  private Thread start(Runnable action) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            action.run();
          } catch (Throwable e) {
            failures.add(e);
          }
        });
  }

  private void mapStoreAndUnmapUntilOver() {
    while (!isOver.get()) {
      try (ImportSegment segment = connect(Permission.READ_WRITE);
          ImportMapping window = segment.map(0, SIZE, Permission.READ_WRITE)) {
        window.segment().fill((byte) 0x5a);
        window.unmap();
      } catch (RsmException e) {
        assertThat(e.error()).isIn(EXPECTED);
      }
    }
  }

  /** A swap that comes after an unmap would land on what took the addresses: memory like this. */
  private void fillFreshMemoryAndFindItUnchangedUntilOver() {
    while (!isOver.get()) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment fresh = arena.allocate(BLOCK, Long.BYTES);
        fresh.fill((byte) 0x77);
        for (long at = 0; at < BLOCK; at += Long.BYTES) {
          assertThat(fresh.get(JAVA_LONG, at)).isEqualTo(0x7777_7777_7777_7777L);
        }
      }
    }
  }

  @Test
  void unmapAgainstRevocationHarmsNobodysMemory() throws InterruptedException {
    export.publish(ID);
    List<Thread> threads =
        List.of(
            start(this::mapStoreAndUnmapUntilOver),
            start(this::fillFreshMemoryAndFindItUnchangedUntilOver));
    for (int i = 0; i < CYCLES; i++) {
      export.unpublish();
      export.publish(ID);
    }
    isOver.set(true);
    for (Thread each : threads) {
      each.join();
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void anUnpublishTakesTheMemoryAwayBeforeItReturns() {
    for (int i = 0; i < 50; i++) {
      export.publish(ID);
      try (ImportSegment segment = connect(Permission.READ_WRITE);
          ImportMapping window = segment.map(0, SIZE, Permission.READ_WRITE)) {
        window.segment().set(JAVA_LONG, 0, i);
        export.unpublish();
        window.segment().set(JAVA_LONG, 0, -1);
        assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(i);
      }
    }
  }

  /** Or a put that finds pages of nobody would say that it has happened. */
  @Test
  void aTransferIsRefusedAsSoonAsThePagesAreOthers() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.putLong(0, 1);
      Queue<String> outcomes = new ConcurrentLinkedQueue<>();
      Site.install(site -> {
        if (site.equals("range.revoked")) {
          outcomes.add(outcomeOf(() -> segment.putLong(0, 2)));
          outcomes.add(outcomeOf(() -> segment.getLong(0)));
        }
      });
      export.unpublish();
      assertThat(outcomes).hasSize(2).containsOnly("CONN_ABORTED");
      assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(1);
    } finally {
      Site.install(null);
    }
  }

  private static String outcomeOf(Runnable transfer) {
    try {
      transfer.run();
      return "done";
    } catch (RsmException e) {
      return e.error().name();
    }
  }

  @Test
  void waitersWhoseTimeIsUpTakeNoSignalFromThoseWhoWaitOn() throws InterruptedException {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ)) {
      var received = new AtomicInteger();
      var timedOut = new AtomicInteger();
      List<Thread> patient = new ArrayList<>();
      List<Thread> hasty = new ArrayList<>();
      for (int i = 0; i < WAITERS; i++) {
        Duration soon = Duration.ofMillis(i);
        patient.add(start(() -> count(LONG, received, timedOut)));
        hasty.add(start(() -> count(soon, received, timedOut)));
      }
      for (Thread each : hasty) {
        each.join();
      }
      assertThat(timedOut.get()).isEqualTo(WAITERS);
      for (int i = 0; i < WAITERS; i++) {
        segment.signals().post();
      }
      for (Thread each : patient) {
        each.join();
      }
      assertThat(received.get()).isEqualTo(WAITERS);
      assertThat(export.signals().pending()).isZero();
    }
    assertThat(failures).isEmpty();
  }

  private void count(Duration time, AtomicInteger received, AtomicInteger timedOut) {
    try {
      if (export.signals().await(time) == SignalOutcome.RECEIVED) {
        received.incrementAndGet();
      } else {
        timedOut.incrementAndGet();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
