/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.RsmError;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.PostMode;
import dev.atoll.rsm.SignalOutcome;
import dev.atoll.testkit.Conditions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What signals promise, whatever carries the session; each carrier's test extends this. */
abstract class SignalContract extends ContractFixture {
  @Test
  void signalsAreCountedAndTakenOneByOne() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      segment.signals().post();
      segment.signals().post();

      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      Conditions.await("the second signal", LONG, () -> export.signals().pending() == 1);
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.TIMED_OUT);
    }
  }

  @Test
  void anExportersSignalReachesEveryImport() throws Exception {
    export.publish(ID);
    try (ImportSegment first = connect(Permission.READ);
        ImportSegment second = connect(Permission.NONE)) {
      export.signals().post();

      assertThat(first.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(second.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(export.signals().pending()).isZero();
    }
  }

  @Test
  void postingOnAHandleThatWasGivenBackIsRefused() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.NONE);
    segment.close();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.signals().post());
    export.destroy();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> export.signals().post());
  }

  @Test
  void postingToNobodyIsNoError() {
    export.signals().post();
    export.publish(ID);
    export.signals().post();
  }

  @Test
  void aSignalWakesASleepingWaiter() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      for (int i = 0; i < 20; i++) {
        CompletableFuture<SignalOutcome> waiter = waitOn(export);
        segment.signals().post();
        assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(SignalOutcome.RECEIVED);
      }
    }
  }

  private static CompletableFuture<SignalOutcome> waitOn(ExportSegment export) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return export.signals().await(LONG);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void withdrawingTheSegmentWakesAWaitingImporterWithoutEatingASignal() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ)) {
      export.signals().post();
      Conditions.await("the signal", LONG, () -> segment.signals().pending() == 1);
      CompletableFuture<SignalOutcome> second = new CompletableFuture<>();
      Thread waiter =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  assertThat(segment.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
                  second.complete(segment.signals().await(Duration.ofSeconds(-1)));
                } catch (InterruptedException | AssertionError e) {
                  second.completeExceptionally(e);
                }
              });
      Conditions.await("the first signal taken", LONG, () -> segment.signals().pending() == 0);
      export.unpublish();
      assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(SignalOutcome.DISCONNECTED);
      waiter.join();
    }
  }

  @Test
  void anInterruptEndsAWaitAndTakesNoSignal() throws Exception {
    for (boolean isVirtual : new boolean[] {false, true}) {
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread waiter =
          (isVirtual ? Thread.ofVirtual() : Thread.ofPlatform())
              .start(() -> {
                try {
                  interrupted.completeExceptionally(
                      new AssertionError(export.signals().await(LONG).name()));
                } catch (InterruptedException e) {
                  interrupted.complete(true);
                }
              });
      waiter.interrupt();
      assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(export.signals().pending()).isZero();
  }

  @Test
  void ofTwoWaitersOneTakesTheOnlySignal() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      CompletableFuture<SignalOutcome> first = waitOn(export);
      CompletableFuture<SignalOutcome> second = waitOn(export);
      segment.signals().post();
      CompletableFuture.anyOf(first, second).get(20, TimeUnit.SECONDS);
      assertThat(export.signals().pending()).isZero();
      assertThat(first.isDone() && second.isDone()).isFalse();
      segment.signals().post();
      CompletableFuture.allOf(first, second).get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aSignalPendingAtUnpublishIsStillDelivered() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ)) {
      segment.signals().post();
      Conditions.await("the importer's signal", LONG, () -> export.signals().pending() == 1);
      export.signals().post();
      export.unpublish();
      assertThat(segment.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(segment.signals().await(NOW)).isEqualTo(SignalOutcome.DISCONNECTED);
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
    }
  }

  @Test
  void theSignalsOfAHandleGivenBackDoNotSeeThoseOfTheNext() throws Exception {
    export.publish(ID);
    export.destroy();
    try (ExportSegment next = exporter.controller("loopback").export(memory)) {
      next.publish(ID);
      try (ImportSegment segment = connect(Permission.NONE)) {
        segment.signals().post();
        Conditions.await("the signal", LONG, () -> next.signals().pending() == 1);
        assertThat(export.signals().pending()).isZero();
        assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.DISCONNECTED);
        assertThat(next.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
      }
    }
  }

  @Test
  void aSignalThatDoesNotAccumulateIsDroppedWhereOneIsPending() throws Exception {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      segment.signals().post(PostMode.NO_ACCUMULATE);
      segment.signals().post(PostMode.NO_ACCUMULATE);
      export.signals().post();
      // The device takes requests of one session in order, so both have been judged by now.
      assertThat(segment.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      awaitJudged(segment);
      assertThat(export.signals().pending()).isEqualTo(1);

      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.RECEIVED);
      segment.signals().post(PostMode.NO_ACCUMULATE);
      assertThat(export.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.TIMED_OUT);
    }
  }

  @Test
  void eachImportIsJudgedByItselfWhenASignalDoesNotAccumulate() throws Exception {
    export.publish(ID);
    try (ImportSegment first = connect(Permission.NONE);
        ImportSegment second = connect(Permission.NONE)) {
      export.signals().post();
      assertThat(first.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      Conditions.await("the second's signal", LONG, () -> second.signals().pending() == 1);

      export.signals().post(PostMode.NO_ACCUMULATE);

      assertThat(first.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      awaitJudged(second);
      assertThat(second.signals().pending()).isEqualTo(1);
    }
  }

  @Test
  void aHandleMadeAnewBeginsWithNothingTaken() throws Exception {
    export.publish(ID);
    for (int i = 0; i < 20; i++) {
      try (ImportSegment segment = connect(Permission.NONE)) {
        export.signals().post();
        assertThat(segment.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
        export.signals().post(PostMode.NO_ACCUMULATE);
        assertThat(segment.signals().await(LONG)).isEqualTo(SignalOutcome.RECEIVED);
      }
    }
  }

  /** A round trip over the import's session: what was posted before has been dealt with. */
  private void awaitJudged(ImportSegment segment) {
    try (ImportSegment again = connect(Permission.NONE)) {
      assertThat(again.isConnected()).isTrue();
    }
    exporter.allocate(SIZE).close();
    assertThat(segment.isConnected()).isTrue();
  }

  @Test
  void postingToWhereTheExporterHasLeftDoesNothing() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      export.unpublish();
      segment.signals().post();
      segment.signals().post(PostMode.NO_ACCUMULATE);
      awaitNothing();
    }
  }

  private void awaitNothing() {
    importer.allocate(SIZE).close();
    assertThat(export.signals().pending()).isZero();
  }

  @Test
  void anExportThatIsNotPublishedMayBeWaitedFor() throws Exception {
    assertThat(export.signals().await(NOW)).isEqualTo(SignalOutcome.TIMED_OUT);
    CompletableFuture<SignalOutcome> waiter = waitOn(export);
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.NONE)) {
      segment.signals().post();
      assertThat(waiter.get(20, TimeUnit.SECONDS)).isEqualTo(SignalOutcome.RECEIVED);
    }
  }

  @Test
  void theLoserOfTwoWaitersWaitsOnUntilItsTimeIsUp() throws Exception {
    export.publish(ID);
    Duration brief = Duration.ofMillis(300);
    try (ImportSegment segment = connect(Permission.NONE)) {
      long begin = System.nanoTime();
      CompletableFuture<Long> ended = new CompletableFuture<>();
      CompletableFuture<SignalOutcome> first = awaitFor(brief, ended);
      CompletableFuture<SignalOutcome> second = awaitFor(brief, ended);
      segment.signals().post();
      CompletableFuture.allOf(first, second).get(20, TimeUnit.SECONDS);
      assertThat(List.of(first.get(), second.get()))
          .containsExactlyInAnyOrder(SignalOutcome.RECEIVED, SignalOutcome.TIMED_OUT);
      assertThat(ended.get() - begin).isGreaterThanOrEqualTo(brief.toNanos());
    }
  }

  private CompletableFuture<SignalOutcome> awaitFor(Duration time, CompletableFuture<Long> late) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        SignalOutcome outcome = export.signals().await(time);
        if (outcome == SignalOutcome.TIMED_OUT) {
          late.complete(System.nanoTime());
        }
        return outcome;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void aSignalToManyImportsReachesEachAsOftenAsItWasPosted() throws Exception {
    export.publish(ID);
    List<ImportSegment> many = new ArrayList<>();
    try {
      for (int i = 0; i < 700; i++) {
        many.add(connect(Permission.NONE));
      }
      for (int i = 0; i < 5; i++) {
        export.signals().post();
      }
      many.add(connect(Permission.NONE));
      export.signals().post();
      export.unpublish();
      // Revoked only now, and not before each has what was posted.
      ImportSegment late = many.removeLast();
      assertThat(late.signals().pending()).isBetween(1, 6);
      late.close();
      for (ImportSegment each : many) {
        assertThat(each.signals().pending()).isEqualTo(6);
      }
    } finally {
      many.forEach(ImportSegment::close);
    }
  }
}
