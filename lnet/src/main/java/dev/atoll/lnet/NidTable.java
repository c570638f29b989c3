/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Turns the wire forms of NIDs into objects without making a new one each time.
 *
 * <p>A cache of bounded size with open addressing: a NID stands in one of {@value #PROBES} places
 * that its hash names. When they are all taken, the NID found missing takes the place of one of
 * them, so a flood of invented NIDs costs allocations while it lasts and nothing afterwards. Two
 * answers for one NID are equal, and most often the same object. Not thread-safe; belongs to the
 * loop.
 */
public final class NidTable {
  /** Places that a NID can have. */
  static final int PROBES = 8;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int MAX_CAPACITY = 1 << 20;

  private final @Nullable Nid[] places;
  private final int mask;

  /** Which of the places of a hash is given up next; goes round. */
  private int victim;

  /**
   * Makes an empty table.
   *
   * @param capacity how many NIDs it keeps at most; a power of two from 8 to 2^20
   * @throws IllegalArgumentException if the capacity is none
   */
  public NidTable(int capacity) {
    if (Integer.bitCount(capacity) != 1 || capacity < PROBES || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException("capacity=" + capacity);
    }
    this.places = new @Nullable Nid[capacity];
    this.mask = capacity - 1;
  }

  /**
   * Gives the NID of an old form.
   *
   * @param nid4 the form, found good by {@link Nid#isNid4}
   * @return the NID
   * @throws IllegalArgumentException if the form is none
   */
  public Nid ofNid4(long nid4) {
    return nid4 == -1 ? Nid.ANY : ofWords((int) (nid4 >>> 32), nid4 << 32, 0);
  }

  /**
   * Gives the NID of a new form.
   *
   * @param segment memory that nobody changes meanwhile
   * @param offset where the form begins, found good by {@link Nid#isNid(MemorySegment, long)}
   * @return the NID
   * @throws IllegalArgumentException if the form is none
   */
  public Nid readFrom(MemorySegment segment, long offset) {
    return ofWords(
        segment.get(INT, offset), segment.get(LONG, offset + 4), segment.get(LONG, offset + 12));
  }

  /**
   * Gives the NID of the words of a new form.
   *
   * @param prefix size, type and network number, from the top
   * @param high the first eight bytes of the address field
   * @param low the last eight
   * @return the NID
   * @throws IllegalArgumentException if the words are none
   */
  public Nid ofWords(int prefix, long high, long low) {
    int hash = Nid.hash(prefix, high, low);
    for (int i = 0; i < PROBES; i++) {
      Nid nid = places[(hash + i) & mask];
      if (nid == null) {
        return keep((hash + i) & mask, Nid.ofWords(prefix, high, low));
      }
      if (nid.hasWords(prefix, high, low)) {
        return nid;
      }
    }
    victim = (victim + 1) & (PROBES - 1);
    return keep((hash + victim) & mask, Nid.ofWords(prefix, high, low));
  }

  private Nid keep(int place, Nid nid) {
    places[place] = nid;
    return nid;
  }
}
