/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A list of pieces of local memory and their places in one segment: {@code rsm_scat_gath_t}.
 *
 * <p>{@link ImportSegment#putv} copies each piece to its place, {@link ImportSegment#getv} the
 * other way. Afterwards, also if that has failed, {@link #residualCount} tells how many entries
 * were not completed. It may be used again and again.
 *
 * <p>Thread safety: none; one thread at a time.
 */
public final class ScatterGather {
  /** Most entries of one transfer: {@code RSM_MAX_SGIOREQS}. */
  public static final int ENTRIES_MAX = 16;

  private final List<Entry> entries = new ArrayList<>(ENTRIES_MAX);
  private final Set<VectorFlag> flags = EnumSet.noneOf(VectorFlag.class);
  private int residualCount;

  /** Makes an empty one. */
  public ScatterGather() {}

  /**
   * Adds a piece of any memory: an entry of {@code RSM_VA_TYPE}.
   *
   * @param local heap or native memory
   * @param localOffset first byte in it
   * @param remoteOffset byte offset from the start of the segment, also where a window is mapped
   * @param length bytes; zero is legal
   * @return this
   * @throws RsmException BAD_SGIO if it has {@value #ENTRIES_MAX} entries already
   */
  public ScatterGather add(MemorySegment local, long localOffset, long remoteOffset, long length) {
    return add(new AddressEntry(Objects.requireNonNull(local), localOffset, remoteOffset, length));
  }

  /**
   * Adds a piece of prepared memory: an entry of {@code RSM_HANDLE_TYPE}.
   *
   * @param local the handle
   * @param localOffset first byte in its memory
   * @param remoteOffset byte offset from the start of the segment, also where a window is mapped
   * @param length bytes; zero is legal
   * @return this
   * @throws RsmException BAD_SGIO if it has {@value #ENTRIES_MAX} entries already
   */
  public ScatterGather add(LocalMemory local, long localOffset, long remoteOffset, long length) {
    return add(new HandleEntry(Objects.requireNonNull(local), localOffset, remoteOffset, length));
  }

  private ScatterGather add(Entry entry) {
    if (entries.size() == ENTRIES_MAX) {
      throw new RsmException(
          RsmError.BAD_SGIO, "rsm_scat_gath_t", "at most " + ENTRIES_MAX + " entries", null);
    }
    entries.add(entry);
    return this;
  }

  /**
   * Sets a flag.
   *
   * @param flag what to do beyond moving data
   * @return this
   */
  public ScatterGather with(VectorFlag flag) {
    flags.add(flag);
    return this;
  }

  /**
   * Tells the flags, which a transfer leaves as they are.
   *
   * @return a copy
   */
  public Set<VectorFlag> flags() {
    return Set.copyOf(flags);
  }

  /**
   * Tells how many entries there are.
   *
   * @return 0 to {@value #ENTRIES_MAX}
   */
  public int count() {
    return entries.size();
  }

  /**
   * Tells how many entries the last transfer has not completed: {@code io_residual_count}.
   *
   * @return zero after a success; after a failure the failed entry and those behind it
   */
  public int residualCount() {
    return residualCount;
  }

  /** Takes all entries and flags out. */
  public void clear() {
    entries.clear();
    flags.clear();
    residualCount = 0;
  }

  boolean has(VectorFlag flag) {
    return flags.contains(flag);
  }

  Entry entry(int index) {
    return entries.get(index);
  }

  void residualCount(int count) {
    residualCount = count;
  }

  /** One piece. */
  sealed interface Entry {
    long localOffset();

    long remoteOffset();

    long length();
  }

  record AddressEntry(MemorySegment local, long localOffset, long remoteOffset, long length)
      implements Entry {}

  record HandleEntry(LocalMemory local, long localOffset, long remoteOffset, long length)
      implements Entry {}
}
