/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Code that the Javadoc shows; {@code NodeSnippetsTest} runs it. */
final class NodeSnippets {
  private NodeSnippets() {}

  static long firstSegment() {
    // @start region="firstSegment"
    try (Node node = Node.embedded();
        SharedMemory memory = node.allocate(1 << 20);
        ExportSegment export = node.controller("loopback").export(memory)) {
      int id = export.publish(0, Access.node(node.nodeId(), 0644));
      Controller loopback = node.controller("loopback");
      try (ImportSegment segment = loopback.connect(node.nodeId(), id, Permission.READ_WRITE)) {
        segment.put(64, MemorySegment.ofArray("hello".getBytes(StandardCharsets.UTF_8)));
        try (ImportMapping pages = segment.map(0, 4096, Permission.READ)) {
          return pages.segment().get(JAVA_LONG, 64);
        }
      }
    }
    // @end
  }
}
