/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Ranges;
import dev.atoll.memory.ControlPage;
import dev.atoll.memory.Region;
import dev.atoll.memory.RegionKind;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * A range of a file in memory, with the means to make stores durable.
 *
 * <p><b>Order and atomicity.</b> Nothing is durable until a flush and a fence have completed, and
 * anything may become durable before. Only an aligned store of 8 bytes survives a power failure
 * whole or not at all. Plain stores through {@link #segment()} may be merged or reordered by the
 * compiler; a word that publishes others is stored with {@link #commitLong}. The usual pattern is:
 * store the payload, persist it, commit one word, persist that.
 *
 * <p><b>Ranges.</b> A range that is negative, overflows or lies outside the mapping is refused with
 * {@link IndexOutOfBoundsException}. A length of zero flushes nothing. A flush works on whole lines
 * or pages, so neighbours of a range become durable with it.
 *
 * <p><b>Failure.</b> When msync(2) fails, the stores of the range may be lost, the kernel forgets
 * that they were dirty, and it tells only once. So the file counts as failed: every later flush
 * through any mapping of the inode in this process is refused with the first errno. Only closing
 * all its files and mappings and opening anew ends that.
 *
 * <p><b>Life.</b> {@link #close()} may be called by any thread at any time. Methods called
 * afterwards throw {@link IllegalStateException}; so does a flush during which the mapping was
 * closed, since it may have missed the file's pages. None of this can crash the process.
 *
 * <p><b>Truncation.</b> If someone makes the file smaller, touching the lost pages is fatal: a load
 * or store in Java mostly throws {@link InternalError}, but a write-back instruction or a
 * compare-and-set that is not compiled yet kills the process. {@link #sync}, {@link #attributes},
 * {@link #advise} and, at {@link Granularity#PAGE}, every flush look at the file's size first and
 * throw {@link PmemException}. At the finer granularities a flush makes no system call and can't.
 *
 * <p>Thread safety: all methods may be called by any thread. The order of stores that several
 * threads make is theirs to keep.
 */
public final class PmemMapping implements Region {
  private static final VarHandle LONGS = ValueLayout.JAVA_LONG.varHandle();

  private final MappedFile file;
  private final MappingNature nature;
  private final FlushSet flushes;
  private final MemorySegment segment;
  private final long address;
  private final long size;
  private final ControlPage control;
  private final Object lock = new Object();

  private volatile boolean isOpen = true;
  private volatile Durability durability;
  private volatile long nonTemporalThresholdBytes = StreamedCopy.floorBytes();

  PmemMapping(Host host, MappedFile file, MappingNature nature) {
    this.file = file;
    this.nature = nature;
    this.flushes = new FlushSet(host, file, nature);
    this.segment = file.range().segment();
    this.address = file.range().address();
    this.size = file.range().length();
    this.control = file.shared().control();
    this.durability = flushes.shallow();
  }

  @Override
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  /**
   * Gives the memory for reading only: what {@code mprotect(PROT_READ)} is used for in C.
   *
   * <p>The pages themselves stay writable. Taking the right away from pages that other code of this
   * process may still store to would kill the process at the first such store; a view that refuses
   * stores gives the same protection by type.
   *
   * @return a read-only segment of {@link #size()} bytes
   * @throws IllegalStateException if the mapping is closed
   */
  public MemorySegment readOnlyView() {
    return segment().asReadOnly();
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public boolean isWritable() {
    return nature.mode() != MapMode.READ_ONLY;
  }

  @Override
  public boolean isOpen() {
    return isOpen;
  }

  /**
   * Tells whether the region outlives its processes.
   *
   * @return {@link RegionKind#VOLATILE} for a private mapping, else {@link RegionKind#PERSISTENT};
   *     whether a file also outlives a power failure is {@link PmemAttributes#isDurable()}
   */
  @Override
  public RegionKind kind() {
    return nature.mode() == MapMode.PRIVATE ? RegionKind.VOLATILE : RegionKind.PERSISTENT;
  }

  /**
   * Gives the file behind the region, for those who export it.
   *
   * @return the mapping's own descriptor, open for reading only if the file was opened so
   * @throws IllegalStateException for a private mapping: who maps the file sees the file, not the
   *     private copies of its pages
   */
  @Override
  public Descriptor descriptor() {
    if (nature.mode() == MapMode.PRIVATE) {
      throw new IllegalStateException("mode=PRIVATE pages can't be shared by a file: " + path());
    }
    return file.descriptor();
  }

  @Override
  public long fileOffset() {
    return file.fileOffset();
  }

  @Override
  public ControlPage control() {
    return control;
  }

  /**
   * Names the file.
   *
   * @return the path as it was given when it was opened
   */
  public Path path() {
    return file.path();
  }

  /**
   * Tells how the pages relate to the file.
   *
   * @return the mode
   */
  public MapMode mode() {
    return nature.mode();
  }

  /**
   * Tells the unit of a flush.
   *
   * @return the granularity, {@link Granularity#PAGE} for a private mapping, which has none
   */
  public Granularity granularity() {
    return nature.granularity();
  }

  /**
   * Makes a range durable: {@code pmem_persist}, which is a flush, a fence and a drain.
   *
   * <p>When it returns, the stores that the calling thread made to the range before are durable as
   * far as {@link PmemAttributes#isDurable()} promises. It makes no system call where the
   * granularity is finer than {@link Granularity#PAGE}, and allocates nothing there. It is neither
   * atomic nor transactional.
   *
   * @param offset first byte
   * @param length bytes; zero does nothing
   * @throws IndexOutOfBoundsException if the range lies outside the mapping
   * @throws IllegalStateException if the mapping is closed, also during the call, or is private
   * @throws ErrnoException if msync(2) fails, or a write-back of this file has failed before
   * @throws PmemException at {@link Granularity#PAGE}, if the file has been truncated
   */
  @Override
  public void persist(long offset, long length) {
    requireUsable(offset, length);
    if (length != 0) {
      durability.persist(address + offset, length);
      requireOpen();
    }
  }

  /**
   * Makes a range durable, with the flags of {@code pmem_persist}, of which none is defined.
   *
   * @param offset first byte
   * @param length bytes
   * @param flags must be 0
   * @throws IllegalArgumentException if a flag is set
   * @throws ErrnoException as {@link #persist(long, long)}
   */
  public void persist(long offset, long length, int flags) {
    requireNoFlags(flags);
    persist(offset, length);
  }

  /**
   * Makes a slice of {@link #segment()} durable.
   *
   * @param slice native memory that lies wholly inside the mapping
   * @throws IndexOutOfBoundsException if it does not
   * @throws IllegalArgumentException if the slice lies on the heap
   * @throws ErrnoException as {@link #persist(long, long)}
   */
  public void persist(MemorySegment slice) {
    persist(offsetOf(slice), slice.byteSize());
  }

  /**
   * Starts the write-back of a range: {@code pmem_flush_cache}.
   *
   * <p>Complete it with {@link #fence()} and {@link #drain()}, once for any number of flushes. At
   * {@link Granularity#PAGE} it waits until the range is durable, as the document's msync does.
   *
   * @param offset first byte
   * @param length bytes; zero does nothing
   * @throws IndexOutOfBoundsException if the range lies outside the mapping
   * @throws IllegalStateException if the mapping is closed, also during the call, or is private
   * @throws ErrnoException if msync(2) fails, or a write-back of this file has failed before
   * @throws PmemException at {@link Granularity#PAGE}, if the file has been truncated
   */
  public void flush(long offset, long length) {
    requireUsable(offset, length);
    if (length != 0) {
      durability.flush(address + offset, length);
      requireOpen();
    }
  }

  /**
   * Starts the write-back of a range, with the flags of {@code pmem_flush_cache}, of which none is
   * defined.
   *
   * @param offset first byte
   * @param length bytes
   * @param flags must be 0
   * @throws IllegalArgumentException if a flag is set
   * @throws ErrnoException as {@link #flush(long, long)}
   */
  public void flush(long offset, long length, int flags) {
    requireNoFlags(flags);
    flush(offset, length);
  }

  /**
   * Orders earlier flushes before later stores: {@code pmem_fence}.
   *
   * @throws IllegalStateException if the mapping is closed or private
   * @throws ErrnoException if a write-back of this file has failed
   */
  public void fence() {
    requireUsable(0, 0);
    durability.fence();
    requireOpen();
  }

  /**
   * Waits until flushed stores have left the processor: {@code pmem_drain_pm_stores}.
   *
   * <p>On today's processors a fence does that, so this is a fence too; a program that calls {@link
   * #flush} and then only this (libpmem 1.x has no separate fence) is served as well.
   *
   * @throws IllegalStateException if the mapping is closed or private
   * @throws ErrnoException if a write-back of this file has failed
   */
  public void drain() {
    fence();
  }

  /**
   * Makes a range durable through the kernel, whatever the granularity: {@code msync} with {@code
   * MS_SYNC}. The range is widened to whole pages. For a DAX device, where msync does nothing, it
   * is a {@link #persist(long, long)}.
   *
   * @param offset first byte
   * @param length bytes; zero does nothing
   * @throws IndexOutOfBoundsException if the range lies outside the mapping
   * @throws IllegalStateException if the mapping is closed, also during the call, or is private
   * @throws ErrnoException if msync(2) fails, or a write-back of this file has failed before
   * @throws PmemException if the file has been truncated
   */
  public void sync(long offset, long length) {
    requireUsable(offset, length);
    if (length != 0) {
      flushes.paged().persist(address + offset, length);
      requireOpen();
    }
  }

  /**
   * Makes a range durable and empties the write-pending queues of the memory controller, which a
   * {@link #persist(long, long)} leaves to ADR: {@code pmem_deep_persist}. Use it rarely.
   *
   * @param offset first byte
   * @param length bytes; zero does nothing
   * @throws IndexOutOfBoundsException if the range lies outside the mapping
   * @throws IllegalStateException if the mapping is closed, also during the call, or is private
   * @throws ErrnoException if a call fails, or a write-back of this file has failed before
   * @throws PmemException if the file has been truncated
   */
  public void deepPersist(long offset, long length) {
    requireUsable(offset, length);
    if (length != 0) {
      flushes.shallow().persist(address + offset, length);
      flushes.deepFlush(address + offset, length);
      requireOpen();
    }
  }

  /**
   * Stores an aligned word with release order, so that all earlier stores of this thread are
   * visible before it and the compiler neither splits nor merges it.
   *
   * <p>It does not persist: visible is not durable. Persist what the word speaks of before, and the
   * word itself after.
   *
   * @param offset where, a multiple of 8
   * @param value the word, in the byte order of the processor (little-endian)
   * @throws IllegalArgumentException if the offset is not aligned
   * @throws IndexOutOfBoundsException if the word lies outside the mapping
   * @throws IllegalStateException if the mapping is closed or read-only
   */
  public void commitLong(long offset, long value) {
    if (!Ranges.isAligned(offset, Long.BYTES)) {
      throw new IllegalArgumentException("offset=" + offset + " is no multiple of 8: " + path());
    }
    requireOpen();
    Ranges.check(offset, Long.BYTES, size);
    requireStores();
    LONGS.setRelease(segment, offset, value);
  }

  /**
   * Copies memory into the mapping and starts its write-back: {@code pmem_memcpy_nodrain}. Complete
   * it with {@link #fence()} and {@link #drain()}.
   *
   * <p>From the {@linkplain PmemAttribute#NON_TEMPORAL_THRESHOLD threshold} on it uses non-temporal
   * stores where those save the flush; other threads may see such stores only after the fence.
   * Source and target may overlap. Where both are aligned to 8 bytes, each word is copied whole.
   *
   * @param source what to copy, on the heap or not
   * @param offset where to, in the mapping
   * @throws IndexOutOfBoundsException if the source does not fit there
   * @throws IllegalStateException if the mapping is closed, private or read-only
   * @throws ErrnoException if msync(2) fails, or a write-back of this file has failed before
   * @throws PmemException if the file has been truncated, where that can be noticed
   */
  public void copy(MemorySegment source, long offset) {
    long length = source.byteSize();
    requireUsable(offset, length);
    requireStores();
    if (length == 0) {
      return;
    }
    if (nature.mode() == MapMode.PRIVATE) {
      throw NoDurability.refusal(path());
    }
    try {
      copyAndFlush(source, offset, durability);
    } catch (InternalError e) {
      // HotSpot turns a SIGBUS of a bulk copy into this error; it says nothing of the file.
      file.requireWhole();
      throw e;
    }
    requireOpen();
  }

  /** Works on offsets: a slice would be an object that the compiler does not always remove. */
  private void copyAndFlush(MemorySegment source, long offset, Durability current) {
    long length = source.byteSize();
    long target = address + offset;
    boolean isStreamed =
        length >= nonTemporalThresholdBytes
            && current.isLineFlushed()
            && StreamedCopy.isPossible(source, target);
    if (isStreamed) {
      StreamedCopy.copy(source, target);
    } else {
      MemorySegment.copy(source, 0, segment, offset, length);
      current.flush(target, length);
    }
  }

  /**
   * Copies memory into the mapping and makes it durable: {@code pmem_memcpy_persist}.
   *
   * @param source what to copy, on the heap or not
   * @param offset where to, in the mapping
   * @throws IndexOutOfBoundsException if the source does not fit there
   * @throws IllegalStateException if the mapping is closed, private or read-only
   * @throws ErrnoException as {@link #copy}
   * @throws PmemException as {@link #copy}
   */
  public void copyPersist(MemorySegment source, long offset) {
    copy(source, offset);
    fence();
    if (durability instanceof DeepDurability && source.byteSize() > 0) {
      flushes.deepFlush(address + offset, source.byteSize());
      requireOpen();
    }
  }

  /**
   * Advises the kernel about a range: {@code madvise}, with the advice that loses no data.
   *
   * @param offset first byte; the range is widened to whole pages
   * @param length bytes; zero does nothing
   * @param advice what to expect or to prepare
   * @throws IndexOutOfBoundsException if the range lies outside the mapping
   * @throws IllegalStateException if the mapping is closed
   * @throws ErrnoException if madvise(2) refuses
   * @throws PmemException if the file has been truncated
   */
  public void advise(long offset, long length, Advice advice) {
    requireOpen();
    Ranges.check(offset, length, size);
    file.requireWhole();
    if (length == 0) {
      return;
    }
    long start = Ranges.alignDown(address + offset, file.pageSize());
    long bytes = address + offset + length - start;
    int result = file.posix().madvise(start, bytes, advice.number());
    if (result < 0) {
      throw new ErrnoException(
          "madvise", -result, file.describe(start, bytes) + " advice=" + advice);
    }
  }

  /**
   * Tells what this mapping promises: the get-attribute action of SNIA's NVM.PM.FILE mode.
   *
   * @return a snapshot
   * @throws IllegalStateException if the mapping is closed
   * @throws ErrnoException if statx(2) fails
   * @throws PmemException if the file has been truncated
   */
  public PmemAttributes attributes() {
    requireOpen();
    file.requireWhole();
    Media media = nature.media();
    return new PmemAttributes(
        nature.mode(),
        nature.granularity(),
        Long.BYTES,
        flushes.flushUnitBytes(),
        errorRangeBytes(),
        nature.granularity() != Granularity.PAGE,
        nature.domain(),
        nature.probe().isGranted(),
        media.isDaxSet(),
        nature.decision().isPretended(),
        flushes.instruction(),
        media.fileSystem(),
        media.isVolatile(),
        FileMapping.hasHoles(media, file.status()),
        nonTemporalThresholdBytes,
        durability instanceof DeepDurability,
        nature.decision().reason());
  }

  /**
   * Changes an attribute: the set-attribute action of SNIA's NVM.PM.FILE mode.
   *
   * <p>Other threads see the change with their next call.
   *
   * @param attribute one that {@linkplain PmemAttribute#isSettable() can be set}
   * @param value bytes for {@link PmemAttribute#NON_TEMPORAL_THRESHOLD}, where less than the
   *     processor's stub can do (256, as in libpmem) counts as that; 0 or 1 for {@link
   *     PmemAttribute#DEEP_FLUSH}
   * @throws IllegalArgumentException if the attribute describes the medium, or the value is none
   * @throws IllegalStateException if the mapping is closed
   */
  public void set(PmemAttribute attribute, long value) {
    requireOpen();
    switch (attribute) {
      case NON_TEMPORAL_THRESHOLD -> {
        requireValue(attribute, value, value >= 0);
        nonTemporalThresholdBytes = Math.max(value, StreamedCopy.floorBytes());
      }
      case DEEP_FLUSH -> {
        requireValue(attribute, value, value == 0 || value == 1);
        durability = value == 0 ? flushes.shallow() : flushes.deep();
      }
      case MODE,
          GRANULARITY,
          INTERRUPTED_STORE_ATOMICITY,
          FLUSH_UNIT,
          FUNDAMENTAL_ERROR_RANGE,
          OPTIMIZED_FLUSH_CAPABLE,
          PERSISTENCE_DOMAIN,
          MAP_SYNC,
          DAX,
          INSTRUCTION,
          FILE_SYSTEM ->
          throw new IllegalArgumentException(
              "attribute=" + attribute + " describes the medium and can't be set: " + path());
    }
  }

  /**
   * Unmaps the range: {@code munmap}. Nothing is flushed. A second call does nothing.
   *
   * @throws ErrnoException if a system call fails; everything is released nevertheless
   */
  @Override
  public void close() {
    synchronized (lock) {
      if (!isOpen) {
        return;
      }
      isOpen = false;
    }
    // The shared state goes before the descriptor: once that is closed, the inode may be another's.
    try {
      file.range().close();
    } finally {
      try {
        file.shared().release();
      } finally {
        file.descriptor().close();
      }
    }
  }

  @Override
  public String toString() {
    return path()
        + " offset="
        + fileOffset()
        + " length="
        + size
        + " "
        + mode()
        + " "
        + granularity()
        + (isOpen ? "" : " (closed)");
  }

  /** The whole preamble of the hot path: three loads and their branches. */
  private void requireUsable(long offset, long length) {
    requireOpen();
    Ranges.check(offset, length, size);
    int errno = control.failedErrno();
    if (errno != 0) {
      throw file.failed(errno);
    }
  }

  /**
   * Also looked at after a flush: one that was overtaken by {@link #close()} flushed zero pages,
   * and the stores it was to make durable may still sit in a cache.
   */
  private void requireOpen() {
    if (!isOpen) {
      throw file.closed();
    }
  }

  private void requireStores() {
    if (!isWritable()) {
      throw new IllegalStateException("mode=READ_ONLY takes no stores: " + path());
    }
  }

  private void requireNoFlags(int flags) {
    if (flags != 0) {
      throw new IllegalArgumentException(
          "flags=0x" + Integer.toHexString(flags) + " but none is defined: " + path());
    }
  }

  private static void requireValue(PmemAttribute attribute, long value, boolean isLegal) {
    if (!isLegal) {
      throw new IllegalArgumentException("attribute=" + attribute + " can't be value=" + value);
    }
  }

  private long offsetOf(MemorySegment slice) {
    if (!slice.isNative()) {
      throw new IllegalArgumentException("slice=" + slice + " lies on the heap: " + path());
    }
    return slice.address() - address;
  }

  /**
   * What is lost together: a bad-block unit of 512 bytes on persistent memory (badblocks in
   * sysfs-bus-nd counts such sectors), a page elsewhere.
   */
  private long errorRangeBytes() {
    boolean isPersistentMemory = file.isDevice() || nature.probe().isGranted();
    return isPersistentMemory ? 512 : file.pageSize();
  }
}
