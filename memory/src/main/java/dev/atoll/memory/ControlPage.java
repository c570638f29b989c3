/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static dev.atoll.memory.ControlPageLayout.FAILED_ERRNO_OFFSET;
import static dev.atoll.memory.ControlPageLayout.GENERATION_OFFSET;
import static dev.atoll.memory.ControlPageLayout.INTS;
import static dev.atoll.memory.ControlPageLayout.LONGS;
import static dev.atoll.memory.ControlPageLayout.MAGIC;
import static dev.atoll.memory.ControlPageLayout.MAGIC_OFFSET;
import static dev.atoll.memory.ControlPageLayout.PAGE_BYTES_OFFSET;
import static dev.atoll.memory.ControlPageLayout.SIZE_BYTES;
import static dev.atoll.memory.ControlPageLayout.VERSION;
import static dev.atoll.memory.ControlPageLayout.VERSION_OFFSET;
import static dev.atoll.posix.MemoryCalls.F_SEAL_FUTURE_WRITE;
import static dev.atoll.posix.MemoryCalls.F_SEAL_GROW;
import static dev.atoll.posix.MemoryCalls.F_SEAL_SEAL;
import static dev.atoll.posix.MemoryCalls.F_SEAL_SHRINK;
import static dev.atoll.posix.MemoryCalls.F_SEAL_WRITE;
import static dev.atoll.posix.MemoryCalls.MAP_SHARED;
import static dev.atoll.posix.MemoryCalls.PROT_READ;
import static dev.atoll.posix.MemoryCalls.PROT_WRITE;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;

/**
 * The few words of a region that all who share it see: one page of a sealed memfd.
 *
 * <p>It holds a generation and the errno of the first write-back that failed. The kernel reports
 * such a failure once per open file (fsync(2)), and a passed descriptor is the same open file; so
 * whoever meets the failure marks it here, and every persist looks here before it reports success.
 *
 * <p>The layout is {@code ControlPageLayout}. A page from another process is checked once, when it
 * is attached; its words may hold anything at any later time.
 *
 * <p>Thread safety: all methods may be called by any thread of any process.
 */
public final class ControlPage implements AutoCloseable {
  private static final int SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  private static final int OWNER_ONLY = 0600;

  private final Descriptor descriptor;
  private final MappedRange range;
  private final MemorySegment segment;

  private ControlPage(Descriptor descriptor, MappedRange range) {
    this.descriptor = descriptor;
    this.range = range;
    this.segment = range.segment();
  }

  /**
   * Makes a page of a new memfd.
   *
   * @param posix the operating system
   * @return the page, owned by the caller, with generation 0 and no failure
   * @throws dev.atoll.posix.ErrnoException if a call fails
   */
  public static ControlPage create(Posix posix) {
    Descriptor descriptor = posix.memfd("atoll-control");
    try {
      posix.fchmod(descriptor, OWNER_ONLY);
      posix.ftruncate(descriptor, SIZE_BYTES);
      posix.fallocate(descriptor, 0, 0, SIZE_BYTES);
      posix.addSeals(descriptor, SEALS);
      Site.hit("control.sealed");
      ControlPage page = new ControlPage(descriptor, map(posix, descriptor, true));
      INTS.set(page.segment, VERSION_OFFSET, VERSION);
      INTS.set(page.segment, PAGE_BYTES_OFFSET, SIZE_BYTES);
      LONGS.setRelease(page.segment, MAGIC_OFFSET, MAGIC);
      Site.hit("control.created");
      return page;
    } catch (Throwable failure) {
      descriptor.close();
      throw failure;
    }
  }

  /**
   * Attaches a page that another process made.
   *
   * @param posix the operating system
   * @param descriptor the memfd; it belongs to the page from now on, and is closed if refused
   * @param isWritable whether this process may mark failures and count generations
   * @return the page, owned by the caller
   * @throws RefusedMemoryException if it is no sealed memfd of one page with a known version
   * @throws dev.atoll.posix.ErrnoException if a call fails, {@code EACCES} if a writable page is
   *     asked of a descriptor that is open for reading only
   */
  public static ControlPage attach(Posix posix, Descriptor descriptor, boolean isWritable) {
    try {
      checkFile(posix, descriptor, isWritable);
      MappedRange range = map(posix, descriptor, isWritable);
      try {
        checkHeader(descriptor, range.segment());
        return new ControlPage(descriptor, range);
      } catch (Throwable failure) {
        range.close();
        throw failure;
      }
    } catch (Throwable failure) {
      descriptor.close();
      throw failure;
    }
  }

  /**
   * Gives the memfd, to be passed to those who share the region.
   *
   * @return the descriptor, owned by the page
   */
  public Descriptor descriptor() {
    return descriptor;
  }

  /**
   * Tells whether this process may write the page.
   *
   * @return false if it was attached for reading
   */
  public boolean isWritable() {
    return range.isWritable();
  }

  /**
   * Reads the generation with acquire order.
   *
   * @return an unsigned 32-bit number
   * @throws IllegalStateException if the page is closed
   */
  public int generation() {
    return (int) INTS.getAcquire(segment, GENERATION_OFFSET);
  }

  /**
   * Counts the generation up by one, as a full fence.
   *
   * @return the new generation, an unsigned 32-bit number
   * @throws IllegalStateException if the page is closed or attached for reading
   */
  public int nextGeneration() {
    requireWritable();
    return (int) INTS.getAndAdd(segment, GENERATION_OFFSET, 1) + 1;
  }

  /**
   * Marks that a write-back of the region failed, unless that is marked already: the first stays.
   *
   * @param errno the positive error number
   * @throws IllegalArgumentException if the number is not positive
   * @throws IllegalStateException if the page is closed or attached for reading
   */
  public void markFailed(int errno) {
    if (errno <= 0) {
      throw new IllegalArgumentException("errno=" + errno + " must be positive");
    }
    requireWritable();
    // The first failure stays, so a lost exchange needs no second try.
    INTS.compareAndSet(segment, FAILED_ERRNO_OFFSET, 0, errno);
    Site.hit("control.failed");
  }

  /**
   * Reads with acquire order whether a write-back of the region has failed in any process. This is
   * one load, made for the hot path of a persist.
   *
   * @return zero if none has failed; otherwise the number of the first failure, of which only "not
   *     zero" can be trusted when other users share the page
   * @throws IllegalStateException if the page is closed
   */
  public int failedErrno() {
    return (int) INTS.getAcquire(segment, FAILED_ERRNO_OFFSET);
  }

  /** Unmaps the page and closes its descriptor; a second call does nothing. */
  @Override
  public void close() {
    try {
      range.close();
    } finally {
      descriptor.close();
    }
  }

  @Override
  public String toString() {
    return "control page " + descriptor;
  }

  private void requireWritable() {
    if (!range.isWritable()) {
      throw new IllegalStateException("control page is attached for reading: " + descriptor);
    }
  }

  private static MappedRange map(Posix posix, Descriptor descriptor, boolean isWritable) {
    int protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ;
    return MappedRange.map(
        posix,
        new MapRequest(SIZE_BYTES, protection, MAP_SHARED, descriptor, 0, descriptor.subject()));
  }

  /**
   * Refuses what could change under the mapping: a file that can shrink kills whoever touches the
   * missing page.
   */
  private static void checkFile(Posix posix, Descriptor descriptor, boolean isWritable) {
    String subject = "control page " + descriptor;
    SealedFiles.require(posix, descriptor, SIZE_BYTES, SEALS, subject);
    if (isWritable) {
      SealedFiles.forbid(posix, descriptor, F_SEAL_WRITE | F_SEAL_FUTURE_WRITE, subject);
    }
  }

  private static void checkHeader(Descriptor descriptor, MemorySegment page) {
    // Each word is read once: its owner may change it between two looks.
    long magic = (long) LONGS.getAcquire(page, MAGIC_OFFSET);
    int version = (int) INTS.get(page, VERSION_OFFSET);
    int pageBytes = (int) INTS.get(page, PAGE_BYTES_OFFSET);
    if (magic != MAGIC) {
      throw refused(
          descriptor,
          "magic=0x" + Long.toHexString(magic) + " expected=0x" + Long.toHexString(MAGIC));
    }
    if (version != VERSION) {
      throw refused(descriptor, "version=" + version + " expected=" + VERSION);
    }
    if (pageBytes != SIZE_BYTES) {
      throw refused(descriptor, "pageBytes=" + pageBytes + " expected=" + SIZE_BYTES);
    }
  }

  private static RefusedMemoryException refused(Descriptor descriptor, String reason) {
    return new RefusedMemoryException("control page " + descriptor, reason);
  }
}
