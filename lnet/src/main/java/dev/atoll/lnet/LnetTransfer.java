/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.EventLoop;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Memory that puts come from and gets go to, one after the other: made once by {@link
 * LnetNode#transfer}, used as often as wanted. Several under way at once are several transfers,
 * perhaps over the same memory.
 *
 * <p>Each use is begun by {@link #put} or {@link #get}, ends exactly once, in the end with a status
 * that says it has timed out, and must have ended before the next. In between the memory belongs to
 * the node. Beginning, ending and waiting allocate nothing while the waiting thread drives the
 * node's loop.
 *
 * <p>Thread safety: any thread, but one at a time between a begin and its end.
 */
public final class LnetTransfer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LnetTransfer.class.getName());
  private static final int CANCELED = LnetErrno.CANCELED;

  private static final int READY = 0;
  private static final int UNDER_WAY = 1;
  private static final int CLOSED = 2;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(LnetTransfer.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EventLoop loop;
  private final LnetEngine engine;
  private final MemoryDescriptor descriptor;
  private final LnetOperation operation = new LnetOperation();

  // Made once, so that a use allocates nothing.
  private final Runnable begin = this::begin;
  private final BooleanSupplier isDone = this::isDone;
  private final Runnable tell = this::tell;

  private @Nullable CompletionCounter counter;
  private @Nullable Consumer<LnetTransfer> listener;
  private boolean wantsAck = true;
  private boolean isGet;

  private volatile int state = READY;
  private volatile boolean isUnlinked;

  // Of the use under way; the loop's.
  private boolean hasLeft;
  private boolean isAnswered;
  private int status;
  private int movedLength;

  /** Binds the memory; on the loop. */
  LnetTransfer(LnetEngine engine, Pieces memory) {
    this.loop = engine.loop();
    this.engine = engine;
    this.descriptor = engine.bind(memory, MemoryOptions.forInitiator(), this::handle, null);
  }

  /**
   * Says where to.
   *
   * @param destination of the uses from now on
   * @return this
   */
  public LnetTransfer to(LnetDestination destination) {
    requireNotUnderWay();
    operation.target = destination.target();
    operation.portal = destination.portal();
    operation.matchBits = destination.matchBits();
    return this;
  }

  /**
   * Says where in the target's memory, for memory whose offset the initiator chooses.
   *
   * @param offset of the uses from now on, unsigned
   * @return this
   */
  public LnetTransfer at(int offset) {
    requireNotUnderWay();
    operation.offset = offset;
    return this;
  }

  /**
   * Sets the word that comes with a put.
   *
   * @param word of the uses from now on; the target's event has it
   * @return this
   */
  public LnetTransfer headerData(long word) {
    requireNotUnderWay();
    operation.headerData = word;
    return this;
  }

  /**
   * Says whether puts are acknowledged. Without, a put ends when it has left, and nobody knows what
   * became of it.
   *
   * @param wanted of the uses from now on; true at first
   * @return this
   */
  public LnetTransfer acknowledged(boolean wanted) {
    requireNotUnderWay();
    wantsAck = wanted;
    return this;
  }

  /**
   * Says how long a use may take.
   *
   * @param timeout of the uses from now on; zero for the node's usual time
   * @return this
   */
  public LnetTransfer timeout(Duration timeout) {
    requireNotUnderWay();
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout=" + timeout + " is negative");
    }
    operation.timeoutNanos = timeout.toNanos();
    return this;
  }

  /**
   * Counts the ends of all uses from now on.
   *
   * @param counts of the same node
   * @return this
   */
  public LnetTransfer counted(CompletionCounter counts) {
    requireNotUnderWay();
    counter = counts;
    return this;
  }

  /**
   * Tells of the ends of all uses from now on.
   *
   * @param told is called by the node's background thread; must not wait for the node
   * @return this
   */
  public LnetTransfer whenDone(Consumer<LnetTransfer> told) {
    requireNotUnderWay();
    listener = told;
    return this;
  }

  /**
   * Begins to put bytes of the memory ({@code LNetPut}).
   *
   * @param localOffset where they begin
   * @param length how many, at most {@link LnetOperation#LENGTH_MAX}
   * @return this, under way
   * @throws IllegalStateException if a use is under way, or this is closed
   * @throws LnetException if the node is closed
   */
  public LnetTransfer put(long localOffset, int length) {
    start(false, localOffset, length);
    return this;
  }

  /**
   * Begins to get bytes into the memory ({@code LNetGet}).
   *
   * @param localOffset where they go
   * @param length how many, at most {@link LnetOperation#LENGTH_MAX}
   * @return this, under way
   * @throws IllegalStateException if a use is under way, or this is closed
   * @throws LnetException if the node is closed
   */
  public LnetTransfer get(long localOffset, int length) {
    start(true, localOffset, length);
    return this;
  }

  /**
   * Tells whether no use is under way.
   *
   * @return whether status and memory may be looked at
   */
  public boolean isDone() {
    return state != UNDER_WAY;
  }

  /**
   * Tells how the latest use ended.
   *
   * @return zero, or a negative errno; meaningless while one is under way
   */
  public int status() {
    return status;
  }

  /**
   * Tells how much the latest use has moved.
   *
   * @return bytes that the target kept, or that a get brought; without ACK those that left
   */
  public int movedLength() {
    return movedLength;
  }

  /**
   * Waits until the use under way has ended, well or not.
   *
   * @param timeout how long to wait, negative for ever; the use goes on if it is over first
   * @return whether it has ended; false if the time was up first
   * @throws InterruptedException if the thread was interrupted first
   * @throws LnetException if the node was closed
   * @throws IllegalStateException in a callback of the node, which can not wait
   */
  public boolean await(Duration timeout) throws InterruptedException {
    return LnetErrors.isDone(loop.await(isDone, timeout.toNanos()));
  }

  /**
   * Waits until the use under way has ended well.
   *
   * @return {@link #movedLength}
   * @throws InterruptedException if the thread was interrupted first; the use goes on
   * @throws LnetException if it has failed, or the node was closed
   * @throws IllegalStateException in a callback of the node, which can not wait
   */
  public int join() throws InterruptedException {
    boolean _ = LnetErrors.isDone(loop.await(isDone, -1));
    if (status != 0) {
      throw LnetErrors.of(toString(), status);
    }
    return movedLength;
  }

  /**
   * Gives the memory back: a use under way is given up, and the call waits until the network lets
   * go of the memory. In a callback of the node it does not wait. A second call does nothing.
   */
  @Override
  public void close() {
    if (isUnlinked) {
      return;
    }
    try {
      int _ = loop.call(() -> engine.unlinkNow(descriptor));
    } catch (RejectedExecutionException closed) {
      LOG.log(Level.DEBUG, "event=transfer-closed-late", closed);
      return;
    }
    if (loop.mayAwait()) {
      LnetNode.awaitUninterruptibly(loop, () -> isUnlinked);
    }
  }

  @Override
  public String toString() {
    return (isGet ? "get of bytes=" : "put of bytes=")
        + operation.length
        + (isGet ? " from " : " to ")
        + operation.target
        + " portal="
        + operation.portal
        + " matchBits="
        + Long.toHexString(operation.matchBits);
  }

  private void start(boolean isNextGet, long localOffset, int length) {
    if (!STATE.compareAndSet(this, READY, UNDER_WAY)) {
      throw new IllegalStateException(state == CLOSED ? "closed" : "under way: " + this);
    }
    isGet = isNextGet;
    operation.localOffset = localOffset;
    operation.length = length;
    operation.wantsAck = wantsAck && !isNextGet;
    try {
      loop.perform(begin);
    } catch (RejectedExecutionException e) {
      state = CLOSED;
      throw LnetErrors.closed(e);
    }
  }

  private void begin() {
    hasLeft = false;
    isAnswered = !isGet && !operation.wantsAck;
    status = 0;
    movedLength = 0;
    int refused = isGet ? engine.get(descriptor, operation) : engine.put(descriptor, operation);
    if (refused != 0) {
      end(refused);
    }
  }

  /** Takes an event; on the loop. */
  private void handle(LnetEvent event) {
    switch (event.type()) {
      case SEND -> {
        hasLeft = true;
        if (event.status() != 0) {
          isAnswered = true;
          status = event.status();
        } else if (!isGet && !operation.wantsAck) {
          movedLength = event.movedLength();
        }
      }
      case ACK, REPLY -> {
        isAnswered = true;
        movedLength = event.movedLength();
        status = status == 0 ? event.status() : status;
      }
      case UNLINK, PUT, GET -> {
        // An end, looked at below; a free descriptor hears of no others.
      }
    }
    if (event.isUnlinked()) {
      isUnlinked = true;
      if (state == UNDER_WAY && !(hasLeft && isAnswered)) {
        status = status == 0 ? CANCELED : status;
      }
      finish(CLOSED);
    } else if (hasLeft && isAnswered && state == UNDER_WAY) {
      finish(READY);
    }
  }

  private void end(int refused) {
    status = refused;
    finish(READY);
  }

  private void finish(int next) {
    boolean wasUnderWay = state == UNDER_WAY;
    state = next;
    if (wasUnderWay) {
      CompletionCounter counts = counter;
      if (counts != null) {
        counts.count(status);
      }
      if (listener != null) {
        loop.callBack(tell);
      }
    }
  }

  private void tell() {
    Consumer<LnetTransfer> told = listener;
    if (told != null) {
      LnetNode.guarded(() -> told.accept(this));
    }
  }

  private void requireNotUnderWay() {
    if (state == UNDER_WAY) {
      throw new IllegalStateException("under way: " + this);
    }
  }
}
