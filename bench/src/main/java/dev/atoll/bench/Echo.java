/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.SignalOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;

/** The process at the other end of {@link SignalGroup}: answers signals, and a futex word. */
final class Echo {
  private static final Duration FOREVER = Duration.ofSeconds(-1);

  private Echo() {}

  /** Runs until standard input ends. */
  static void run(Path directory, int segmentId) {
    try (Node node = Node.attach(directory);
        ImportSegment segment =
            node.controller(Controller.LOOPBACK)
                .connect(node.nodeId(), segmentId, Permission.READ_WRITE);
        ImportMapping mapping = segment.map(0, segment.size(), Permission.READ_WRITE)) {
      // The leader hears of it before it hands out the descriptors.
      System.out.println("ready");
      System.out.flush();
      EventCouple events = EventCouple.take(Posix.system(), directory);
      Thread.ofPlatform().daemon().name("echo-events").start(() -> answerEvents(events));
      Thread.ofPlatform().daemon().name("echo-signals").start(() -> answerSignals(segment));
      Thread.ofPlatform().daemon().name("echo-futex").start(() -> answerWords(mapping.segment()));
      while (System.in.read() >= 0) {
        // Only the end of the leash counts.
      }
      // The two threads wait for ever and hold nothing that the kernel does not take back.
      Runtime.getRuntime().halt(0);
    } catch (IOException e) {
      throw new UncheckedIOException("the leash broke", e);
    }
  }

  private static void answerSignals(ImportSegment segment) {
    try {
      while (segment.signals().await(FOREVER) == SignalOutcome.RECEIVED) {
        segment.signals().post();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends with the process; a wait of it is bounded, and begins anew. */
  private static void answerEvents(EventCouple events) {
    while (true) {
      if (events.isAsked()) {
        events.answer();
      }
    }
  }

  private static void answerWords(MemorySegment page) {
    Posix posix = Posix.system();
    MemorySegment word = page.asSlice(SignalKernels.ASKED, Integer.BYTES);
    int seen = SignalKernels.read(page, SignalKernels.ANSWERED);
    while (true) {
      int asked = seen;
      while (asked == seen) {
        // Woken, changed before, or for nothing: the word itself tells.
        int _ = posix.futexWait(word, seen, WaitCalls.FOREVER);
        asked = SignalKernels.read(page, SignalKernels.ASKED);
      }
      SignalKernels.publish(posix, page, SignalKernels.ANSWERED, asked);
      seen = asked;
    }
  }
}
