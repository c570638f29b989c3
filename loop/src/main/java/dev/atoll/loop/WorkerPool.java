/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import dev.atoll.base.CheckReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A few threads for everything that can block, which give their results back to a loop.
 *
 * <p>Number of threads and length of the queue are fixed; a task that finds no room is refused, and
 * the caller decides what that means. Each task that was accepted is answered exactly once on the
 * loop, unless the loop has ended by then; a result that is {@link AutoCloseable} is then closed,
 * so that nothing leaks.
 *
 * <p>Thread safety: all methods by any thread.
 */
public final class WorkerPool implements AutoCloseable {
  private static final int MOST_THREADS = 256;
  private static final int MOST_QUEUED = 1 << 16;
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);
  private static final System.Logger LOG = System.getLogger(WorkerPool.class.getName());

  private final String name;
  private final EventLoop loop;
  private final BlockingQueue<Task<?>> queue;
  private final List<Thread> threads = new ArrayList<>();
  private final Object closeLock = new Object();
  private volatile boolean isOpen = true;

  /**
   * Makes a pool and starts its threads, all daemons.
   *
   * @param name names the threads
   * @param threadCount how many, from 1 to 256
   * @param queueCapacity how many tasks may wait besides those that run, from 1 to 65536
   * @param loop where results go; it should be closed after the pool
   * @throws IllegalArgumentException if a number is not as described
   */
  public WorkerPool(String name, int threadCount, int queueCapacity, EventLoop loop) {
    if (threadCount < 1 || threadCount > MOST_THREADS) {
      throw new IllegalArgumentException("threadCount=" + threadCount + " is not from 1 to 256");
    }
    if (queueCapacity < 1 || queueCapacity > MOST_QUEUED) {
      throw new IllegalArgumentException(
          "queueCapacity=" + queueCapacity + " is not from 1 to " + MOST_QUEUED);
    }
    this.name = name;
    this.loop = loop;
    this.queue = new ArrayBlockingQueue<>(queueCapacity);
    for (int i = 0; i < threadCount; i++) {
      threads.add(Thread.ofPlatform().daemon().name(name + "-" + i).unstarted(this::work));
    }
    threads.forEach(Thread::start);
  }

  /**
   * Runs a task on a worker and its answer on the loop.
   *
   * @param <T> what the task gives
   * @param task what may block; it should end when interrupted
   * @param onLoop receives result and failure on the loop's thread: exactly one of them is not
   *     null, except that a task may give null; {@link CancellationException} if the pool was
   *     closed before the task began
   * @return false if the queue is full or the pool closed; nothing will happen then
   */
  @CheckReturnValue
  public <T> boolean submit(
      Callable<? extends @Nullable T> task,
      BiConsumer<? super @Nullable T, ? super @Nullable Throwable> onLoop) {
    synchronized (closeLock) {
      return isOpen && queue.offer(new Task<T>(task, onLoop));
    }
  }

  /**
   * Tells how many tasks wait for a thread.
   *
   * @return the number
   */
  public int queuedTasks() {
    return queue.size();
  }

  /**
   * Ends the pool: no more tasks are taken, those that wait are cancelled, those that run are
   * interrupted and waited for. A second call does nothing.
   *
   * @throws IllegalStateException if a task did not end within ten seconds, with what it is doing
   */
  @Override
  public void close() {
    List<Task<?>> waiting = new ArrayList<>();
    synchronized (closeLock) {
      if (!isOpen) {
        return;
      }
      isOpen = false;
      queue.drainTo(waiting);
    }
    for (Task<?> task : waiting) {
      task.answer(loop, null, new CancellationException("worker pool " + name + " was closed"));
    }
    threads.forEach(Thread::interrupt);
    // A task that closes its own pool ends after this call, so it is not waited for.
    List<Thread> others = new ArrayList<>(threads);
    others.remove(Thread.currentThread());
    ThreadEnds.await(others, CLOSE_WAIT);
  }

  private void work() {
    while (isOpen) {
      try {
        queue.take().run(loop);
      } catch (InterruptedException e) {
        // Only close interrupts an idle worker; a stray interrupt leads back to the queue.
        if (isOpen) {
          LOG.log(System.Logger.Level.DEBUG, "event=worker-interrupted name={0}", name);
        }
      }
    }
  }

  /** A task and where its answer goes. */
  private record Task<T>(
      Callable<? extends @Nullable T> task,
      BiConsumer<? super @Nullable T, ? super @Nullable Throwable> onLoop) {

    void run(EventLoop loop) {
      T result = null;
      Throwable failure = null;
      try {
        result = task.call();
      } catch (Throwable thrown) {
        failure = thrown;
      }
      answer(loop, result, failure);
    }

    void answer(EventLoop loop, @Nullable T result, @Nullable Throwable failure) {
      Answer<T> answer = new Answer<>(onLoop, result, failure);
      if (!loop.post(answer)) {
        answer.dropped();
      }
    }
  }

  /** What a task gave, on its way to the loop. */
  private record Answer<T>(
      BiConsumer<? super @Nullable T, ? super @Nullable Throwable> onLoop,
      @Nullable T result,
      @Nullable Throwable failure)
      implements EventLoop.Droppable {

    @Override
    public void run() {
      onLoop.accept(result, failure);
    }

    @Override
    public void dropped() {
      try {
        if (result instanceof AutoCloseable closeable) {
          closeable.close();
        }
      } catch (Exception e) {
        LOG.log(System.Logger.Level.WARNING, "event=result-dropped", e);
      }
      if (failure != null) {
        LOG.log(System.Logger.Level.DEBUG, "event=failure-dropped", failure);
      }
    }
  }
}
