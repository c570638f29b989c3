/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The barriers, open spans and barrier mode of one import.
 *
 * <p>No transfer looks in here while all is well: whether transfers are barred for want of a
 * barrier is kept in the window they use anyway, and the mode matters only once the connection has
 * ended.
 */
final class Barriers {
  static final String SET_MODE = "rsm_memseg_import_set_mode";
  static final int OPEN_SPANS_MAX = 4096;
  static final int BARRIERS_MAX = 4096;

  private static final String INIT = "rsm_memseg_import_init_barrier";
  private static final String OPEN = "rsm_memseg_import_open_barrier";
  private static final String ORDER = "rsm_memseg_import_order_barrier";
  private static final String CLOSE = "rsm_memseg_import_close_barrier";
  private static final String DESTROY = "rsm_memseg_import_destroy_barrier";

  private final ImportSegment segment;
  private final ImportMappings mappings;
  private final ReentrantLock lock = new ReentrantLock();

  /** The last one is the current one. */
  private final List<Barrier> initialised = new ArrayList<>();

  private final List<Span> open = new ArrayList<>();
  private volatile BarrierMode mode = BarrierMode.IMPLICIT;

  /** With the barrier that every import is born with. */
  Barriers(ImportSegment segment, ImportMappings mappings) {
    this.segment = segment;
    this.mappings = mappings;
    initialised.add(new Barrier(this, BarrierType.SEGMENT));
  }

  Barrier init(BarrierType type) {
    lock.lock();
    try {
      segment.checkUsable(INIT);
      if (initialised.size() >= BARRIERS_MAX) {
        throw new RsmException(
            RsmError.INSUFFICIENT_MEM, INIT, BARRIERS_MAX + " barriers exist; destroy some", null);
      }
      Barrier barrier = new Barrier(this, type);
      initialised.add(barrier);
      barTransfers();
      return barrier;
    } finally {
      lock.unlock();
    }
  }

  Optional<Barrier> current() {
    lock.lock();
    try {
      return initialised.isEmpty() ? Optional.empty() : Optional.of(initialised.getLast());
    } finally {
      lock.unlock();
    }
  }

  BarrierMode mode() {
    return mode;
  }

  void setMode(BarrierMode next) {
    lock.lock();
    try {
      segment.checkUsable(SET_MODE);
      mode = next;
      barTransfers();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses a transfer for which implicit mode has no barrier. */
  void checkBarrier(String operation) {
    lock.lock();
    try {
      if (areTransfersBarred()) {
        throw new RsmException(
            RsmError.BARRIER_UNINITIALIZED,
            operation,
            "implicit mode needs a barrier; make one, or set the mode to explicit",
            null);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether a transfer of this thread leaves it to a span to tell that the connection has ended.
   */
  boolean isExplicitHere() {
    if (mode == BarrierMode.EXPLICIT) {
      return true;
    }
    Thread current = Thread.currentThread();
    lock.lock();
    try {
      return open.stream().anyMatch(span -> span.isOpenedBy(current));
    } finally {
      lock.unlock();
    }
  }

  Span open(Barrier barrier) {
    Span span = new Span(this, barrier, Thread.currentThread());
    lock.lock();
    try {
      checkInitialised(OPEN, barrier);
      segment.checkUsable(OPEN);
      if (open.size() >= OPEN_SPANS_MAX) {
        throw new RsmException(
            RsmError.BARRIER_OPEN_FAILED,
            OPEN,
            OPEN_SPANS_MAX + " spans are open; complete or close them",
            null);
      }
      open.add(span);
    } finally {
      lock.unlock();
    }
    VarHandle.fullFence();
    return span;
  }

  void order(Span span) {
    lock.lock();
    try {
      checkInitialised(ORDER, span.barrier());
      checkOpened(ORDER, open.contains(span));
    } finally {
      lock.unlock();
    }
    VarHandle.fullFence();
  }

  void complete(Span span) {
    lock.lock();
    try {
      checkInitialised(CLOSE, span.barrier());
      checkOpened(CLOSE, open.remove(span));
    } finally {
      lock.unlock();
    }
    // The state is looked at after the last access of the span.
    VarHandle.fullFence();
    segment.checkConnected(CLOSE);
  }

  void abandon(Span span) {
    lock.lock();
    try {
      open.remove(span);
    } finally {
      lock.unlock();
    }
  }

  void destroy(Barrier barrier) {
    if (!remove(barrier)) {
      throw uninitialized(DESTROY);
    }
  }

  boolean remove(Barrier barrier) {
    lock.lock();
    try {
      boolean isRemoved = initialised.remove(barrier);
      open.removeIf(span -> span.barrier() == barrier);
      barTransfers();
      return isRemoved;
    } finally {
      lock.unlock();
    }
  }

  private boolean areTransfersBarred() {
    return mode == BarrierMode.IMPLICIT && initialised.isEmpty();
  }

  private void barTransfers() {
    mappings.bar(areTransfersBarred());
  }

  private void checkInitialised(String operation, Barrier barrier) {
    if (!initialised.contains(barrier)) {
      throw uninitialized(operation);
    }
  }

  private static RsmException uninitialized(String operation) {
    return new RsmException(
        RsmError.BARRIER_UNINITIALIZED, operation, "the barrier was destroyed", null);
  }

  private static void checkOpened(String operation, boolean isOpen) {
    if (!isOpen) {
      throw new RsmException(
          RsmError.BARRIER_NOT_OPENED, operation, "the span has ended already", null);
    }
  }
}
