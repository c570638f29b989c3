/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import dev.atoll.Node;
import dev.atoll.memory.SharedMemory;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.pmem.PmemOption;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** The programs of the README, which shows these very lines. */
final class FirstPrograms {
  private FirstPrograms() {}

  static long shareMemory() {
    try (Node node = Node.embedded();
        SharedMemory memory = node.allocate(1 << 20);
        ExportSegment export = node.controller("loopback").export(memory)) {
      int id = export.publish(0, Access.node(node.nodeId(), 0600));
      Controller loopback = node.controller("loopback");
      try (ImportSegment segment = loopback.connect(node.nodeId(), id, Permission.READ_WRITE)) {
        segment.put(64, MemorySegment.ofArray(new long[] {42}));
        segment.signals().post();
        return memory.segment().get(ValueLayout.JAVA_LONG, 64);
      }
    }
  }

  static long countStarts(Path path) {
    try (PmemFile file = PmemFile.open(path, 4096, PmemOption.CREATE);
        PmemMapping map = file.map()) {
      long starts = map.segment().get(ValueLayout.JAVA_LONG, 0) + 1;
      map.commitLong(0, starts);
      map.persist(0, Long.BYTES);
      return starts;
    }
  }
}
