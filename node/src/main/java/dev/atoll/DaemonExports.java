/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.Ranges;
import dev.atoll.device.Device;
import dev.atoll.memory.Region;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemOption;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportSegment;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments that a daemon offers itself, through a session like any other program's. */
final class DaemonExports implements AutoCloseable {
  private static final int OWNER_READS_AND_WRITES = 0600;

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  private DaemonExports() {}

  /** Brings all of them up, or none; without any there is no session either. */
  static DaemonExports open(
      Posix posix, Device device, List<DaemonExport> wanted, PrintStream out) {
    var exports = new DaemonExports();
    if (wanted.isEmpty()) {
      return exports;
    }
    boolean isComplete = false;
    try {
      Node node = exports.own(Node.within(posix, device));
      for (DaemonExport each : wanted) {
        exports.bringUp(posix, node, each, out);
      }
      isComplete = true;
      return exports;
    } finally {
      if (!isComplete) {
        exports.close();
      }
    }
  }

  private void bringUp(Posix posix, Node node, DaemonExport wanted, PrintStream out) {
    Region region = own(regionOf(posix, node, wanted));
    ExportSegment export = own(node.controller("loopback").export(region));
    Access[] access =
        wanted.access().isEmpty()
            ? new Access[] {Access.node(node.nodeId(), OWNER_READS_AND_WRITES)}
            : wanted.access().toArray(Access[]::new);
    int id = export.publish(wanted.segmentId(), access);
    out.println(
        "published "
            + node.nodeId()
            + ":0x"
            + Integer.toHexString(id)
            + " "
            + region.size()
            + " "
            + wanted.name());
  }

  private static Region regionOf(Posix posix, Node node, DaemonExport wanted) {
    Path file = wanted.file();
    if (file == null) {
      return node.allocate(wanted.size());
    }
    long size = Ranges.alignUp(wanted.size(), posix.pageSize());
    try (PmemFile opened =
        size == 0 ? PmemFile.open(file) : PmemFile.open(file, size, PmemOption.CREATE)) {
      return opened.map();
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  /** Withdraws them, last first. */
  @Override
  public void close() {
    Exception failure = null;
    while (!owned.isEmpty()) {
      failure = closeOne(owned.pop(), failure);
    }
    if (failure != null) {
      throw new IllegalStateException("an export of the daemon did not close", failure);
    }
  }

  private static @Nullable Exception closeOne(AutoCloseable resource, @Nullable Exception before) {
    try {
      resource.close();
      return before;
    } catch (Exception e) {
      if (before == null) {
        return e;
      }
      before.addSuppressed(e);
      return before;
    }
  }
}
