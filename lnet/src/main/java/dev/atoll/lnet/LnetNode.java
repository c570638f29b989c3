/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.base.Clock;
import dev.atoll.lnet.tcp.TcpLnd;
import dev.atoll.lnet.tcp.TcpSettings;
import dev.atoll.lnet.tcp.TcpTimes;
import dev.atoll.loop.EpollPoller;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.FailureHandler;
import dev.atoll.loop.IdlePolicy;
import dev.atoll.loop.LoopOptions;
import dev.atoll.loop.WaitOutcome;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node of an LNet network, for programs: its interfaces, what it lets others put and get, and its
 * own puts and gets.
 *
 * <p>A background thread serves others at any time. A platform thread that waits for something of
 * the node does the node's work meanwhile, which is the fastest way to its answer; virtual threads
 * just wait. Handlers run on the background thread, one at a time; they may begin operations but
 * not wait for the node.
 *
 * <p>Thread safety: all methods by any thread. Waits end with {@link InterruptedException} when
 * their thread is interrupted. Memory must be native and its arena open until the memory has been
 * given back.
 */
public final class LnetNode implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LnetNode.class.getName());
  private static final long SECOND_NANOS = 1_000_000_000;

  /** Loops that may spin on this host at once: this node's, and that of the one it talks to. */
  private static final int SPINNERS = 2;

  private final LnetConfig config;
  private final EventLoop loop;
  private final LnetEngine engine;

  private LnetNode(LnetConfig config, EventLoop loop, LnetEngine engine) {
    this.config = config;
    this.loop = loop;
    this.engine = engine;
  }

  /**
   * Starts a node.
   *
   * @param config what it is to be
   * @return the node, owned by the caller
   * @throws LnetException if it can not be had so, with what to do
   * @throws dev.atoll.posix.ErrnoException if the process is out of descriptors or memory
   */
  public static LnetNode start(LnetConfig config) {
    config.requireTrust();
    Posix posix = Posix.system();
    EventLoop loop = EventLoop.started(options(config, posix));
    try {
      LnetEngine engine = loop.call(() -> engine(config, loop, posix));
      LOG.log(
          Level.INFO,
          "event=lnet-node-started interfaces={0} mode={1} port={2} trusted-network={3}",
          config.interfaces(),
          config.mode(),
          Integer.toString(config.port()),
          config.isNetworkTrusted());
      return new LnetNode(config, loop, engine);
    } catch (RuntimeException | Error failed) {
      loop.close();
      throw failed;
    }
  }

  /**
   * Gives what the node was started with.
   *
   * @return the configuration
   */
  public LnetConfig config() {
    return config;
  }

  /**
   * Names the node: its loopback interface, then the others ({@code lctl list_nids}).
   *
   * @return a snapshot
   */
  public List<Nid> nids() {
    return ask(asked -> asked.ids().stream().map(ProcessId::nid).toList());
  }

  /**
   * Asks a node whether it is there ({@code lctl ping}).
   *
   * @param nid its name
   * @param timeout how long to wait for the answer
   * @return the answer, or why there is none
   * @throws InterruptedException if the thread was interrupted first
   * @throws IllegalStateException in a callback of the node, which can not wait
   */
  public PingResult ping(String nid, Duration timeout) throws InterruptedException {
    ProcessId target = ProcessId.of(Nid.parse(nid));
    var result = new AtomicReference<@Nullable PingResult>();
    perform(() -> engine.ping(target, timeout.toNanos(), result::set));
    return awaited(result);
  }

  /**
   * Asks a node for its NIDs, and tells it this node's if it wants to know ({@code lnetctl
   * discover}). Waits as long as the settings say.
   *
   * @param nid one of its names
   * @return what is known of it then
   * @throws InterruptedException if the thread was interrupted first
   * @throws IllegalArgumentException if the NID is this node's own
   * @throws IllegalStateException in a callback of the node, which can not wait
   */
  public DiscoverResult discover(String nid) throws InterruptedException {
    Nid target = Nid.parse(nid);
    var result = new AtomicReference<@Nullable DiscoverResult>();
    ask(asked -> {
      asked.discover(target, (status, peer) -> result.set(new DiscoverResult(status, peer)));
      return true;
    });
    return awaited(result);
  }

  /**
   * Lets others use memory, without news of it: one-sided access.
   *
   * @param portal where, 1 to 63; 0 is the node's own
   * @param spec which messages
   * @param memory native memory
   * @param options what they may do
   * @return the attached memory
   * @throws IllegalArgumentException if the options allow nothing
   */
  public AttachedMemory attach(int portal, MatchSpec spec, Pieces memory, MemoryOptions options) {
    var use = new AttachedMemory.MemoryUse(memory, options);
    return ask(asked -> new AttachedMemory(asked, portal, spec, use, null));
  }

  /**
   * Lets others use memory, and hears of each use.
   *
   * @param portal where, 1 to 63
   * @param spec which messages
   * @param memory native memory
   * @param options what they may do
   * @param handler is given the events on the background thread, one at a time; each is valid only
   *     inside the call. When more than 4,096 wait for it, further ones are lost and logged
   * @return the attached memory
   * @throws IllegalArgumentException if the options allow nothing
   */
  public AttachedMemory attach(
      int portal,
      MatchSpec spec,
      Pieces memory,
      MemoryOptions options,
      Consumer<LnetEvent> handler) {
    var use = new AttachedMemory.MemoryUse(memory, options);
    var sink = new CallbackSink(loop, handler);
    return ask(asked -> new AttachedMemory(asked, portal, spec, use, sink));
  }

  /**
   * Lets others use memory, and queues an event for each use.
   *
   * @param portal where, 1 to 63
   * @param spec which messages
   * @param memory native memory
   * @param options what they may do
   * @param queue receives the events
   * @return the attached memory
   * @throws IllegalArgumentException if the options allow nothing
   */
  public AttachedMemory attach(
      int portal, MatchSpec spec, Pieces memory, MemoryOptions options, LnetEventQueue queue) {
    var use = new AttachedMemory.MemoryUse(memory, options);
    return ask(asked -> new AttachedMemory(asked, portal, spec, use, queue::add));
  }

  /**
   * Makes a queue for events of attached memory.
   *
   * @param capacity the most events that wait
   * @return the queue
   */
  public LnetEventQueue eventQueue(int capacity) {
    return new LnetEventQueue(loop, capacity);
  }

  /**
   * Makes a counter of ended transfers.
   *
   * @return the counter, at zero
   */
  public CompletionCounter completionCounter() {
    return new CompletionCounter(loop);
  }

  /**
   * Prepares memory for puts and gets, one at a time.
   *
   * @param memory native memory, at most 1 MiB
   * @return the transfer, to be closed before the memory goes
   */
  public LnetTransfer transfer(MemorySegment memory) {
    return transfer(Pieces.of(memory));
  }

  /**
   * Prepares memory in pieces for puts and gets, one at a time.
   *
   * @param memory native memory, at most 1 MiB
   * @return the transfer, to be closed before the memory goes
   */
  public LnetTransfer transfer(Pieces memory) {
    return ask(asked -> new LnetTransfer(asked, memory));
  }

  /**
   * Puts bytes and waits until the target has them. For many puts a {@link #transfer} is faster.
   *
   * @param memory all of it, native, at most 1 MiB
   * @param destination where to
   * @return how many bytes the target has kept
   * @throws InterruptedException if the thread was interrupted first; the put is given up
   * @throws LnetException if no ACK came in time, or the put has failed
   */
  public int put(MemorySegment memory, LnetDestination destination) throws InterruptedException {
    try (LnetTransfer transfer = transfer(memory)) {
      return transfer.to(destination).put(0, (int) memory.byteSize()).join();
    }
  }

  /**
   * Gets bytes. For many gets a {@link #transfer} is faster.
   *
   * @param memory where they go, native, at most 1 MiB; as many are asked for
   * @param destination where from
   * @return how many bytes have come
   * @throws InterruptedException if the thread was interrupted first; the get is given up
   * @throws LnetException if no REPLY came in time, or the get has failed
   */
  public int get(MemorySegment memory, LnetDestination destination) throws InterruptedException {
    try (LnetTransfer transfer = transfer(memory)) {
      return transfer.to(destination).get(0, (int) memory.byteSize()).join();
    }
  }

  /**
   * Asks the node itself, on its loop: what this class has no method for, such as peers, routes,
   * connections and statistics.
   *
   * @param <T> the answer
   * @param question looks at the engine and keeps nothing of it; must not block
   * @return the answer
   * @throws LnetException if the node is closed
   */
  public <T> T ask(Function<LnetEngine, T> question) {
    try {
      return loop.call(() -> question.apply(engine));
    } catch (RejectedExecutionException e) {
      throw LnetErrors.closed(e);
    }
  }

  /**
   * Adds an interface, with the mode and port of the others ({@code lnetctl net add}).
   *
   * @param nid its address and network
   * @throws LnetException if it can not be had so, with what to do
   * @throws IllegalArgumentException if the node has it already
   */
  public void addInterface(Nid nid) {
    new LnetConfig(
            List.of(nid),
            config.mode(),
            config.port(),
            config.isNetworkTrusted(),
            List.of(),
            config.settings(),
            config.idleLooks())
        .requireTrust();
    boolean _ =
        ask(asked -> {
          asked.add(
              network(Posix.system(), asked.loop(), config, new Start(nid, asked.incarnation())));
          return true;
        });
  }

  /**
   * Ends the node: everything under way ends, all memory is given back, connections are closed. In
   * a callback of the node it does not wait for the end. A second call does nothing.
   */
  @Override
  public void close() {
    try {
      loop.call(() -> {
        engine.close();
        return true;
      });
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "event=lnet-node-closed-before", e);
    }
    loop.close();
  }

  @Override
  public String toString() {
    return "LNet node " + config.interfaces() + " " + loop;
  }

  static void awaitUninterruptibly(EventLoop loop, BooleanSupplier isDone) {
    boolean wasInterrupted = false;
    while (loop.await(isDone, -1) == WaitOutcome.INTERRUPTED) {
      wasInterrupted |= Thread.interrupted();
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs a program's code, whose mistakes must not end the node. */
  static void guarded(Runnable code) {
    try {
      code.run();
    } catch (RuntimeException thrown) {
      LOG.log(Level.ERROR, "event=handler-failed", thrown);
    }
  }

  private void perform(Runnable task) {
    try {
      loop.perform(task);
    } catch (RejectedExecutionException e) {
      throw LnetErrors.closed(e);
    }
  }

  private <T> T awaited(AtomicReference<@Nullable T> result) throws InterruptedException {
    // The answer comes in time by itself, if only as a status.
    boolean _ = LnetErrors.isDone(loop.await(() -> result.get() != null, -1));
    T answer = result.get();
    if (answer == null) {
      throw LnetErrors.closed(null);
    }
    return answer;
  }

  private static LoopOptions options(LnetConfig config, Posix posix) {
    int processors = Runtime.getRuntime().availableProcessors();
    return new LoopOptions(
        "atoll-lnet",
        new EpollPoller(posix),
        Clock.system(),
        IdlePolicy.looking(config.idleLooks(), SPINNERS, processors),
        IdlePolicy.looking(config.idleLooks(), SPINNERS, processors),
        FailureHandler.stopping());
  }

  /** Makes the engine; on the loop. */
  private static LnetEngine engine(LnetConfig config, EventLoop loop, Posix posix) {
    Instant now = Instant.now();
    long epochNanos = now.getEpochSecond() * SECOND_NANOS + now.getNano();
    LnetEngine made = new LnetEngine(loop, new SecureRandom(), epochNanos, config.settings());
    try {
      for (Nid each : config.interfaces()) {
        made.add(network(posix, loop, config, new Start(each, epochNanos)));
      }
      for (LnetConfig.Route each : config.routes()) {
        boolean _ = made.addRoute(each.network(), each.gateway(), each.hop(), each.priority());
      }
      return made;
    } catch (RuntimeException | Error failed) {
      made.close();
      throw failed;
    }
  }

  /** A network is as patient as its node. */
  private static TcpTimes times(LnetSettings settings) {
    TcpTimes usual = TcpTimes.usual();
    return new TcpTimes(
        Math.min(usual.acceptNanos(), settings.lndTimeoutNanos()),
        settings.lndTimeoutNanos(),
        usual.keepaliveNanos(),
        usual.keepaliveAgainNanos(),
        settings.backOffNanos(),
        settings.backOffMaxNanos());
  }

  private record Start(Nid nid, long epochNanos) {}

  private static TcpLnd network(Posix posix, EventLoop loop, LnetConfig config, Start start) {
    return new TcpLnd(
        posix,
        loop,
        TcpSettings.of(start.nid(), config.mode(), start.epochNanos())
            .withPort(config.port())
            .withTimes(times(config.settings())));
  }
}
