/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.NativeMemory;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A mapped address range whose addresses stay harmless after it is closed.
 *
 * <p>Hot paths such as a write-back use the raw {@link #address()} with no more than a look at
 * {@link #isOpen()}, so a thread may still hold the address when another closes the range. Closing
 * therefore never unmaps: it puts zero pages with the same rights in place of the file and gives
 * the addresses back to the kernel much later ({@value Quarantine#GRACE_SECONDS} seconds, see
 * {@code Quarantine}). A thread that uses {@link #segment()} after close gets an {@link
 * IllegalStateException}.
 *
 * <p>{@link #revoke()} takes the file away but leaves the range usable: the same swap, done by
 * whoever serves a revocation while the owner's threads go on.
 *
 * <p>Thread safety: all methods may be called by any thread. Stores that race with {@link #close()}
 * or {@link #revoke()} reach either the file or nothing.
 */
public final class MappedRange implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(MappedRange.class.getName());

  /** What one call makes present, so that a thread never holds the address for long. */
  private static final long POPULATE_BYTES = 64 << 20;

  private final Posix posix;
  private final Quarantine quarantine;
  private final MapRequest request;
  private final long address;
  private final long mappedLength;
  private final Arena arena;
  private final MemorySegment segment;
  private final Object lock = new Object();

  private volatile boolean isOpen = true;
  private volatile boolean isRevoked;

  private MappedRange(Mapped mapped, Arena arena, MemorySegment segment) {
    this.posix = mapped.posix;
    this.quarantine = mapped.quarantine;
    this.request = mapped.request;
    this.address = mapped.address;
    this.mappedLength = mapped.mappedLength;
    this.arena = arena;
    this.segment = segment;
  }

  /**
   * Maps memory.
   *
   * @param posix the operating system
   * @param request what to map
   * @return the range, owned by the caller
   * @throws dev.atoll.posix.ErrnoException if mmap(2) fails
   */
  public static MappedRange map(Posix posix, MapRequest request) {
    return map(posix, request, Placement.ANYWHERE, Quarantine.ofProcess());
  }

  /**
   * Maps memory at a place.
   *
   * @param posix the operating system
   * @param request what to map
   * @param placement where
   * @return the range, owned by the caller
   * @throws dev.atoll.posix.ErrnoException if mmap(2) fails; EEXIST if something is mapped at a
   *     fixed address, which may be a range that was closed a short time ago
   */
  public static MappedRange map(Posix posix, MapRequest request, Placement placement) {
    return map(posix, request, placement, Quarantine.ofProcess());
  }

  static MappedRange map(Posix posix, MapRequest request, Quarantine quarantine) {
    return map(posix, request, Placement.ANYWHERE, quarantine);
  }

  private static MappedRange map(
      Posix posix, MapRequest request, Placement placement, Quarantine quarantine) {
    long mappedLength = Ranges.alignUp(request.length(), posix.pageSize());
    long address =
        posix.mmap(
            placement.address(),
            request.length(),
            request.protection(),
            request.flags() | (placement.isFixed() ? MemoryCalls.MAP_FIXED_NOREPLACE : 0),
            request.descriptor(),
            request.offset());
    if (placement.isFixed() && address != placement.address()) {
      // Linux before 4.17 takes the flag for nothing and the address for a hint.
      posix.munmap(address, mappedLength);
      throw new ErrnoException("mmap", Errno.EEXIST.number(), request.subject());
    }
    Mapped mapped = new Mapped(posix, quarantine, request, address, mappedLength);
    try {
      Site.hit("range.mapped");
      Arena arena = Arena.ofShared();
      MemorySegment whole = NativeMemory.view(address, request.length(), arena);
      return new MappedRange(mapped, arena, request.isWritable() ? whole : whole.asReadOnly());
    } catch (Throwable failure) {
      // Nobody has seen the address yet, so it can go at once.
      posix.munmap(address, mappedLength);
      throw failure;
    }
  }

  /**
   * Tells the raw address of the first byte, for write-back stubs and system calls.
   *
   * @return the address; reading it is harmless for as long as a thread can reasonably hold it
   *     after close, see the class comment
   */
  public long address() {
    return address;
  }

  /**
   * Tells the length.
   *
   * @return bytes, as requested
   */
  public long length() {
    return request.length();
  }

  /**
   * Gives the memory.
   *
   * @return a segment of {@link #length()} bytes, read-only if the range is; once the range is
   *     closed any access through it throws {@link IllegalStateException}
   * @throws IllegalStateException if the range is closed
   */
  public MemorySegment segment() {
    if (!isOpen) {
      throw new IllegalStateException("range is closed: " + request.subject());
    }
    return segment;
  }

  /**
   * Tells whether stores through {@link #segment()} are allowed.
   *
   * @return false for a read-only range
   */
  public boolean isWritable() {
    return request.isWritable();
  }

  /**
   * Tells whether the range is open.
   *
   * @return false once {@link #close()} has begun
   */
  public boolean isOpen() {
    return isOpen;
  }

  /**
   * Tells whether the file has been taken away.
   *
   * @return true once {@link #revoke()} has returned
   */
  public boolean isRevoked() {
    return isRevoked;
  }

  /**
   * Makes all pages present, so that no first access has to. Does as much as the kernel can: before
   * Linux 5.14 nothing. A close meanwhile ends it early.
   *
   * @param isForWriting whether for stores too, which marks pages of a file as changed
   * @throws dev.atoll.posix.ErrnoException if madvise(2) fails: for want of memory, or because the
   *     file is not there any more
   */
  public void populate(boolean isForWriting) {
    int advice = isForWriting ? MemoryCalls.MADV_POPULATE_WRITE : MemoryCalls.MADV_POPULATE_READ;
    for (long done = 0; done < mappedLength && isOpen; done += POPULATE_BYTES) {
      long length = Math.min(POPULATE_BYTES, mappedLength - done);
      int result = posix.madvise(address + done, length, advice);
      if (result == -Errno.EINVAL.number()) {
        return;
      }
      if (result < 0) {
        throw new ErrnoException("madvise", -result, request.subject());
      }
    }
  }

  /**
   * Takes the file away and puts zero pages of the same length and rights in its place.
   *
   * <p>Segments stay usable; what is stored from now on is seen by this process alone. A second
   * call, or a call on a closed range, does nothing.
   *
   * @throws dev.atoll.posix.ErrnoException if mmap(2) fails, for want of kernel memory; the range
   *     is not revoked then
   */
  public void revoke() {
    synchronized (lock) {
      if (isOpen && !isRevoked) {
        putZeros();
        isRevoked = true;
        Site.hit("range.revoked");
      }
    }
  }

  /**
   * Puts another file, of at least the same length and for the same rights, in place of the first.
   *
   * <p>Segments stay usable throughout; an access that races with the swap meets the old file or
   * the new. A closed or revoked range stays as it is.
   *
   * @param file the other file
   * @param fileOffset where in it the range begins, a multiple of the page size
   * @throws dev.atoll.posix.ErrnoException if mmap(2) fails; the first file is then still there
   */
  public void replace(Descriptor file, long fileOffset) {
    synchronized (lock) {
      if (isOpen && !isRevoked) {
        long mapped =
            posix.mmap(
                address,
                request.length(),
                request.protection(),
                request.flags() | MemoryCalls.MAP_FIXED,
                file,
                fileOffset);
        if (mapped != address) {
          throw new AssertionError("MAP_FIXED gave another address");
        }
        Site.hit("range.replaced");
      }
    }
  }

  /**
   * Takes the file away for good; a second call does nothing.
   *
   * <p>A thread inside a plain access of the segment delays it for the length of that access. A
   * system call that is under way with a part of the segment (a read from a socket, say) is waited
   * for a tenth of a second at most; one that takes longer finishes on zero pages. The segment of
   * such a range stays open until the call has ended and another range is closed: stores through it
   * reach nothing, without an exception. Whoever makes a call that could use the address for longer
   * than the {@value Quarantine#GRACE_SECONDS} seconds of grace must keep the range open until it
   * has returned.
   *
   * <p>Where the kernel has not the memory for zero pages the range is closed nevertheless, and
   * what it mapped stays mapped until the process ends; the log says so. Stores to the raw address
   * that race with such a close reach the file.
   */
  @Override
  public void close() {
    synchronized (lock) {
      if (!isOpen) {
        return;
      }
      isOpen = false;
      Site.hit("range.closed");
      boolean isArenaClosed = Quarantine.isClosedSoon(arena);
      // The zero pages take stores where the range did: a non-temporal copy to the raw address may
      // have looked at isOpen() just before, and where a system call holds the arena, Java stores
      // still get through. A store to a read-only page would kill the process.
      try {
        putZeros();
      } catch (ErrnoException e) {
        // Unmapping would kill the thread that is about to use the address.
        LOG.log(Level.WARNING, "event=range-kept cause=no-zero-pages subject=" + this, e);
        if (!isArenaClosed) {
          quarantine.hold(arena);
        }
        return;
      }
      Site.hit("range.zeroed");
      quarantine.add(posix, address, mappedLength, isArenaClosed ? null : arena);
    }
  }

  @Override
  public String toString() {
    return request.subject()
        + " ["
        + request.length()
        + " bytes"
        + (isOpen ? "" : ", closed")
        + (isRevoked ? ", revoked" : "")
        + "]";
  }

  private void putZeros() {
    ZeroPages.put(posix, address, mappedLength, request.protection());
  }

  private record Mapped(
      Posix posix, Quarantine quarantine, MapRequest request, long address, long mappedLength) {}
}
