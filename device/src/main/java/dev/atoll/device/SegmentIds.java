/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The published segments of a node by id, and the ids the system assigns. Owned by the loop. */
final class SegmentIds {
  /** Ids below this are reserved for drivers, transport, library and DLPI. */
  private static final int FIRST_FREE = 0x0040_0000;

  private final Map<Integer, ExportSegmentState> published = new HashMap<>();
  private final AssignedIds assigned;

  SegmentIds(AssignedIds assigned) {
    this.assigned = assigned;
  }

  /** Whether a program may publish under this id; zero asks for one of the pool. */
  static boolean isReserved(int segmentId) {
    return segmentId != 0 && (segmentId < 0 || segmentId < FIRST_FREE);
  }

  /** The ids that the system assigns. */
  AssignedIds assigned() {
    return assigned;
  }

  boolean isUsed(int segmentId) {
    return published.containsKey(segmentId);
  }

  void put(int segmentId, ExportSegmentState export) {
    published.put(segmentId, export);
  }

  @Nullable ExportSegmentState find(int segmentId) {
    return published.get(segmentId);
  }

  void remove(int segmentId) {
    published.remove(segmentId);
  }

  int size() {
    return published.size();
  }
}
