/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.PollSet;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.PollDescriptor;
import dev.atoll.rsm.SignalOutcome;
import dev.atoll.rsm.SignalSet;
import dev.atoll.testkit.Conditions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What pollable signals promise, whatever carries the session; each carrier's test extends this.
 */
abstract class PollContract extends ContractFixture {
  private static final Duration FOREVER = Duration.ofSeconds(-1);
  private final Posix posix = Posix.system();

  @Test
  void destroyIsRefusedWhilePollDescriptorsAreOpen() {
    PollDescriptor first = export.signals().pollDescriptor();
    PollDescriptor second = export.signals().pollDescriptor();
    assertRefused(RsmError.POLLFD_IN_USE, export::destroy);
    first.close();
    first.close();
    assertThat(first.isOpen()).isFalse();
    assertRefused(RsmError.POLLFD_IN_USE, export::destroy);
    second.close();
    export.destroy();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> export.signals().pollDescriptor());
  }

  @Test
  void disconnectIsRefusedWhilePollDescriptorsAreOpen() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ);
    PollDescriptor first = segment.signals().pollDescriptor();
    PollDescriptor second = segment.signals().pollDescriptor();
    second.close();
    assertRefused(RsmError.POLLFD_IN_USE, segment::disconnect);
    assertThat(segment.isConnected()).isTrue();
    first.close();
    segment.disconnect();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.signals().pollDescriptor());
  }

  @Test
  void unpublishAndUnmapDoNotMindPollDescriptors() {
    export.publish(ID);
    try (PollDescriptor exported = export.signals().pollDescriptor();
        ImportSegment segment = connect(Permission.READ);
        PollDescriptor imported = segment.signals().pollDescriptor()) {
      segment.map(0, SIZE, Permission.READ).unmap();
      export.unpublish();
      assertThat(exported.isOpen()).isTrue();
      assertThat(imported.isOpen()).isTrue();
    }
  }

  @Test
  void closingASegmentClosesItsPollDescriptors() {
    PollDescriptor left = export.signals().pollDescriptor();
    Descriptor descriptor = left.descriptor();
    export.close();
    assertThat(left.isOpen()).isFalse();
    assertThat(descriptor.isOpen()).isFalse();
    assertThatThrownBy(left::descriptor).isInstanceOf(IllegalStateException.class);
    left.close();
  }

  @Test
  void theDescriptorIsReadableFromASignalUntilALookFindsNone() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE);
        PollDescriptor polled = export.signals().pollDescriptor()) {
      for (int i = 0; i < 10; i++) {
        assertThat(isReadable(polled, 0)).isFalse();
        segment.signals().post();
        segment.signals().post();
        assertThat(isReadable(polled, LONG.toNanos())).isTrue();
        Conditions.await("both signals", LONG, () -> export.signals().pending() == 2);
        assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
        assertThat(isReadable(polled, 0)).isTrue();
        assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
        assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.TIMED_OUT);
      }
    }
  }

  @Test
  void aSignalThatWasThereBeforeAnybodyPolledIsSeen() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      segment.signals().post();
      Conditions.await("the signal", LONG, () -> export.signals().pending() == 1);
      try (PollDescriptor polled = export.signals().pollDescriptor()) {
        assertThat(isReadable(polled, 0)).isTrue();
      }
      assertThat(export.signals().pending()).isEqualTo(1);
    }
  }

  private boolean isReadable(PollDescriptor polled, long nanos) {
    PollSet set = new PollSet(1);
    set.add(polled.descriptor(), WaitCalls.POLLIN);
    return posix.poll(set, nanos) > 0;
  }

  @Test
  void waitsOnSignalsAndAnOrdinaryDescriptorAtOnce() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE);
        PollDescriptor exported = export.signals().pollDescriptor();
        PollDescriptor imported = segment.signals().pollDescriptor();
        Descriptor ordinary = posix.eventfd(0);
        SignalSet set = importer.controller("loopback").signalSet(3)) {
      int first = set.add(exported);
      int second = set.add(imported);
      int third = set.add(ordinary, WaitCalls.POLLIN);
      assertThat(set.await(NOW)).isZero();

      segment.signals().post();
      segment.signals().post();
      Conditions.await("the signals", LONG, () -> export.signals().pending() == 2);
      posix.eventfdAdd(ordinary, 1);

      assertThat(set.await(LONG)).isEqualTo(2);
      assertThat(set.happened(first)).isEqualTo(SignalSet.SIGNALLED);
      assertThat(set.happened(second)).isZero();
      assertThat(set.happened(third)).isEqualTo(WaitCalls.POLLIN);
      // One of two was taken, and nothing of the ordinary descriptor.
      assertThat(export.signals().pending()).isEqualTo(1);
      assertThat(posix.eventfdTake(ordinary)).isEqualTo(1);
    }
  }

  @Test
  void aSignalWakesAWaitOnManyOfAnyKindOfThread() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      for (boolean isVirtual : new boolean[] {false, true}) {
        for (int i = 0; i < 10; i++) {
          CompletableFuture<Integer> waiter = awaitMany(isVirtual, FOREVER, null);
          segment.signals().post();
          assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(1);
          assertThat(export.signals().pending()).isZero();
        }
      }
    }
  }

  private CompletableFuture<Integer> awaitMany(
      boolean isVirtual, Duration time, CompletableFuture<Thread> started) {
    CompletableFuture<Integer> found = new CompletableFuture<>();
    Thread thread =
        (isVirtual ? Thread.ofVirtual() : Thread.ofPlatform())
            .start(() -> {
              try (PollDescriptor polled = export.signals().pollDescriptor();
                  SignalSet set = exporter.controller("loopback").signalSet(1)) {
                set.add(polled);
                found.complete(set.await(time));
              } catch (Throwable e) {
                found.completeExceptionally(e);
              }
            });
    if (started != null) {
      started.complete(thread);
    }
    return found;
  }

  @Test
  void anInterruptEndsAWaitOnManyAndTakesNoSignal() throws Exception {
    for (boolean isVirtual : new boolean[] {false, true}) {
      CompletableFuture<Thread> started = new CompletableFuture<>();
      CompletableFuture<Integer> waiter = awaitMany(isVirtual, FOREVER, started);
      started.get().interrupt();
      assertThatThrownBy(() -> waiter.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InterruptedException.class);
    }
    assertThat(export.signals().pending()).isZero();
  }

  @Test
  void aWaitOnManyEndsWhenItsTimeIsUp() throws Exception {
    long begin = System.nanoTime();
    assertThat(awaitMany(false, Duration.ofMillis(50), null).get(20, TimeUnit.SECONDS)).isZero();
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(50_000_000);
  }

  @Test
  void aDescriptorAddedAsAnOrdinaryOneIsToldAboutAndItsSignalStays() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE);
        PollDescriptor polled = export.signals().pollDescriptor();
        SignalSet set = exporter.controller("loopback").signalSet(1)) {
      set.add(polled.descriptor(), WaitCalls.POLLIN);
      segment.signals().post();
      assertThat(set.await(LONG)).isEqualTo(1);
      assertThat(set.happened(0)).isEqualTo(WaitCalls.POLLIN);
      assertThat(export.signals().pending()).isEqualTo(1);
    }
  }

  @Test
  void aSignalThatAnotherThreadTookIsAsIfItHadNotCome() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE);
        PollDescriptor polled = export.signals().pollDescriptor();
        SignalSet set = exporter.controller("loopback").signalSet(1)) {
      set.add(polled);
      segment.signals().post();
      assertThat(isReadable(polled, LONG.toNanos())).isTrue();
      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);

      assertThat(set.await(NOW)).isZero();

      assertThat(set.happened(0)).isZero();
      assertThat(isReadable(polled, 0)).isFalse();
    }
  }

  @Test
  void manyWaitersTakeEverySignalOnce() throws Exception {
    int signals = 2_000;
    int threads = 4;
    export.publish(ID);
    var taken = new AtomicInteger();
    List<CompletableFuture<Void>> waiters = new ArrayList<>();
    try (ImportSegment segment = connect(Permission.NONE)) {
      for (int i = 0; i < threads; i++) {
        boolean isSet = i % 2 == 0;
        waiters.add(CompletableFuture.runAsync(() -> takeUntil(signals, isSet, taken)));
      }
      for (int i = 0; i < signals; i++) {
        segment.signals().post();
      }
      Conditions.await("all signals taken", LONG, () -> taken.get() >= signals);
      for (int i = 0; i < threads; i++) {
        segment.signals().post();
      }
      CompletableFuture.allOf(waiters.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
      Conditions.await(
          "the last", LONG, () -> taken.get() + export.signals().pending() == signals + threads);
    }
  }

  private void takeUntil(int count, boolean isSet, AtomicInteger taken) {
    try (PollDescriptor polled = export.signals().pollDescriptor();
        SignalSet set = exporter.controller("loopback").signalSet(1)) {
      set.add(polled);
      while (taken.get() < count) {
        boolean isTaken =
            isSet
                ? set.await(FOREVER) == 1
                : export.signals().await(FOREVER) == SignalOutcome.RECEIVED;
        if (isTaken) {
          taken.incrementAndGet();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSelectorSeesEverySignalAndDoesNotSpin() throws Exception {
    int signals = 500;
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE);
        PollDescriptor polled = export.signals().pollDescriptor();
        Selector selector = Selector.open()) {
      polled.channel().register(selector, SelectionKey.OP_READ);
      assertThat(selector.selectNow()).isZero();
      CompletableFuture<Void> poster =
          CompletableFuture.runAsync(() -> {
            for (int i = 0; i < signals; i++) {
              segment.signals().post();
            }
          });
      int taken = 0;
      int turns = 0;
      while (taken < signals) {
        assertThat(selector.select(LONG.toMillis())).as("taken %d", taken).isEqualTo(1);
        selector.selectedKeys().clear();
        turns++;
        while (export.signals().await(NOW) == SignalOutcome.RECEIVED) {
          taken++;
        }
      }
      poster.get(20, TimeUnit.SECONDS);
      assertThat(taken).isEqualTo(signals);
      // A turn may find nothing, but only once for a signal that a turn before had taken.
      assertThat(turns).isLessThanOrEqualTo(2 * signals);
      Conditions.await("the channel at rest", LONG, () -> isAtRest(selector));
    }
  }

  private boolean isAtRest(Selector selector) {
    try {
      selector.selectedKeys().clear();
      return selector.selectNow() == 0 && export.signals().await(NOW) == SignalOutcome.TIMED_OUT;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void withdrawingTheSegmentWakesPollersAndSelectorsAfterItsLastSignal() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ);
        PollDescriptor polled = segment.signals().pollDescriptor();
        SignalSet set = importer.controller("loopback").signalSet(1);
        Selector selector = Selector.open()) {
      polled.channel().register(selector, SelectionKey.OP_READ);
      set.add(polled);
      CompletableFuture<Integer> selected =
          CompletableFuture.supplyAsync(() -> {
            try {
              return selector.select(LONG.toMillis());
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      export.unpublish();
      assertThat(selected.get(20, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(set.await(FOREVER)).isEqualTo(1);
      assertThat(set.happened(0)).isEqualTo(SignalSet.ENDED);
      assertThat(segment.signals().await(NOW)).isEqualTo(SignalOutcome.DISCONNECTED);
    }
  }

  @Test
  void aSignalPendingAtUnpublishIsGivenToAWaitOnManyFirst() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ);
        PollDescriptor polled = segment.signals().pollDescriptor();
        SignalSet set = importer.controller("loopback").signalSet(1)) {
      set.add(polled);
      export.signals().post();
      export.unpublish();
      assertThat(set.await(LONG)).isEqualTo(1);
      assertThat(set.happened(0)).isEqualTo(SignalSet.SIGNALLED);
      assertThat(set.await(LONG)).isEqualTo(1);
      assertThat(set.happened(0)).isEqualTo(SignalSet.ENDED);
    }
  }

  @Test
  void closingThePollDescriptorOrTheSetEndsAWaitOnMany() throws Exception {
    PollDescriptor polled = export.signals().pollDescriptor();
    SignalSet set = exporter.controller("loopback").signalSet(1);
    set.add(polled);
    CompletableFuture<Integer> waiter = awaitSet(set);
    polled.close();
    assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(set.happened(0)).isEqualTo(SignalSet.CLOSED);
    set.clear();
    CompletableFuture<Integer> second = awaitSet(set);
    set.close();
    assertThatThrownBy(() -> second.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  private static CompletableFuture<Integer> awaitSet(SignalSet set) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return set.await(FOREVER);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void theEndOfTheNodeEndsAWaitOnMany() throws Exception {
    PollDescriptor polled = export.signals().pollDescriptor();
    try (SignalSet set = exporter.controller("loopback").signalSet(1)) {
      set.add(polled);
      CompletableFuture<Integer> waiter = awaitSet(set);
      exporter.close();
      assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(set.happened(0)).isIn(SignalSet.CLOSED, SignalSet.ENDED);
    }
  }
}
