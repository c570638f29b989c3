/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/**
 * The time between opening and closing a barrier, and the accesses in it.
 *
 * <p>Made by {@link Barrier#open}. Only {@link #complete} tells whether all accesses have worked; a
 * span that is closed without it is abandoned, and what was put may or may not have arrived. Until
 * it ends, the transfers of the thread that opened it are not checked; see {@link Barrier#open}.
 *
 * <p>Ordering: {@link #order} and {@link #complete} are full fences of the calling thread. Accesses
 * of other threads belong to the span if they happen before the call, in the sense of the Java
 * memory model. Thread safety: all methods may be called by any thread.
 */
public final class Span implements AutoCloseable {
  private final Barriers barriers;
  private final Barrier barrier;
  private final Thread opener;

  Span(Barriers barriers, Barrier barrier, Thread opener) {
    this.barriers = barriers;
    this.barrier = barrier;
    this.opener = opener;
  }

  Barrier barrier() {
    return barrier;
  }

  boolean isOpenedBy(Thread thread) {
    return opener.equals(thread);
  }

  /**
   * Keeps what comes after behind what came before: {@code rsm_memseg_import_order_barrier}.
   * Whoever sees a later put of this span also sees the earlier ones. It does not look whether the
   * connection still holds.
   *
   * @throws RsmException BARRIER_NOT_OPENED if the span has ended, BARRIER_UNINITIALIZED if its
   *     barrier was destroyed
   */
  public void order() {
    barriers.order(this);
  }

  /**
   * Ends the span and tells whether it has worked: {@code rsm_memseg_import_close_barrier}. When it
   * returns, everything that was put or stored in the span is in the exporter's memory, and
   * everything that was got or loaded came from there.
   *
   * @throws RsmException CONN_ABORTED if the connection has ended before or within the span: the
   *     accesses may have gone nowhere, and bytes that were read may be zeros; BARRIER_NOT_OPENED
   *     if the span has ended already, BARRIER_UNINITIALIZED if its barrier was destroyed,
   *     BAD_SEG_HNDL once the import is disconnected
   */
  public void complete() {
    barriers.complete(this);
  }

  /** Abandons the span unless it has ended: nobody asks how its accesses went. */
  @Override
  public void close() {
    barriers.abandon(this);
  }
}
