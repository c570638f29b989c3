/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.MemorySegment;

/** A published segment of fresh memory, all its pages present. */
record Exported(SharedMemory region, ExportSegment segment, int id) implements AutoCloseable {
  static Exported of(Node node, long size, ExportOption... options) {
    SharedMemory region = node.allocate(size);
    try {
      region.segment().fill((byte) 1);
      ExportSegment segment = node.controller(Controller.LOOPBACK).export(region, options);
      return new Exported(region, segment, segment.publish(0));
    } catch (RuntimeException e) {
      region.close();
      throw e;
    }
  }

  MemorySegment memory() {
    return region.segment();
  }

  ImportSegment connect(Node node) {
    return node.controller(Controller.LOOPBACK).connect(node.nodeId(), id, Permission.READ_WRITE);
  }

  @Override
  public void close() {
    segment.close();
    region.close();
  }
}
