/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.posix.Descriptor;
import java.lang.foreign.MemorySegment;

/**
 * Memory that can be exported as a segment or registered for transfers.
 *
 * <p>There are two kinds: {@link SharedMemory}, and a mapping of a persistent file. Both stand on a
 * file that other processes can map, and both have a {@link ControlPage} that all who share the
 * region see.
 *
 * <p>Thread safety: all methods may be called by any thread. How loads and stores of several
 * threads or processes are ordered is up to those who make them.
 */
public interface Region extends AutoCloseable {
  /**
   * Gives the memory.
   *
   * @return a segment of {@link #size()} bytes, read-only if the region is; after {@link #close()}
   *     any access through it throws {@link IllegalStateException}
   * @throws IllegalStateException if the region is closed
   */
  MemorySegment segment();

  /**
   * Tells the raw address of the first byte, for system calls and write-back.
   *
   * @return the address; it stays harmless after close, see {@link MappedRange}
   */
  long address();

  /**
   * Tells the size.
   *
   * @return bytes, positive
   */
  long size();

  /**
   * Tells whether stores are allowed.
   *
   * @return false for a read-only region
   */
  boolean isWritable();

  /**
   * Tells whether the region is open.
   *
   * @return false once {@link #close()} has begun
   */
  boolean isOpen();

  /**
   * Tells whether the region outlives its processes.
   *
   * @return the kind
   */
  RegionKind kind();

  /**
   * Gives the file behind the region.
   *
   * @return its descriptor, owned by the region
   */
  Descriptor descriptor();

  /**
   * Tells where in the file the region begins.
   *
   * @return byte offset, a multiple of the page size
   */
  long fileOffset();

  /**
   * Gives the words that all who share the region see.
   *
   * @return the control page, owned by the region
   */
  ControlPage control();

  /**
   * Makes a range durable, as far as the kind of region can.
   *
   * <p>When it returns, all stores that this thread made to the range before the call are durable
   * in a {@link RegionKind#PERSISTENT} region. For a {@link RegionKind#VOLATILE} region the range
   * is checked and nothing is made durable, since nothing can be.
   *
   * @param offset first byte
   * @param length bytes; zero is legal
   * @throws IndexOutOfBoundsException if the range lies outside the region
   * @throws IllegalStateException if the region is closed
   * @throws dev.atoll.posix.ErrnoException if it can not be made durable, or if a write-back of
   *     this region has failed before in any process (see {@link ControlPage#failedErrno()})
   */
  void persist(long offset, long length);

  /** Releases the memory; a second call does nothing. */
  @Override
  void close();
}
