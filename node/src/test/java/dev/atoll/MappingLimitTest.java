/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.device.DeviceConfig;
import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A process that may not have one more mapping (max_map_count) is told so, and goes on. */
class MappingLimitTest {
  @Test
  void oneMappingTooManyIsARefusalAndTheImportStaysUsable() {
    var isFull = new AtomicBoolean();
    FaultPlan plan = new FaultPlan().fail("mmap", Errno.ENOMEM, visit -> isFull.get());
    Posix posix = FaultyPosix.wrap(Posix.system(), plan);
    MemorySegment bytes = MemorySegment.ofArray(new byte[] {1, 2, 3});
    try (Node node = Node.embedded(posix, DeviceConfig.standard());
        SharedMemory memory = node.allocate(4096);
        Controller controller = node.controller();
        ExportSegment export = controller.export(memory)) {
      export.publish(0x600000);
      try (ImportSegment segment =
          controller.connect(node.nodeId(), 0x600000, Permission.READ_WRITE)) {
        isFull.set(true);
        assertRefused(() -> segment.put(0, bytes));
        assertRefused(() -> segment.map(0, 4096, Permission.READ));
        isFull.set(false);
        segment.put(0, bytes);
        try (ImportMapping mapping = segment.map(0, 4096, Permission.READ)) {
          assertThat(mapping.segment().byteSize()).isEqualTo(4096);
        }
      }
    }
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            RsmException.class,
            e -> assertThat(e.error()).isEqualTo(RsmError.INSUFFICIENT_RESOURCES));
  }
}
