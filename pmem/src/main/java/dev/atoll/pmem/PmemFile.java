/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.nio.file.Path;

/**
 * An open file that can be mapped as persistent memory: a file of any Linux file system, or a DAX
 * device.
 *
 * <p>Mappings survive the closing of the file, as those of mmap(2) do. Any number of files,
 * mappings and threads may use the same inode.
 *
 * <p>Opening never makes a file smaller and never changes bytes that are there. With {@link
 * PmemOption#CREATE} a missing file is created (readable and writable by its owner alone, before
 * the umask), a smaller one extended with zeros, the blocks of the size asked are reserved, and
 * file and directory are durable when the call returns (a directory that this user can't read is
 * left out if the file was there, and refuses a new one). If that fails, a file that the call
 * created is deleted, and an existing one keeps its size and content. Openings with {@code CREATE}
 * lock the file meanwhile (an open file description lock, fcntl(2)), so that they wait for each
 * other, and none takes back what another did; openings without it, and other programs, do not
 * wait.
 *
 * <p>The file is known by its inode: it may be renamed or deleted while it is open. Truncating it
 * is what others must not do; {@code docs/crash-model.md} says what is detected and what is not.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class PmemFile implements AutoCloseable {
  private final Host host;
  private final OpenPlan plan;
  private final OpenedFile file;
  private final Object lock = new Object();

  private PmemFile(Host host, OpenPlan plan, OpenedFile file) {
    this.host = host;
    this.plan = plan;
    this.file = file;
  }

  /**
   * Opens an existing file as large as it is.
   *
   * @param path the file; symbolic links are followed
   * @param options {@link PmemOption#READ_ONLY}, {@link PmemOption#PRETEND}
   * @return the open file, owned by the caller
   * @throws IllegalArgumentException if an option needs a size
   * @throws ErrnoException if a system call fails: {@code ENOENT} for a missing file, {@code
   *     EISDIR} for a directory, {@code EACCES} for one that may not be opened so
   * @throws PmemException if the file is empty or nothing that can be mapped
   */
  public static PmemFile open(Path path, PmemOption... options) {
    return open(Posix.system(), path, options);
  }

  /**
   * Opens a file of at least a size, creating or extending it if {@link PmemOption#CREATE} is
   * given.
   *
   * @param path the file; symbolic links are followed
   * @param size bytes, positive; a larger file stays as it is
   * @param options how to open
   * @return the open file, owned by the caller
   * @throws IllegalArgumentException if the size is not positive or options contradict
   * @throws ErrnoException if a system call fails: {@code EEXIST} with {@link
   *     PmemOption#EXCLUSIVE}, {@code ENOSPC} on a full file system, {@code EDQUOT} over a quota,
   *     {@code EFBIG} beyond what the file system can hold, {@code EAGAIN} if another program keeps
   *     the file locked for 30 s
   * @throws PmemException without {@link PmemOption#CREATE}, if the file is smaller; if it is
   *     nothing that can be mapped
   */
  public static PmemFile open(Path path, long size, PmemOption... options) {
    return open(Posix.system(), path, size, options);
  }

  /**
   * Opens an existing file on a given operating system, such as a failing twin in tests.
   *
   * @param posix the operating system
   * @param path the file
   * @param options as {@link #open(Path, PmemOption...)}
   * @return the open file, owned by the caller
   * @throws ErrnoException as {@link #open(Path, PmemOption...)}
   * @throws PmemException as {@link #open(Path, PmemOption...)}
   */
  public static PmemFile open(Posix posix, Path path, PmemOption... options) {
    return open(Host.of(posix), OpenPlan.asItIs(path, options));
  }

  /**
   * Opens a file of at least a size on a given operating system, such as a failing twin in tests.
   *
   * @param posix the operating system
   * @param path the file
   * @param size bytes, positive
   * @param options as {@link #open(Path, long, PmemOption...)}
   * @return the open file, owned by the caller
   * @throws ErrnoException as {@link #open(Path, long, PmemOption...)}
   * @throws PmemException as {@link #open(Path, long, PmemOption...)}
   */
  public static PmemFile open(Posix posix, Path path, long size, PmemOption... options) {
    return open(Host.of(posix), OpenPlan.sized(path, size, options));
  }

  static PmemFile open(Host host, OpenPlan plan) {
    return new PmemFile(host, plan, new FileOpening(host, plan).run());
  }

  /**
   * Names the file.
   *
   * @return the path as it was given
   */
  public Path path() {
    return plan.path();
  }

  /**
   * Tells the size now.
   *
   * @return bytes
   * @throws IllegalStateException if the file is closed
   * @throws ErrnoException if statx(2) fails
   */
  public long size() {
    return file.media().isDevice() ? file.media().deviceSize() : status().size();
  }

  /**
   * Tells whether it was opened with {@link PmemOption#READ_ONLY}.
   *
   * @return true if mappings can't be {@link MapMode#SHARED}
   */
  public boolean isReadOnly() {
    return plan.isReadOnly();
  }

  /**
   * Tells whether it is open.
   *
   * @return false once closed
   */
  public boolean isOpen() {
    return file.descriptor().isOpen();
  }

  /**
   * Tells what opening did about the blocks.
   *
   * @return what was done
   */
  public Reservation reservation() {
    return file.reservation();
  }

  /**
   * Tells whether fewer blocks are allocated than the size needs. The count of statx(2) is of the
   * whole file; a file system that compresses shows holes where there are none.
   *
   * @return true if a store could have to allocate a block
   * @throws IllegalStateException if the file is closed
   * @throws ErrnoException if statx(2) fails
   */
  public boolean hasHoles() {
    return FileMapping.hasHoles(file.media(), status());
  }

  /** Under the lock, because the number of a closed descriptor may be another file's. */
  private FileStatus status() {
    synchronized (lock) {
      return host.posix().statx(file.descriptor());
    }
  }

  /**
   * Maps the whole file, shared and writable, or read-only if it was opened so: {@code pmem_map}.
   *
   * @return the mapping, owned by the caller
   * @throws IllegalStateException if the file is closed
   * @throws ErrnoException if a system call fails
   * @throws PmemException if the file has been truncated, or has holes and is flushed by lines
   */
  public PmemMapping map() {
    return map(isReadOnly() ? MapMode.READ_ONLY : MapMode.SHARED);
  }

  /**
   * Maps the whole file.
   *
   * @param mode how the pages relate to the file
   * @return the mapping, owned by the caller
   * @throws IllegalStateException if the file is closed
   * @throws ErrnoException if a system call fails; {@code EACCES} for {@link MapMode#SHARED} on a
   *     file opened with {@link PmemOption#READ_ONLY}
   * @throws PmemException if the file has been truncated, or has holes and is flushed by lines
   */
  public PmemMapping map(MapMode mode) {
    return map(MapTerms.of(mode));
  }

  /**
   * Maps a part of the file: {@code mmap}.
   *
   * @param mode how the pages relate to the file
   * @param offset first byte, a multiple of the page size (of the alignment of a DAX device)
   * @param length bytes, positive; may exceed 2 GiB
   * @return the mapping, owned by the caller
   * @throws IllegalArgumentException if the offset is not aligned or the length not positive
   * @throws IndexOutOfBoundsException if the range lies outside the file
   * @throws IllegalStateException if the file is closed
   * @throws ErrnoException if a system call fails
   * @throws PmemException if the file has been truncated, or has holes and is flushed by lines
   */
  public PmemMapping map(MapMode mode, long offset, long length) {
    return map(MapTerms.of(mode).range(offset, length));
  }

  /**
   * Maps on stated terms.
   *
   * @param terms mode, range, and the worst granularity that is acceptable
   * @return the mapping, owned by the caller
   * @throws IllegalArgumentException if the offset is not aligned
   * @throws IndexOutOfBoundsException if the range lies outside the file
   * @throws IllegalStateException if the file is closed
   * @throws ErrnoException if a system call fails
   * @throws PmemException if the file has been truncated, has holes and is flushed by lines, or
   *     can't be flushed as finely as required; the message says why
   */
  public PmemMapping map(MapTerms terms) {
    if (terms.mode() == MapMode.SHARED && isReadOnly()) {
      throw new ErrnoException(
          "mmap",
          Errno.EACCES.number(),
          path().toString(),
          "The file was opened with READ_ONLY; open it without, or map it READ_ONLY or PRIVATE.");
    }
    boolean isPretending =
        plan.options().contains(PmemOption.PRETEND) && terms.mode() != MapMode.PRIVATE;
    MapTerms effective = isPretending ? terms.pretending() : terms;
    return new FileMapping(host, path(), file, effective).run(lock);
  }

  /** Closes the file; its mappings stay. A second call does nothing. */
  @Override
  public void close() {
    synchronized (lock) {
      if (file.descriptor().isOpen()) {
        file.release();
      }
    }
  }

  @Override
  public String toString() {
    return path() + (isOpen() ? "" : " (closed)");
  }
}
