/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.InterruptHook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs callbacks one after the other on one thread: descriptors that are ready, timers, and
 * commands from other threads.
 *
 * <p>A loop is driven by calls of {@link #turn}, each by the thread that holds the loop at that
 * time. {@link #start} makes a background thread that holds and drives it until {@link #close},
 * except while a thread that {@link #await waits} for it does so; tests and simulators {@link
 * #tryHold hold} it themselves. State that belongs to the loop needs no lock: all callbacks of one
 * holder are seen by the next.
 *
 * <p>An exception of a callback goes to the {@link FailureHandler}. A loop that ends on one logs
 * it, says so by {@link #failure()}, and refuses commands from then on.
 *
 * <p>A loop without work sleeps until the next timer and uses no processor time. Callbacks must not
 * block; what can block belongs on a {@link WorkerPool}.
 *
 * <p>Thread safety: {@link #execute}, {@link #perform}, {@link #await}, {@link #callBack}, {@link
 * #close}, {@link #isLoopThread} and the questions about state by any thread; everything else only
 * by the thread that holds the loop.
 */
public final class EventLoop implements Executor, AutoCloseable {
  /** The most commands that may wait; one more is refused. */
  public static final int MOST_COMMANDS = 1 << 16;

  private static final int COMMANDS_PER_TURN = 256;
  private static final int TIMERS_PER_TURN = 256;

  /** With busy pollers, how many turns that need not sleep share one look at the poller. */
  private static final int TURNS_PER_POLL = 16;

  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  /** A wait longer than this, 73 years, counts as for ever. */
  private static final long LONGEST_NANOS = Long.MAX_VALUE / 4;

  private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());

  private final LoopOptions options;
  private final Poller poller;
  private final TimerWheel timers;
  private final Registrations registrations = new Registrations();
  private final LoopCommands commands = new LoopCommands();

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

  private final HoldWords words;
  private final LoopHold hold;
  private final ConcurrentLinkedQueue<Runnable> callbacks = new ConcurrentLinkedQueue<>();

  /** Made once, so that a turn allocates nothing. */
  private final Poller.Ready ready = this::dispatch;

  private final InterruptHook interrupts;

  private volatile @Nullable Thread thread;

  private final List<BusyPoller> busyPollers = new ArrayList<>();
  private int turnsSincePoll;

  /** What the borrower that drives waits for; the holder's own. */
  private @Nullable BooleanSupplier borrowersWait;

  /** When a borrower's turn must end; the holder's own. */
  private long turnEndNanos = LoopHold.FOREVER;

  /** A command that must know when it will never run. */
  interface Droppable extends Runnable {
    /** Is called at most once, instead of {@link #run}, by the thread that ended the loop. */
    void dropped();
  }

  private enum State {
    NEW,
    OPEN,
    CLOSING,
    CLOSED
  }

  /**
   * Makes a loop without a thread of its own.
   *
   * @param options its parts
   */
  public EventLoop(LoopOptions options) {
    this(options, new HoldWords());
  }

  /** For tests that stand between the steps of threads. */
  EventLoop(LoopOptions options, HoldWords words) {
    this.options = options;
    this.poller = options.poller();
    this.timers = new TimerWheel(options.clock().nanos());
    this.interrupts = new InterruptHook(poller::wake);
    this.words = words;
    this.hold = new LoopHold(words, new LoopDriving(this, options));
  }

  /**
   * Makes a loop and starts its thread.
   *
   * @param options its parts
   * @return the running loop, owned by the caller
   */
  public static EventLoop started(LoopOptions options) {
    EventLoop loop = new EventLoop(options);
    loop.start();
    return loop;
  }

  /**
   * Starts the background thread, a daemon.
   *
   * @throws IllegalStateException if it was started before or the loop is closed
   */
  public void start() {
    Thread created = Thread.ofPlatform().daemon().name(options.name()).unstarted(this::drive);
    begin(created);
    created.start();
  }

  /** Makes a thread the background thread, which will call {@link #drive}. */
  void begin(Thread background) {
    if (!state.compareAndSet(State.NEW, State.OPEN)) {
      throw new IllegalStateException("loop " + options.name() + " is " + state.get());
    }
    thread = background;
    hold.background(background);
  }

  /**
   * Makes the calling thread the one that holds the loop, unless another holds it.
   *
   * @return whether the caller holds it now
   */
  @CheckReturnValue
  public boolean tryHold() {
    return hold.tryHold();
  }

  /**
   * Gives the loop up, so that another thread can hold it.
   *
   * @throws IllegalStateException if the calling thread does not hold it
   */
  public void release() {
    requireLoopThread();
    hold.release();
  }

  /**
   * Does what there is to do once: commands, timers that are due, and descriptors that are ready,
   * each up to a bound. If there is nothing it waits for events.
   *
   * @param maxWaitNanos the longest wait; zero just looks; the next timer shortens it
   * @return how much was done; zero if nothing
   * @throws IllegalStateException if the calling thread does not hold the loop, or the loop has
   *     ended
   */
  public int turn(long maxWaitNanos) {
    requireLoopThread();
    if (failure.get() != null || state.get() == State.CLOSED) {
      throw new IllegalStateException("loop " + options.name() + " has ended");
    }
    int work = runCommands() + runTimers() + runBusyPollers();
    long waitNanos = work > 0 || maxWaitNanos <= 0 ? 0 : waitNanos(maxWaitNanos);
    if (waitNanos == 0 && !busyPollers.isEmpty() && ++turnsSincePoll < TURNS_PER_POLL) {
      return work;
    }
    turnsSincePoll = 0;
    if (waitNanos > 0) {
      words.setSleeping(true);
      // Looked at after the flag is up: whoever adds a command from now on sees the flag.
      if (hasReasonToLook()) {
        words.setSleeping(false);
        waitNanos = 0;
      }
    }
    work += waitNanos > 0 ? sleep(waitNanos) : poller.poll(0, ready);
    if (thread == null) {
      runCallbacks();
    }
    return work;
  }

  /**
   * Runs a task on the loop's thread, after those given before by the same thread.
   *
   * @param command the task
   * @throws RejectedExecutionException if the loop has ended, or {@link #MOST_COMMANDS} wait
   *     already
   */
  @Override
  public void execute(Runnable command) {
    if (commands.count() >= MOST_COMMANDS) {
      throw new RejectedExecutionException(
          "loop " + options.name() + " has commands=" + MOST_COMMANDS + " waiting");
    }
    if (!post(command)) {
      throw new RejectedExecutionException("loop " + options.name() + " has ended");
    }
  }

  /**
   * Runs a task on the loop: at once and by the calling thread if nobody drives the loop at the
   * moment, else as {@link #execute} does. Virtual threads always leave it to others.
   *
   * @param task must not block
   * @throws RejectedExecutionException as {@link #execute}
   */
  public void perform(Runnable task) {
    if (Thread.currentThread().isVirtual() || !hold.tryHold()) {
      execute(task);
      return;
    }
    try {
      if (!isOpen()) {
        throw new RejectedExecutionException("loop " + options.name() + " has ended");
      }
      runGuarded(task);
      hold.wakeDone();
    } finally {
      hold.release();
    }
  }

  /**
   * Waits until a condition holds that the loop brings about. A platform thread drives the loop
   * meanwhile if it can have it, so that what it waits for needs no hand-over to it; the background
   * thread stands by, and takes over a loop that nobody has driven for a millisecond or two.
   *
   * @param isDone reads volatile fields that change on the loop; is called by any thread, often,
   *     and must neither block nor throw
   * @param timeoutNanos how long to wait, negative for ever, zero just looks
   * @return how it ended
   * @throws IllegalStateException if the caller is a callback of this loop, which would wait for
   *     itself
   */
  @CheckReturnValue
  public WaitOutcome await(BooleanSupplier isDone, long timeoutNanos) {
    if (!mayAwait()) {
      throw new IllegalStateException(
          "a callback of loop " + options.name() + " can not wait for the loop");
    }
    if (isDone.getAsBoolean()) {
      return WaitOutcome.DONE;
    }
    long now = timeoutNanos < 0 ? 0 : options.clock().nanos();
    boolean isForever = timeoutNanos < 0 || timeoutNanos > LONGEST_NANOS;
    return hold.await(isDone, isForever ? LoopHold.FOREVER : now + timeoutNanos);
  }

  /**
   * Runs a task on the loop and waits for its end; at once on the loop's own thread. Unlike {@link
   * #await} it may be used by what {@link #callBack} runs. An interrupt does not end the wait and
   * stays set.
   *
   * @param <T> what the task gives
   * @param task must not block
   * @return what it gave
   * @throws RejectedExecutionException as {@link #execute}, or if the loop ends meanwhile
   * @throws RuntimeException whatever the task throws
   */
  public <T extends @Nullable Object> T call(Supplier<T> task) {
    LoopCall<T> call = new LoopCall<>(task);
    if (isLoopThread()) {
      call.run();
    } else {
      perform(call);
      boolean wasInterrupted = false;
      while (hold.await(call, LoopHold.FOREVER) == WaitOutcome.INTERRUPTED) {
        wasInterrupted |= Thread.interrupted();
      }
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return call.result("loop " + options.name() + " has ended");
  }

  /**
   * Makes threads look again that wait for a condition which another thread than the loop's has
   * changed.
   */
  public void wakeWaiters() {
    hold.wakeDone();
    // One of them may drive the loop, and sleeps in the poller.
    boolean _ = wakeSleeper();
  }

  /**
   * Runs a task on the background thread while that does not hold the loop: application code, which
   * may take long and must not run on a thread that only borrows the loop. A loop that was never
   * started runs it at the end of a turn.
   *
   * @param task what to run; it must not wait for the loop
   */
  public void callBack(Runnable task) {
    callbacks.add(task);
    Thread running = thread;
    if (running != null) {
      // Asleep in the poller or standing by; a sleeping borrower looks once for nothing.
      boolean _ = wakeSleeper();
      words.unpark(running);
    }
  }

  /**
   * Watches a descriptor.
   *
   * @param descriptor what to watch; it stays the caller's and open until the registration is
   *     cancelled
   * @param events {@code POLL} flags of {@link dev.atoll.posix.WaitCalls}
   * @param handler receives the events on the loop's thread
   * @return the registration
   * @throws IllegalStateException if the calling thread does not hold the loop
   * @throws dev.atoll.posix.ErrnoException if the kernel refuses
   */
  public Registration register(Descriptor descriptor, int events, Registration.Handler handler) {
    requireLoopThread();
    Registration registration = registrations.add(this, descriptor, handler);
    try {
      poller.add(descriptor, events, registration.key());
    } catch (Throwable refused) {
      registrations.remove(registration.key());
      throw refused;
    }
    return registration;
  }

  /**
   * Adds something to look at in each turn, before the descriptors. With it, turns that need not
   * sleep look at the descriptors only now and then: what is hot is read directly, and the poller
   * is for sleeping. A turn that sleeps always waits for the descriptors too, so whatever may bring
   * work must be registered as well.
   *
   * @param busyPoller what to call; once for each time it was added
   * @throws IllegalStateException if the calling thread does not hold the loop
   */
  public void addBusyPoller(BusyPoller busyPoller) {
    requireLoopThread();
    busyPollers.add(Objects.requireNonNull(busyPoller, "busyPoller"));
  }

  /**
   * Takes back {@link #addBusyPoller}. It is not called any more, not even in this turn.
   *
   * @param busyPoller what was added; nothing happens if it was not
   * @throws IllegalStateException if the calling thread does not hold the loop
   */
  public void removeBusyPoller(BusyPoller busyPoller) {
    requireLoopThread();
    busyPollers.remove(busyPoller);
  }

  /**
   * Runs a task once, some time from now.
   *
   * @param delayNanos how long from now; zero or less for the next turn
   * @param task what to run on the loop's thread
   * @return the timer
   * @throws IllegalStateException if the calling thread does not hold the loop
   */
  public Timer schedule(long delayNanos, Runnable task) {
    requireLoopThread();
    return timers.schedule(options.clock().nanos() + Math.max(0, delayNanos), task);
  }

  /**
   * Reads the loop's clock.
   *
   * @return nanoseconds, as {@link dev.atoll.base.Clock}
   */
  public long nanos() {
    return options.clock().nanos();
  }

  /**
   * Tells whether the calling thread holds the loop.
   *
   * @return true inside callbacks
   */
  public boolean isLoopThread() {
    return hold.isHeldHere();
  }

  /**
   * Tells whether the loop takes commands.
   *
   * @return false once it is closed or has failed
   */
  public boolean isOpen() {
    State now = state.get();
    return failure.get() == null && (now == State.NEW || now == State.OPEN);
  }

  /**
   * Tells whether the calling thread may {@link #await}.
   *
   * @return false in callbacks of this loop
   */
  public boolean mayAwait() {
    return !isLoopThread() && !hold.isBackground();
  }

  /**
   * Tells what ended the loop.
   *
   * @return what a callback threw, or null if the loop has not failed
   */
  public @Nullable Throwable failure() {
    return failure.get();
  }

  /**
   * Ends the loop: commands that wait are run, then the thread ends and the poller is closed. A
   * second call does nothing. On the loop's own thread it only asks for the end, which comes after
   * the turn.
   *
   * @throws IllegalStateException if the thread did not end within ten seconds, with what it is
   *     doing, or if another thread holds a loop that was never started
   */
  @Override
  public void close() {
    if (state.compareAndSet(State.NEW, State.CLOSING)) {
      closeUnstarted();
      return;
    }
    if (state.compareAndSet(State.OPEN, State.CLOSING)) {
      poller.wake();
      hold.announce();
    }
    Thread running = thread;
    if (running != null && !isLoopThread()) {
      ThreadEnds.await(List.of(running), CLOSE_WAIT);
    }
  }

  @Override
  public String toString() {
    return "loop " + options.name() + " " + state.get() + (failure.get() == null ? "" : " FAILED");
  }

  /** Adds a command beyond the bound; for results whose number others bound. */
  boolean post(Runnable command) {
    commands.add(Objects.requireNonNull(command, "command"));
    if (!isOpen() && commands.remove(command)) {
      // The loop may have looked for the last time before the command came.
      return false;
    }
    if (!wakeSleeper()) {
      hold.announce();
    }
    return true;
  }

  void requireLoopThread() {
    if (!isLoopThread()) {
      throw new IllegalStateException(
          "thread " + Thread.currentThread().getName() + " does not hold loop " + options.name());
    }
  }

  Poller poller() {
    return poller;
  }

  LoopHold hold() {
    return hold;
  }

  boolean hasCommands() {
    return !commands.isEmpty();
  }

  /** Says what the thread that borrows the loop waits for, and when its turns must end. */
  void borrowedFor(@Nullable BooleanSupplier awaited, long endNanos) {
    borrowersWait = awaited;
    turnEndNanos = endNanos;
  }

  Registrations registrations() {
    return registrations;
  }

  /** What the background thread does. */
  void drive() {
    try {
      hold.standBy(true);
      long maxWaitNanos = IdlePolicy.LOOK;
      while (state.get() == State.OPEN && failure.get() == null) {
        int work = turn(maxWaitNanos);
        if (work > 0) {
          hold.wakeDone();
        }
        maxWaitNanos = options.idlePolicy().idle(work);
        if (hold.isWanted() || !callbacks.isEmpty()) {
          boolean isShort = !hold.isWanted();
          hold.release();
          hold.standBy(isShort);
          maxWaitNanos = IdlePolicy.LOOK;
        }
      }
      finish();
    } catch (Throwable broken) {
      fail(broken);
      end();
    }
    runCallbacks();
  }

  private void finish() {
    runLeftCommands();
    end();
  }

  /** Runs the commands that came before the close, a bounded number since no more are taken. */
  private void runLeftCommands() {
    int done = 1;
    while (done > 0) {
      done = runCommands();
    }
  }

  private void end() {
    state.set(State.CLOSED);
    try {
      // Once more: a command may have come between the last look and the close. Whoever posts from
      // now on either takes it back himself and is refused, or finds it run.
      runLeftCommands();
      if (failure.get() != null) {
        commands.drop();
      }
      poller.close();
    } finally {
      hold.end();
    }
  }

  private void closeUnstarted() {
    if (!tryHold() && !isLoopThread()) {
      state.set(State.NEW);
      throw new IllegalStateException("loop " + options.name() + " is held by " + hold.holder());
    }
    finish();
  }

  private int sleep(long waitNanos) {
    boolean isBorrowed = !hold.isBackground();
    if (isBorrowed) {
      interrupts.enter();
    }
    try {
      return poller.poll(waitNanos == Long.MAX_VALUE ? -1 : waitNanos, ready);
    } finally {
      words.setSleeping(false);
      if (isBorrowed) {
        interrupts.leave();
      }
    }
  }

  private boolean hasReasonToLook() {
    BooleanSupplier awaited = borrowersWait;
    return !commands.isEmpty()
        || state.get() == State.CLOSING
        || (awaited != null && awaited.getAsBoolean())
        || (hold.isBackground() && (hold.isWanted() || !callbacks.isEmpty()));
  }

  /** Ends the sleep of the thread that drives; false if none sleeps. */
  boolean wakeSleeper() {
    boolean slept = words.takeSleeping();
    if (slept) {
      poller.wake();
    }
    return slept;
  }

  void runCallbacks() {
    for (Runnable next = callbacks.poll(); next != null; next = callbacks.poll()) {
      runGuarded(next);
    }
  }

  private boolean isTurnOver() {
    return turnEndNanos != LoopHold.FOREVER && turnEndNanos - options.clock().nanos() <= 0;
  }

  private int runCommands() {
    int done = 0;
    while (done < COMMANDS_PER_TURN && failure.get() == null && !(done > 0 && isTurnOver())) {
      Runnable command = commands.poll();
      if (command == null) {
        break;
      }
      done++;
      runGuarded(command);
    }
    return done;
  }

  private void runGuarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable thrown) {
      decide(thrown);
    }
  }

  private int runTimers() {
    if (timers.size() == 0 || failure.get() != null) {
      return 0;
    }
    try {
      return timers.advance(options.clock().nanos(), TIMERS_PER_TURN);
    } catch (Throwable thrown) {
      decide(thrown);
      return 1;
    }
  }

  private int runBusyPollers() {
    // Read anew each time round: a poller may add and remove.
    int done = 0;
    for (int i = 0; i < busyPollers.size() && failure.get() == null && !isTurnOver(); i++) {
      try {
        done += busyPollers.get(i).poll();
      } catch (Throwable thrown) {
        done++;
        decide(thrown);
      }
    }
    return done;
  }

  private long waitNanos(long maxWaitNanos) {
    return Math.max(0, Math.min(maxWaitNanos, timers.nanosToNext(options.clock().nanos())));
  }

  private void dispatch(long key, int events) {
    if (isTurnOver()) {
      // Level-triggered: whoever drives next is told again.
      return;
    }
    Registration registration = registrations.find(key);
    if (registration == null || failure.get() != null || state.get() == State.CLOSED) {
      // Cancelled by an earlier callback of this turn, or nobody is to be called any more.
      return;
    }
    try {
      registration.handler().ready(events);
    } catch (Throwable thrown) {
      decide(thrown);
    }
  }

  private void decide(Throwable thrown) {
    FailureHandler.Decision decision;
    try {
      decision = options.failureHandler().failed(thrown);
    } catch (Throwable worse) {
      worse.addSuppressed(thrown);
      fail(worse);
      return;
    }
    if (decision == FailureHandler.Decision.STOP) {
      fail(thrown);
    }
  }

  private void fail(Throwable thrown) {
    if (failure.compareAndSet(null, thrown)) {
      LOG.log(System.Logger.Level.ERROR, "event=loop-failed name=" + options.name(), thrown);
    }
  }
}
