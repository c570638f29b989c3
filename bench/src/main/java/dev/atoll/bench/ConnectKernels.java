/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.Node;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.NativeMemory;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;

/** What it costs to come and go. */
final class ConnectKernels {
  private ConnectKernels() {}

  /** connect, disconnect. */
  static final class Connect implements Kernel {
    private final Node node;
    private final Exported exported;

    Connect(Node node, Exported exported) {
      this.node = node;
      this.exported = exported;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        exported.connect(node).disconnect();
      }
    }
  }

  /** connect, map, touch, unmap, disconnect. */
  static final class ConnectAndMap implements Kernel {
    private final Node node;
    private final Exported exported;
    private long unusedSum;

    ConnectAndMap(Node node, Exported exported) {
      this.node = node;
      this.exported = exported;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        ImportSegment segment = exported.connect(node);
        ImportMapping mapping = segment.map(0, segment.size(), Permission.READ_WRITE);
        unusedSum += mapping.segment().get(JAVA_LONG, 0);
        mapping.unmap();
        segment.disconnect();
      }
    }
  }

  /** unmap, disconnect, connect, map, touch, among many. */
  static final class Cycle implements Kernel {
    private final Crowd crowd;

    Cycle(Crowd crowd) {
      this.crowd = crowd;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        crowd.turn();
      }
    }
  }

  /** mmap, touch, munmap by hand. */
  static final class Map implements Kernel {
    private static final int READ_WRITE = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;

    private final Posix posix;
    private final Descriptor descriptor;
    private final long size;
    private long unusedSum;

    Map(Posix posix, Exported exported) {
      this.posix = posix;
      this.descriptor = exported.region().descriptor();
      this.size = exported.region().size();
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        long address = posix.mmap(0, size, READ_WRITE, MemoryCalls.MAP_SHARED, descriptor, 0);
        unusedSum += NativeMemory.view(address, size).get(JAVA_LONG, 0);
        posix.munmap(address, size);
      }
    }
  }
}
