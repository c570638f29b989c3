/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;
import dev.atoll.memory.MappedRange;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A window of an imported segment in this process's address space: what {@code
 * rsm_memseg_import_map} gives.
 *
 * <p>Loads and stores go to the exporter's very memory. When the connection ends, the window turns
 * into private scratch memory in place: loads give zeros, stores vanish, nothing faults; {@link
 * ImportSegment#isConnected} tells. After {@link #unmap} the segment refuses access with {@link
 * IllegalStateException}.
 *
 * <p>Ordering: as of any shared memory; use the access modes of {@link java.lang.invoke.VarHandle}
 * where two processes must agree on an order. Thread safety: all methods may be called by any
 * thread.
 */
public final class ImportMapping implements AutoCloseable {
  private final ImportSegment owner;
  private final MappedRange range;
  private final long offset;
  private final MemorySegment segment;
  private final AtomicBoolean isUnmapped = new AtomicBoolean();

  ImportMapping(ImportSegment owner, MappedRange range, long offset, boolean isWritable) {
    this.owner = owner;
    this.range = range;
    this.offset = offset;
    this.segment = isWritable ? range.segment() : range.segment().asReadOnly();
  }

  /**
   * Gives the memory.
   *
   * @return the window; read-only unless it was mapped for writing
   */
  public MemorySegment segment() {
    return segment;
  }

  /** Where in the segment the window begins, in bytes. */
  long offset() {
    return offset;
  }

  MappedRange range() {
    return range;
  }

  /**
   * Takes the mapping away: {@code rsm_memseg_import_unmap}.
   *
   * @throws RsmException SEG_NOT_MAPPED if that is done already
   */
  public void unmap() {
    if (!isUnmapped.compareAndSet(false, true)) {
      throw new RsmException(RsmError.SEG_NOT_MAPPED, "rsm_memseg_import_unmap", "", null);
    }
    owner.unmapped(this);
  }

  /** Takes the mapping away unless that is done already. */
  @Override
  public void close() {
    if (isUnmapped.compareAndSet(false, true)) {
      owner.unmapped(this);
    }
  }
}
