/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.Node;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.util.List;

/** Many connected and mapped imports. */
final class Crowd implements AutoCloseable {
  private final Node node;
  private final Exported[] exports;
  private final ImportSegment[] segments;
  private final ImportMapping[] mappings;
  private int next;
  private long unusedSum;

  Crowd(Node node, List<Exported> exports) {
    this.node = node;
    this.exports = exports.toArray(Exported[]::new);
    this.segments = new ImportSegment[this.exports.length];
    this.mappings = new ImportMapping[this.exports.length];
    for (int i = 0; i < segments.length; i++) {
      connect(i);
    }
  }

  private void connect(int index) {
    segments[index] = exports[index].connect(node);
    mappings[index] = segments[index].map(0, segments[index].size(), Permission.READ_WRITE);
    unusedSum += mappings[index].segment().get(JAVA_LONG, 0);
  }

  /** Gives up the one that was held longest, and takes it again. */
  void turn() {
    mappings[next].unmap();
    segments[next].disconnect();
    connect(next);
    next = next + 1 == segments.length ? 0 : next + 1;
  }

  @Override
  public void close() {
    for (int i = 0; i < segments.length; i++) {
      mappings[i].unmap();
      segments[i].disconnect();
    }
  }
}
