/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.base.Ranges;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hands out small objects inside the pages of one memory range, so that none crosses a page.
 *
 * <p>Objects take slots whose size is a power of two from 8 bytes to a page. A page serves slots of
 * one size and becomes free for any size when its last slot is freed. The slab knows offsets only
 * and never touches the memory: what processes share can not disturb it.
 *
 * <p>A handle names a slot and its generation: bits 62–32 the offset in units of eight bytes, bits
 * 31–0 the generation, which is odd. A handle whose slot was freed is stale, is refused everywhere,
 * and never comes true again: a slot whose generations are used up is not handed out any more.
 *
 * <p>Handles follow from the order of calls alone. Thread safety: one thread at a time.
 */
public final class PageSlab {
  /** No page has room for the object. */
  public static final long FULL = -1;

  /** The handle names nothing that is allocated. */
  public static final long STALE = -1;

  private static final int LEAST_SHIFT = 3;
  private static final int NO_SLOT = -1;
  private static final int LAST_GENERATION = -1;

  private final int pageShift;
  private final @Nullable Page[] pages;
  private final int[] firstGenerations;
  private final PageList freePages;
  private final PageList[] pagesWithRoom;
  private int usedSlots;

  /**
   * Makes a slab over a range.
   *
   * @param lengthBytes size of the range, a positive multiple of the page size, at most 16 GiB
   * @param pageBytes size of a page, a power of two from 8 to 65536
   * @throws IllegalArgumentException if a size is not as described
   */
  public PageSlab(long lengthBytes, int pageBytes) {
    if (pageBytes < 8 || pageBytes > 1 << 16 || Integer.bitCount(pageBytes) != 1) {
      throw new IllegalArgumentException("pageBytes=" + pageBytes + " must be a power of two");
    }
    if (lengthBytes <= 0
        || !Ranges.isAligned(lengthBytes, pageBytes)
        || lengthBytes >>> LEAST_SHIFT > Integer.MAX_VALUE
        || lengthBytes / pageBytes > 1 << 22) {
      throw new IllegalArgumentException(
          "lengthBytes=" + lengthBytes + " must be whole pages of " + pageBytes + " bytes");
    }
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    int count = (int) (lengthBytes >>> pageShift);
    this.pages = new Page[count];
    this.firstGenerations = new int[count];
    int[] next = new int[count];
    int[] previous = new int[count];
    this.freePages = new PageList(next, previous);
    this.pagesWithRoom = new PageList[pageShift + 1];
    Arrays.setAll(pagesWithRoom, i -> new PageList(next, previous));
    for (int page = count - 1; page >= 0; page--) {
      freePages.addFirst(page);
    }
  }

  /**
   * Takes a slot.
   *
   * @param bytes size of the object, from 1 to a page; rounded up to a power of two
   * @return a handle, not negative, or {@link #FULL}
   * @throws IllegalArgumentException if the size is not as described
   */
  @CheckReturnValue
  public long allocate(int bytes) {
    if (bytes <= 0 || bytes > 1 << pageShift) {
      throw new IllegalArgumentException(
          "bytes=" + bytes + " must be from 1 to " + (1 << pageShift));
    }
    int shift = Math.max(LEAST_SHIFT, Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1));
    PageList withRoom = pagesWithRoom[shift];
    int number = withRoom.first;
    if (number == NO_SLOT) {
      number = freePages.first;
      if (number == NO_SLOT) {
        return FULL;
      }
      freePages.remove(number);
      pages[number] = new Page(shift, 1 << (pageShift - shift), firstGenerations[number]);
      withRoom.addFirst(number);
    }
    Page page = pageAt(number);
    int slot = page.take();
    if (!page.hasRoom()) {
      withRoom.remove(number);
    }
    usedSlots++;
    long offset = ((long) number << pageShift) + ((long) slot << shift);
    return (offset >>> LEAST_SHIFT) << Integer.SIZE
        | Integer.toUnsignedLong(page.generations[slot]);
  }

  /**
   * Gives a slot back.
   *
   * @param handle from {@link #allocate}, or any hostile value
   * @return false if the handle is stale, for instance freed before; nothing changes then
   */
  @CheckReturnValue
  public boolean free(long handle) {
    long offset = offsetOf(handle);
    if (offset == STALE) {
      return false;
    }
    int number = (int) (offset >>> pageShift);
    Page page = pageAt(number);
    boolean hadRoom = page.hasRoom();
    page.release((int) ((offset & pageMask()) >>> page.shift));
    usedSlots--;
    if (page.used == 0) {
      retire(number, page, hadRoom);
    } else if (!hadRoom && page.hasRoom()) {
      pagesWithRoom[page.shift].addFirst(number);
    }
    return true;
  }

  /**
   * Tells where the slot of a handle begins.
   *
   * @param handle from {@link #allocate}, or any hostile value
   * @return byte offset in the range, or {@link #STALE}
   */
  @CheckReturnValue
  public long offsetOf(long handle) {
    if (handle < 0) {
      return STALE;
    }
    long offset = handle >>> Integer.SIZE << LEAST_SHIFT;
    int generation = (int) handle;
    long number = offset >>> pageShift;
    Page page = number < pages.length ? pages[(int) number] : null;
    if (page == null || (generation & 1) == 0 || !Ranges.isAligned(offset, 1L << page.shift)) {
      return STALE;
    }
    int slot = (int) ((offset & pageMask()) >>> page.shift);
    return page.generations[slot] == generation ? offset : STALE;
  }

  /**
   * Tells how large the slot of a handle is.
   *
   * @param handle from {@link #allocate}, or any hostile value
   * @return bytes, a power of two, or {@link #STALE}
   */
  @CheckReturnValue
  public long sizeOf(long handle) {
    long offset = offsetOf(handle);
    return offset == STALE ? STALE : 1L << pageAt((int) (offset >>> pageShift)).shift;
  }

  /**
   * Tells how many slots are taken.
   *
   * @return the number
   */
  public int usedSlots() {
    return usedSlots;
  }

  private void retire(int number, Page page, boolean hadRoom) {
    if (hadRoom) {
      pagesWithRoom[page.shift].remove(number);
    }
    pages[number] = null;
    int next = page.nextGeneration();
    firstGenerations[number] = next;
    // Out of generations: the page is lost for good rather than let a stale handle come true.
    if (next != LAST_GENERATION) {
      freePages.addFirst(number);
    }
  }

  private long pageMask() {
    return (1L << pageShift) - 1;
  }

  private Page pageAt(int number) {
    Page page = pages[number];
    if (page == null) {
      throw new AssertionError("page=" + number + " is listed and has no slots");
    }
    return page;
  }

  /** One page in use: its free slots as a stack, and a generation for each, odd while taken. */
  private static final class Page {
    final int shift;
    final int[] generations;
    private final int[] free;
    private int freeCount;
    int used;

    Page(int shift, int slots, int firstGeneration) {
      this.shift = shift;
      this.generations = new int[slots];
      Arrays.fill(generations, firstGeneration);
      this.free = new int[slots];
      Arrays.setAll(free, i -> slots - 1 - i);
      this.freeCount = slots;
    }

    boolean hasRoom() {
      return freeCount > 0;
    }

    int take() {
      int slot = free[--freeCount];
      generations[slot]++;
      used++;
      return slot;
    }

    void release(int slot) {
      used--;
      // The last odd generation is -1 as a signed number; beyond it the count would start anew.
      if (generations[slot] == LAST_GENERATION) {
        generations[slot] = LAST_GENERATION - 1;
        return;
      }
      generations[slot]++;
      free[freeCount++] = slot;
    }

    /**
     * An even generation above all that this page has used, or LAST_GENERATION if there is none.
     */
    int nextGeneration() {
      int greatest = 0;
      for (int generation : generations) {
        if (Integer.compareUnsigned(generation, greatest) > 0) {
          greatest = generation;
        }
      }
      return greatest == LAST_GENERATION - 1 ? LAST_GENERATION : greatest;
    }
  }

  /** Page numbers, linked both ways through arrays that all lists share. */
  private static final class PageList {
    private final int[] next;
    private final int[] previous;
    int first = NO_SLOT;

    PageList(int[] next, int[] previous) {
      this.next = next;
      this.previous = previous;
    }

    void addFirst(int page) {
      next[page] = first;
      previous[page] = NO_SLOT;
      if (first != NO_SLOT) {
        previous[first] = page;
      }
      first = page;
    }

    void remove(int page) {
      if (previous[page] == NO_SLOT) {
        first = next[page];
      } else {
        next[previous[page]] = next[page];
      }
      if (next[page] != NO_SLOT) {
        previous[next[page]] = previous[page];
      }
    }
  }
}
