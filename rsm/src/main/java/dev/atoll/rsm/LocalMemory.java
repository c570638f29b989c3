/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Ranges;
import dev.atoll.link.RsmError;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Local memory prepared for repeated scatter-gather transfers: {@code rsm_localmemory_handle_t}.
 *
 * <p>Made by {@link Controller#localMemory}. Through {@code loopback} nothing is pinned, as nothing
 * needs to be. The handle does not own the memory; a transfer whose memory is closed fails.
 *
 * <p>Thread safety: all methods may be called by any thread; many transfers may use one handle at a
 * time.
 */
public final class LocalMemory implements AutoCloseable {
  static final String CREATE = "rsm_create_localmemory_handle";
  private static final String FREE = "rsm_free_localmemory_handle";

  private final MemorySegment memory;

  /** Held for reading by transfers and for writing to free. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean isFreed;

  private LocalMemory(MemorySegment memory) {
    this.memory = memory;
  }

  static LocalMemory create(MemorySegment memory, long pageSize) {
    if (!memory.isNative() || !Ranges.isAligned(memory.address(), pageSize)) {
      throw new RsmException(
          RsmError.BAD_ADDR, CREATE, "not native memory at a multiple of " + pageSize, null);
    }
    if (memory.byteSize() == 0) {
      throw new RsmException(RsmError.BAD_LENGTH, CREATE, "length=0", null);
    }
    return new LocalMemory(memory);
  }

  /**
   * Tells the size.
   *
   * @return bytes, positive
   */
  public long size() {
    return memory.byteSize();
  }

  MemorySegment memory() {
    return memory;
  }

  /** Begins a use, unless it has been freed; each success is followed by {@link #leave}. */
  boolean enter() {
    lock.readLock().lock();
    if (isFreed) {
      lock.readLock().unlock();
      return false;
    }
    return true;
  }

  void leave() {
    lock.readLock().unlock();
  }

  /**
   * Gives the handle back: {@code rsm_free_localmemory_handle}. Waits for the entries of transfers
   * that are being copied from or to this memory; when it returns none touches it any more.
   *
   * @throws RsmException BAD_LOCALMEM_HNDL if that is done already
   */
  public void free() {
    if (!isFreedNow()) {
      throw new RsmException(RsmError.BAD_LOCALMEM_HNDL, FREE, "freed already", null);
    }
  }

  /** Gives the handle back unless that is done already. */
  @Override
  public void close() {
    isFreedNow();
  }

  private boolean isFreedNow() {
    lock.writeLock().lock();
    try {
      boolean isFirst = !isFreed;
      isFreed = true;
      return isFirst;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
