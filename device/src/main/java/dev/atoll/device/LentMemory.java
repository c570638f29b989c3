/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import java.util.BitSet;

/**
 * Remembers which memory of the device's own user was ever given to a program of another user for
 * writing: that program can keep the descriptor for as long as it likes, whatever becomes of the
 * export, and hold up whoever writes by reserving or freeing pages. Owned by the loop.
 *
 * <p>It knows memory by its inode, since one memory can be behind several exports, at once or one
 * after the other. It forgets nothing and has a fixed size all the same: inodes that share a bit
 * are remembered together, which makes transfers slower and never less safe.
 */
final class LentMemory {
  private static final int BITS = 1 << 20;

  /** 2^64 divided by the golden ratio: neighbouring inodes end far apart. */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  private final int ownUid;
  private final BitSet lent = new BitSet(BITS);

  LentMemory(int ownUid) {
    this.ownUid = ownUid;
  }

  /** A program gets a descriptor with which it can write. */
  void lend(ExportFiles files, int exporter, int importer) {
    // No other exporter's memory is moved on the loop, so his exports need not fill this up.
    if (exporter == ownUid && importer != ownUid) {
      lent.set(bitOf(files));
    }
  }

  /** Whether a program of another user may be able to write to the memory. */
  boolean isLent(ExportFiles files) {
    return lent.get(bitOf(files));
  }

  private static int bitOf(ExportFiles files) {
    int shift = Long.SIZE - Integer.numberOfTrailingZeros(BITS);
    return (int) ((files.inode() * SPREAD) >>> shift);
  }
}
