/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An importer that the kernel gives no pages to swap for the exporter's. */
class ScratchShortageTest {
  private static final int ID = 0x600000;
  private static final long SIZE = 1 << 20;

  /** Both kinds of scratch pages are tried for each range. */
  private static final int KINDS = 2;

  @TempDir Path temporary;
  private final AtomicInteger refusals = new AtomicInteger();
  private final Posix shortOfMemory =
      FaultyPosix.wrap(
          Posix.system(),
          new FaultPlan()
              .fail(
                  "mmap",
                  Errno.ENOMEM,
                  visit -> refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0));

  private interface Act {
    void run(Node exporter, Node importer);
  }

  private void overEither(boolean isSocket, Act act) {
    DeviceConfig config = DeviceConfig.standard().withRevocationTimeout(Duration.ofMillis(200));
    var directory = new DeviceDirectory(temporary.resolve("device"));
    try (Device device =
        Device.start(Posix.system(), Clock.system(), config, new SplittableRandom(1))) {
      device.listen(directory);
      try (Node exporter = Node.within(Posix.system(), device);
          Node importer =
              isSocket
                  ? Node.attach(shortOfMemory, directory)
                  : Node.within(shortOfMemory, device)) {
        act.run(exporter, importer);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsNotSwappedIsNotAnsweredAndTheSessionGoesOn(boolean isSocket) {
    overEither(isSocket, this::withdrawWithoutPages);
  }

  private void withdrawWithoutPages(Node exporter, Node importer) {
    try (SharedMemory memory = exporter.allocate(SIZE);
        ExportSegment export = exporter.controller().export(memory);
        Controller importing = importer.controller()) {
      export.publish(ID);
      ImportSegment segment = importing.connect(importer.nodeId(), ID, Permission.READ_WRITE);
      segment.put(0, one());
      ImportMapping window = segment.map(4096, 4096, Permission.READ_WRITE);
      refusals.set(KINDS);
      export.unpublish();

      assertThat(refusals).as("refusals that nobody met").hasValue(0);
      assertThat(exporter.deviceStatus().unanswered()).isEqualTo(1);
      assertRefused(() -> segment.put(4096, one()));
      window.segment().set(JAVA_LONG, 0, 7);
      assertThat(memory.segment().get(JAVA_LONG, 4096)).as("the other range").isZero();

      export.publish(ID);
      try (ImportSegment next = importing.connect(importer.nodeId(), ID, Permission.READ_WRITE)) {
        next.put(8192, one());
        export.unpublish();
        assertRefused(() -> next.put(8192, one()));
        assertThat(exporter.deviceStatus().unanswered()).as("the next is answered").isEqualTo(1);
      }
      window.close();
      segment.close();
      assertThat(exporter.deviceStatus().unanswered()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void newMemoryThatCanNotBeFollowedEndsTheConnection(boolean isSocket) {
    overEither(isSocket, this::rebindWithoutPages);
  }

  private void rebindWithoutPages(Node exporter, Node importer) {
    try (SharedMemory memory = exporter.allocate(SIZE);
        SharedMemory next = exporter.allocate(SIZE);
        ExportSegment export = exporter.controller().export(memory, ExportOption.ALLOW_REBIND);
        Controller importing = importer.controller()) {
      export.publish(ID);
      try (ImportSegment segment =
          importing.connect(importer.nodeId(), ID, Permission.READ_WRITE)) {
        segment.put(0, one());
        refusals.set(1 + KINDS);
        export.rebind(next);
        assertThat(refusals).as("refusals that nobody met").hasValue(0);
        assertRefused(() -> segment.put(0, one()));
        try (ImportSegment other =
            importing.connect(importer.nodeId(), ID, Permission.READ_WRITE)) {
          other.put(0, one());
          assertThat(next.segment().get(JAVA_LONG, 0)).isEqualTo(1);
          export.unpublish();
          assertRefused(() -> other.put(0, one()));
        }
      }
    }
  }

  private static MemorySegment one() {
    return MemorySegment.ofArray(new long[] {1});
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            RsmException.class, e -> assertThat(e.error()).isEqualTo(RsmError.CONN_ABORTED));
  }
}
