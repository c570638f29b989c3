/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The published segments of a node by id, and the ids the system assigns. Owned by the loop. */
final class SegmentIds {
  /** First id of the pool for system-assigned ids; the whole pool is closed to programs. */
  private static final int POOL = 0x8000_0000;

  /** Ids below this are reserved for drivers, transport, library and DLPI. */
  private static final int FIRST_FREE = 0x0040_0000;

  private final Map<Integer, ExportSegmentState> published = new HashMap<>();
  private int nextAssigned = POOL;

  /** Whether a program may publish under this id; zero asks for one of the pool. */
  static boolean isReserved(int segmentId) {
    return segmentId != 0 && (segmentId < 0 || segmentId < FIRST_FREE);
  }

  /** The next id of the pool, never used before; zero when the pool is used up. */
  int assign() {
    if (nextAssigned == 0) {
      return 0;
    }
    return nextAssigned++;
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
