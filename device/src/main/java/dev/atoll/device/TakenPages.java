/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.TakenLayout;
import dev.atoll.link.TakenWord;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.lang.invoke.VarHandle;

/**
 * The taken pages of one session: written by the program, only read here, and never believed beyond
 * what concerns that program.
 *
 * <p>The device makes the file and seals its size, so that a look at it can not fault. A program
 * that punches holes into it reads and shows zeros. Owned by the loop.
 */
final class TakenPages implements AutoCloseable {
  private static final int SEALS =
      MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_SEAL;
  private static final int OWNER_ONLY = 0600;

  private final MappedRange range;
  private final Descriptor file;

  private TakenPages(MappedRange range, Descriptor file) {
    this.range = range;
    this.file = file;
  }

  static TakenPages create(Posix posix) {
    Descriptor file = posix.memfd("atoll-taken");
    try {
      posix.fchmod(file, OWNER_ONLY);
      posix.ftruncate(file, TakenLayout.TOTAL_BYTES);
      posix.addSeals(file, SEALS);
      MappedRange range =
          MappedRange.map(
              posix,
              new MapRequest(
                  TakenLayout.TOTAL_BYTES,
                  MemoryCalls.PROT_READ,
                  MemoryCalls.MAP_SHARED,
                  file,
                  0,
                  "taken pages"));
      return new TakenPages(range, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** The file, for reading and writing; what the program receives. */
  Descriptor file() {
    return file;
  }

  /** How many signals of a handle its program says it has taken; any number. */
  int taken(long handle) {
    // With the full fence of the program's take: who is seen not to have taken a signal yet will,
    // once it has, see what the poster of a signal that is dropped stored before.
    VarHandle.fullFence();
    return TakenWord.of(range.segment(), handle).takenAcquire();
  }

  @Override
  public void close() {
    range.close();
    file.close();
  }
}
