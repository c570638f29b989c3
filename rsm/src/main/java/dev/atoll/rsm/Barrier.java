/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/**
 * Tells whether a group of accesses to an import has worked: {@code rsmapi_barrier_t}.
 *
 * <p>{@link #open} begins a {@link Span}; all transfers of this program to the import, and its
 * loads and stores through a mapping, belong to it until {@link Span#complete}, which reports the
 * end of the connection once for all of them. A barrier belongs to its import and is of no use
 * after that is disconnected.
 *
 * <p>In implicit mode a transfer needs a barrier that is initialised. Every import is born with
 * one, and the latest that was made is the current one; see {@link ImportSegment#currentBarrier}.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class Barrier implements AutoCloseable {
  private final Barriers barriers;
  private final BarrierType type;

  Barrier(Barriers barriers, BarrierType type) {
    this.barriers = barriers;
    this.type = type;
  }

  /**
   * Tells what was asked for when it was made.
   *
   * @return the type, which changes nothing
   */
  public BarrierType type() {
    return type;
  }

  /**
   * Begins a span: {@code rsm_memseg_import_open_barrier}. Accesses that the calling thread makes
   * afterwards stay behind it. Until the span ends, the transfers of this thread to this import are
   * explicit; those of other threads follow the mode of the import. Spans may nest and overlap.
   *
   * <p><b>While a thread has any span open on an import, its own puts and gets do not throw
   * CONN_ABORTED, in implicit mode either</b>, where they would in C: they return, and go nowhere
   * or bring zeros, and only {@link Span#complete} tells. A span that is neither completed nor
   * closed makes that last for ever for this thread. So open it in a try-with-resources statement,
   * complete it at the end of the block, and call nothing in the block that relies on its own
   * transfers being checked.
   *
   * <p>A connection that has ended is not noticed here, as in the original; {@link Span#complete}
   * tells.
   *
   * @return the open span, owned by the caller
   * @throws RsmException BARRIER_UNINITIALIZED if this barrier was destroyed, BAD_SEG_HNDL once the
   *     import is disconnected, BARRIER_OPEN_FAILED if {@value Barriers#OPEN_SPANS_MAX} spans of
   *     this import are open
   */
  public Span open() {
    return barriers.open(this);
  }

  /**
   * Ends the barrier: {@code rsm_memseg_import_destroy_barrier}. Spans of it that are still open
   * are abandoned. The barrier made before it becomes the current one of the import, if there is
   * any left.
   *
   * @throws RsmException BARRIER_UNINITIALIZED if that is done already
   */
  public void destroy() {
    barriers.destroy(this);
  }

  /** Ends the barrier unless that is done already. */
  @Override
  public void close() {
    barriers.remove(this);
  }
}
