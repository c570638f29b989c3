/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The ids that the system assigns: counted up and never used again, also by the next device of the
 * directory. Owned by the loop.
 *
 * <p>The file says in advance how far the count may go, in blocks; a worker writes the next block
 * when half of the last is used, so that no publish waits for a file.
 */
final class AssignedIds {
  /** The least id of the pool; the whole pool is closed to programs. */
  static final long FIRST = 0x8000_0000L;

  /** One more than the greatest id. */
  static final long LIMIT = 0x1_0000_0000L;

  /** How many ids a start of the device, or a look at the file, costs at most. */
  static final long BLOCK = 16_384;

  private static final System.Logger LOG = System.getLogger(AssignedIds.class.getName());

  private final AgentPorts ports;
  private @Nullable IdFile file;
  private long next = FIRST;
  private long promised = LIMIT;
  private long inheritedEnd = FIRST;
  private boolean isPromising;
  private boolean hasFailed;

  AssignedIds(AgentPorts ports) {
    this.ports = ports;
  }

  /** Reads the file and promises the first block; before the device listens, off the loop. */
  static long prepare(IdFile file) {
    long end = file.readEnd();
    file.writeEnd(Math.min(LIMIT, end + BLOCK));
    return end;
  }

  /** From now on the ids go on where the last device of the directory ended. */
  void continueFrom(IdFile kept, long end) {
    file = kept;
    inheritedEnd = end;
    next = Math.max(next, end);
    promised = Math.min(LIMIT, end + BLOCK);
  }

  /** The next id, never used before; zero when there is none. */
  int assign() {
    if (next >= promised) {
      promiseMore();
      return 0;
    }
    int id = (int) next++;
    if (promised - next < BLOCK / 2) {
      promiseMore();
    }
    return id;
  }

  /**
   * Whether an id was assigned by an earlier device of the directory, so that its exporter may ask
   * for it again; this device will never assign it.
   */
  boolean isInherited(int id) {
    long unsigned = Integer.toUnsignedLong(id);
    return unsigned >= FIRST && unsigned < inheritedEnd;
  }

  private void promiseMore() {
    IdFile kept = file;
    if (kept == null || isPromising || promised == LIMIT) {
      return;
    }
    long end = Math.min(LIMIT, promised + BLOCK);
    isPromising =
        ports.work(
            () -> {
              kept.writeEnd(end);
              return end;
            },
            this::wasPromised);
  }

  private void wasPromised(@Nullable Long end, @Nullable Throwable failure) {
    isPromising = false;
    if (end != null) {
      promised = end;
      hasFailed = false;
    } else if (!hasFailed) {
      // Each further id asks again; one line says enough.
      hasFailed = true;
      LOG.log(Level.ERROR, "event=ids-not-promised", failure);
    }
  }
}
