/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Clock;
import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.DevicePort;
import dev.atoll.link.Reply;
import dev.atoll.loop.EpollPoller;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.FailureHandler;
import dev.atoll.loop.IdlePolicy;
import dev.atoll.loop.LoopOptions;
import dev.atoll.loop.WorkerPool;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A device: the privileged side, on a loop and workers of its own.
 *
 * <p>Programs of the same process come in through {@link #port}, those of other processes through
 * the socket that {@link #listen} opens. Thread safety: all methods may be called by any thread.
 */
public final class Device implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Device.class.getName());
  private static final int WORKERS = 2;
  private static final int WORK_QUEUE = 1024;

  /** More than one user may occupy: {@link TransferShares#EACH_MAX}. */
  private static final int TRANSFER_WORKERS = 2 * TransferShares.EACH_MAX;

  private final Posix posix;
  private final Clock clock;
  private final DeviceConfig config;
  private final EventLoop loop;
  private final WorkerPool workers;
  private final WorkerPool transferWorkers;
  private final SegmentAgent agent;
  private final DescriptorCloser closer = new DescriptorCloser();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private volatile @Nullable Runnable stopOrder;
  private @Nullable SocketServer server;
  private volatile @Nullable ListeningPlace place;

  private Device(
      Posix posix, Clock clock, DeviceConfig config, EventLoop loop, RandomGenerator random) {
    this.posix = posix;
    this.clock = clock;
    this.config = config;
    this.loop = loop;
    this.workers = new WorkerPool("atoll-worker", WORKERS, WORK_QUEUE, loop);
    this.transferWorkers = new WorkerPool("atoll-transfer", TRANSFER_WORKERS, WORK_QUEUE, loop);
    this.agent = new SegmentAgent(posix, new LoopPorts(), config, random);
  }

  /**
   * Starts a device that nobody can reach from outside yet.
   *
   * @param posix the operating system
   * @param clock what waits are measured on
   * @param config what it is told
   * @param random where its incarnation comes from
   * @return the running device, owned by the caller
   */
  public static Device start(
      Posix posix, Clock clock, DeviceConfig config, RandomGenerator random) {
    return start(posix, clock, config, random, () -> {});
  }

  /**
   * Starts a device that nobody can reach from outside yet.
   *
   * @param posix the operating system
   * @param clock what waits are measured on
   * @param config what it is told
   * @param random where its incarnation comes from
   * @param whenFailed runs once if the device can not go on; it must not wait
   * @return the running device, owned by the caller
   */
  public static Device start(
      Posix posix, Clock clock, DeviceConfig config, RandomGenerator random, Runnable whenFailed) {
    FailureHandler failure = thrown -> decide(thrown, whenFailed);
    EventLoop loop =
        EventLoop.started(
            new LoopOptions(
                "atoll-loop", new EpollPoller(posix), clock, IdlePolicy.sleeping(), failure));
    return new Device(posix, clock, config, loop, random);
  }

  /**
   * What one program's request broke has been taken from that program by now; the others go on.
   * Only a virtual machine that is itself broken ends the device.
   */
  private static FailureHandler.Decision decide(Throwable thrown, Runnable whenFailed) {
    LOG.log(Level.ERROR, "event=device-failure", thrown);
    if (thrown instanceof VirtualMachineError) {
      whenFailed.run();
      return FailureHandler.Decision.STOP;
    }
    return FailureHandler.Decision.CONTINUE;
  }

  /**
   * Gives the way in for programs of this process.
   *
   * @return the port
   */
  public DevicePort port() {
    return events -> EmbeddedPeer.open(posix, loop, agent, events);
  }

  /**
   * Takes a directory: from now on no other device can, and the ids that the system assigns go on
   * where the last device of the directory ended. Nobody can connect yet.
   *
   * @param directory where to listen later; made if missing
   * @throws dev.atoll.link.LinkException if the directory is not safe, or another device has it
   * @throws dev.atoll.posix.ErrnoException if a call fails
   * @throws java.io.UncheckedIOException if the directory or its id file can not be used
   */
  public void occupy(DeviceDirectory directory) {
    if (place != null) {
      throw new IllegalStateException("the device has a directory already");
    }
    ListeningPlace taken = ListeningPlace.take(posix, directory, config.users());
    boolean isTaken = false;
    try {
      var file = new IdFile(directory);
      long end = AssignedIds.prepare(file);
      isTaken =
          onLoop(() -> {
            agent.assignedIds().continueFrom(file, end);
            place = taken;
            return true;
          });
    } finally {
      if (!isTaken) {
        taken.close();
      }
    }
  }

  /**
   * Opens the way in for programs of other processes.
   *
   * @param directory where to listen, taken as by {@link #occupy} unless that has been called
   * @throws dev.atoll.link.LinkException if the directory is not safe, or another device listens
   *     there
   * @throws dev.atoll.posix.ErrnoException if a call fails
   * @throws java.io.UncheckedIOException if the directory or its id file can not be used
   */
  public void listen(DeviceDirectory directory) {
    if (server != null) {
      throw new IllegalStateException("the device listens already");
    }
    if (place == null) {
      occupy(directory);
    }
    Descriptor socket = Objects.requireNonNull(place).listen();
    boolean isListening = false;
    try {
      isListening = onLoop(() -> serve(socket));
    } finally {
      if (!isListening) {
        socket.close();
      }
    }
  }

  private boolean serve(Descriptor socket) {
    server = new SocketServer(new SocketServer.Parts(posix, loop, agent, closer), config, socket);
    server.start();
    return true;
  }

  /**
   * Lets the owner of the device and root end it by a request. Without this such requests are
   * refused, since the process has other work to do than to be a device.
   *
   * @param order runs on the loop for each such request; it must not wait, and sees to it that
   *     somebody closes the device
   */
  public void onStopRequest(Runnable order) {
    stopOrder = order;
  }

  /**
   * Gives the device a network that its owner and root may administer through it. Without one such
   * requests are refused.
   *
   * @param network whose life is the caller's; once it has ended it refuses orders
   */
  public void administer(NetworkAdministration network) {
    onLoop(() -> {
      agent.use(network);
      return true;
    });
  }

  /**
   * Says what to do once nobody has had a session for a time: by then programs find no device here
   * any more, and the action is to close it.
   *
   * @param idle how long without a session, positive; one that is open, also of this process, keeps
   *     the device; the first may take ten seconds to come
   * @param whenIdle runs once, on the loop; it must not wait
   */
  public void whenIdle(Duration idle, Runnable whenIdle) {
    var watch = new IdleWatch(clock, agent, idle.toNanos());
    onLoop(() -> {
      look(watch, whenIdle);
      return true;
    });
  }

  private void look(IdleWatch watch, Runnable whenIdle) {
    if (watch.isIdle()) {
      withdraw();
      Site.hit("device.idle");
      whenIdle.run();
    } else {
      loop.schedule(watch.periodNanos(), () -> look(watch, whenIdle));
    }
  }

  /**
   * Tells what the device holds.
   *
   * @return counters
   */
  public Reply.DeviceStatus status() {
    return onLoop(agent::status);
  }

  /**
   * Tells what ended the loop, if anything did.
   *
   * @return null while all is well
   */
  public @Nullable Throwable failure() {
    return loop.failure();
  }

  /** Ends all sessions and stops. Idempotent. */
  @Override
  public void close() {
    if (!isClosed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (loop.isOpen()) {
        onLoop(this::stop);
      } else {
        abandon();
      }
    } finally {
      closeThreads();
    }
  }

  private void closeThreads() {
    try {
      transferWorkers.close();
    } finally {
      try {
        workers.close();
      } finally {
        loop.close();
        closer.close();
        giveUpPlace();
      }
    }
  }

  /** Last of all: who takes the lock next must meet nothing of this device any more. */
  private void giveUpPlace() {
    ListeningPlace current = place;
    if (current != null) {
      current.close();
    }
  }

  /** The loop has failed: what can still be taken away is. */
  private void abandon() {
    if (server != null) {
      server.abandon();
    }
  }

  /**
   * The name goes first: who is hung up on then sees that the device has gone, not that it is full.
   */
  private void withdraw() {
    ListeningPlace current = place;
    if (current != null) {
      current.withdraw();
    }
    if (server != null) {
      server.stop();
      server = null;
    }
  }

  private boolean stop() {
    withdraw();
    agent.endAll();
    return true;
  }

  private <T> T onLoop(Callable<T> action) {
    var result = new CompletableFuture<T>();
    loop.execute(() -> {
      try {
        result.complete(action.call());
      } catch (Exception e) {
        result.completeExceptionally(e);
      }
    });
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          isInterrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof RuntimeException cause
              ? cause
              : new IllegalStateException("the device failed", e.getCause());
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class LoopPorts implements AgentPorts {
    @Override
    public <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      return workers.submit(task, onLoop);
    }

    @Override
    public <T> boolean transfer(
        Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      return transferWorkers.submit(task, onLoop);
    }

    @Override
    public void close(Descriptor descriptor) {
      closer.close(descriptor);
    }

    @Override
    public void later(Runnable action) {
      LoopTurns.later(loop, action);
    }

    @Override
    public long nanos() {
      return loop.nanos();
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      var _ = loop.schedule(delayNanos, action);
    }

    @Override
    public boolean requestStop() {
      Runnable order = stopOrder;
      if (order == null) {
        return false;
      }
      order.run();
      return true;
    }
  }
}
