/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.PollDescriptor;
import dev.atoll.rsm.SignalSet;
import dev.atoll.testkit.Conditions;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A wait on many of which one can not be let go cleanly. */
class SignalSetFaultTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final AtomicBoolean isCloseFailing = new AtomicBoolean();
  private final FaultPlan plan =
      new FaultPlan().fail("close", Errno.EIO, visit -> isCloseFailing.getAndSet(false));
  private final Posix posix = FaultyPosix.wrap(Posix.system(), plan);

  @Test
  void letsGoOfAllThoughOneDescriptorCanNotBeClosed() throws Exception {
    try (Device device =
            Device.start(
                Posix.system(), Clock.system(), DeviceConfig.standard(), new SplittableRandom(1));
        Node node = Node.within(posix, device);
        SharedMemory memory = node.allocate(4096);
        Controller controller = node.controller();
        ExportSegment first = controller.export(memory);
        ExportSegment second = controller.export(memory)) {
      PollDescriptor failing = first.signals().pollDescriptor();
      PollDescriptor other = second.signals().pollDescriptor();
      Descriptor kept = other.descriptor();
      try (SignalSet set = controller.signalSet(2)) {
        int _ = set.add(failing);
        int _ = set.add(other);
        long before = plan.visits("poll");
        CompletableFuture<Integer> waiter = CompletableFuture.supplyAsync(() -> await(set));
        Conditions.await("the wait", LONG, () -> plan.visits("poll") > before);
        isCloseFailing.set(true);
        // The wait keeps its descriptor; the end of the wait closes it, and fails.
        failing.close();
        assertThatThrownBy(() -> waiter.get(20, TimeUnit.SECONDS))
            .hasCauseInstanceOf(ErrnoException.class);
        assertThat(isCloseFailing).isFalse();
        assertThat(kept.isOpen()).isTrue();
        other.close();
        assertThat(kept.isOpen()).as("held by a wait that is over").isFalse();
      }
      // What could not be closed cleanly is not used again.
      try (PollDescriptor again = first.signals().pollDescriptor()) {
        assertThat(again.descriptor().isOpen()).isTrue();
      }
    }
  }

  private static int await(SignalSet set) {
    try {
      return set.await(LONG);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
