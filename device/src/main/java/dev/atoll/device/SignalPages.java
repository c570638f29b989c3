/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * The signal pages of one session: written here, mapped for reading by the program; with the taken
 * pages beside them and the watches.
 *
 * <p>After the device has mapped them, the file is sealed against every further writer, so that not
 * even a program of the device's own uid can forge a signal. Owned by the loop.
 */
final class SignalPages implements AutoCloseable {
  private static final int SEALS =
      MemoryCalls.F_SEAL_SHRINK
          | MemoryCalls.F_SEAL_GROW
          | MemoryCalls.F_SEAL_FUTURE_WRITE
          | MemoryCalls.F_SEAL_SEAL;
  private static final int OWNER_ONLY = 0600;

  private final Posix posix;
  private final MappedRange range;
  private final Descriptor readOnly;
  private final TakenPages takenPages;
  private final BitSet watched = new BitSet();

  private SignalPages(Posix posix, MappedRange range, Descriptor readOnly, TakenPages takenPages) {
    this.posix = posix;
    this.range = range;
    this.readOnly = readOnly;
    this.takenPages = takenPages;
  }

  static SignalPages create(Posix posix) {
    try (Descriptor file = posix.memfd("atoll-signals")) {
      posix.fchmod(file, OWNER_ONLY);
      posix.ftruncate(file, SignalSlotLayout.TOTAL_BYTES);
      MappedRange range =
          MappedRange.map(
              posix,
              new MapRequest(
                  SignalSlotLayout.TOTAL_BYTES,
                  MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE,
                  MemoryCalls.MAP_SHARED,
                  file,
                  0,
                  "signal pages"));
      try {
        posix.addSeals(file, SEALS);
        return withTaken(posix, range, file);
      } catch (RuntimeException e) {
        range.close();
        throw e;
      }
    }
  }

  private static SignalPages withTaken(Posix posix, MappedRange range, Descriptor file) {
    TakenPages takenPages = TakenPages.create(posix);
    try {
      Path link = Path.of("/proc/self/fd/" + file.number());
      return new SignalPages(posix, range, posix.open(link, FileCalls.O_RDONLY, 0), takenPages);
    } catch (RuntimeException e) {
      takenPages.close();
      throw e;
    }
  }

  /** The signal pages for reading only, and the taken pages; what the program receives. */
  List<Descriptor> files() {
    return List.of(readOnly, takenPages.file());
  }

  void begin(long handle) {
    watched.clear((int) handle);
    slot(handle).begin(HandleTable.generationOf(handle));
  }

  /** Gives the slot to a handle that was posted to before, on another device. */
  void resume(long handle, int posted) {
    watched.clear((int) handle);
    slot(handle).resume(HandleTable.generationOf(handle), posted);
  }

  void post(long handle, int count) {
    SignalSlot slot = slot(handle);
    slot.post(count);
    wake(slot);
  }

  /** Whether a handle has signals that were not taken, as far as its program tells. */
  boolean isPending(long handle) {
    return slot(handle).postedAcquire() != takenPages.taken(handle);
  }

  boolean isLive(long handle) {
    return slot(handle).stateOpaque() == SignalSlotLayout.LIVE;
  }

  void watch(long handle) {
    watched.set((int) handle);
  }

  /** Ends the watch of a handle; false if there was none. */
  boolean endWatch(long handle) {
    boolean isWatched = watched.get((int) handle);
    watched.clear((int) handle);
    return isWatched;
  }

  void become(long handle, int state) {
    SignalSlot slot = slot(handle);
    slot.become(state);
    wake(slot);
  }

  private SignalSlot slot(long handle) {
    return SignalSlot.of(range.segment(), handle);
  }

  private void wake(SignalSlot slot) {
    posix.futexWake(slot.futexWord(), Integer.MAX_VALUE);
  }

  @Override
  public void close() {
    range.close();
    takenPages.close();
    readOnly.close();
  }
}
