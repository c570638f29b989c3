/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetOperation;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.PeerStatus;
import dev.atoll.lnet.Pieces;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerNid;
import dev.atoll.lnet.tcp.AcceptPolicy;
import dev.atoll.lnet.tcp.TcpBounds;
import dev.atoll.lnet.tcp.TcpCounters;
import dev.atoll.lnet.tcp.TcpLnd;
import dev.atoll.lnet.tcp.TcpSettings;
import dev.atoll.lnet.tcp.TcpTimes;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.LoopOptions;
import dev.atoll.posix.Posix;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A node of ours as the interop cases drive it: an engine with one TCP network on a loop. */
final class InteropNode implements AutoCloseable {
  /** What a ping asks for. */
  static final int PING_LENGTH = 3960;

  private final Plan plan;
  private final EventLoop loop;
  private final TcpLnd network;
  private final LnetEngine engine;

  private InteropNode(Plan plan) {
    this.plan = plan;
    long incarnation = epochNanos();
    Posix posix = Posix.system();
    Nid nid = nid(plan.nid);
    loop = EventLoop.started(LoopOptions.usual("interop", posix));
    network = network(posix, plan, nid, incarnation);
    engine =
        onLoop(() -> {
          var made =
              new LnetEngine(loop, new Random(incarnation), incarnation, plan.settings.build());
          made.add(network);
          return made;
        });
  }

  private TcpLnd network(Posix posix, Plan plan, Nid nid, long incarnation) {
    return new TcpLnd(
        posix,
        loop,
        TcpSettings.of(nid, plan.mode, incarnation)
            .withPort(plan.port)
            .withAccept(plan.accept)
            .withTimes(plan.times)
            .withBounds(plan.bounds));
  }

  /** Gives the node another interface. */
  void addInterface(PeerNid nid) {
    var added = network(Posix.system(), plan, nid(nid), epochNanos());
    onLoop(() -> {
      engine.add(added);
      return true;
    });
  }

  private static long epochNanos() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  /** The NID of the tests as one of ours: this is where the two meet, by their text. */
  private static Nid nid(PeerNid nid) {
    return Nid.parse(nid.toString());
  }

  static Plan plain(PeerNid nid, int port) {
    return new Plan(nid, port, IdentityMode.PLAIN);
  }

  static Plan lustre(PeerNid nid) {
    return new Plan(nid, IdentityMode.LUSTRE.defaultPort(), IdentityMode.LUSTRE);
  }

  /** How a node is to be. */
  static final class Plan {
    private final PeerNid nid;
    private final int port;
    private final IdentityMode mode;
    private final LnetSettings.Builder settings = LnetSettings.builder();
    private AcceptPolicy accept = AcceptPolicy.SECURE;
    private TcpTimes times = TcpTimes.usual();
    private TcpBounds bounds = TcpBounds.usual();

    private Plan(PeerNid nid, int port, IdentityMode mode) {
      this.nid = nid;
      this.port = port;
      this.mode = mode;
    }

    Plan acceptAll() {
      accept = AcceptPolicy.ALL;
      return this;
    }

    Plan acceptTimeout(Duration value) {
      times =
          new TcpTimes(
              value.toNanos(),
              times.timeoutNanos(),
              times.keepaliveNanos(),
              times.keepaliveAgainNanos(),
              times.reconnectMinNanos(),
              times.reconnectMaxNanos());
      return this;
    }

    Plan networkTimeout(Duration value) {
      times =
          new TcpTimes(
              times.acceptNanos(),
              value.toNanos(),
              times.keepaliveNanos(),
              times.keepaliveAgainNanos(),
              times.reconnectMinNanos(),
              times.reconnectMaxNanos());
      return this;
    }

    Plan retryAfter(Duration value) {
      times =
          new TcpTimes(
              times.acceptNanos(),
              times.timeoutNanos(),
              times.keepaliveNanos(),
              times.keepaliveAgainNanos(),
              value.toNanos(),
              4 * value.toNanos());
      settings.backOff(value, value.multipliedBy(4));
      return this;
    }

    Plan keepalive(Duration value) {
      times =
          new TcpTimes(
              times.acceptNanos(),
              times.timeoutNanos(),
              value.toNanos(),
              value.toNanos(),
              times.reconnectMinNanos(),
              times.reconnectMaxNanos());
      return this;
    }

    Plan transactionTimeout(Duration value) {
      settings.transactionTimeout(value);
      return this;
    }

    Plan withoutDiscovery() {
      settings.discovery(false);
      return this;
    }

    InteropNode start() {
      return new InteropNode(this);
    }
  }

  private <T> T onLoop(Supplier<T> work) {
    var done = new CompletableFuture<T>();
    loop.execute(() -> {
      try {
        done.complete(work.get());
      } catch (RuntimeException | Error failed) {
        done.completeExceptionally(failed);
      }
    });
    return await("the loop", done);
  }

  static <T> T await(String what, CompletableFuture<T> future) {
    try {
      return future.get(PeerLink.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new AssertionError(what, failed.getCause());
    } catch (TimeoutException late) {
      throw new AssertionError("not in time: " + what, late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting: " + what, interrupted);
    }
  }

  PeerNid nid() {
    return plan.nid;
  }

  InetAddress address() {
    return plan.nid.address();
  }

  int port() {
    return plan.port;
  }

  InteropAnswer beginPing(PeerNid target) {
    return beginPing(target, PeerLink.DEADLINE);
  }

  InteropAnswer beginPing(PeerNid target, Duration timeout) {
    var answer = new InteropAnswer();
    loop.execute(() ->
        engine.ping(
            ProcessId.of(nid(target)),
            timeout.toNanos(),
            result ->
                answer.complete(
                    result.status(),
                    result.nids().stream()
                        .map(each -> PeerNid.of(each.nid().toString()))
                        .toList())));
    return answer;
  }

  InteropAnswer beginDiscover(PeerNid target) {
    var answer = new InteropAnswer();
    loop.execute(
        () -> engine.discover(nid(target), (status, peer) -> answer.complete(status, List.of())));
    return answer;
  }

  boolean isMultiRail(PeerNid target) {
    return onLoop(() -> engine.peer(nid(target)).map(PeerStatus::isMultiRail).orElse(false));
  }

  void addRoute(PeerNid far, PeerNid gateway) {
    Network network = nid(far).network();
    onLoop(() -> engine.addRoute(network, nid(gateway), -1, 0));
  }

  boolean isRouteUp(PeerNid far) {
    Network network = nid(far).network();
    return onLoop(() ->
        engine.routes().stream().anyMatch(each -> each.network().equals(network) && each.isUp()));
  }

  /** The types of the connections with a node, in the order C, I, O. */
  String connectionLetters(PeerNid target) {
    Nid wanted = nid(target);
    return onLoop(() ->
        engine.connections().stream()
            .filter(each -> each.neighbour().nid().equals(wanted))
            .map(ConnectionStatus::type)
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining()));
  }

  /** Who is connected, as lctl names them. */
  List<String> neighbours() {
    return onLoop(() ->
        engine.connections().stream().map(each -> each.neighbour().toString()).distinct().toList());
  }

  /** What the network has counted. */
  long counted(Function<TcpCounters, Long> which) {
    return onLoop(() -> which.apply(network.counters()));
  }

  /** What the engine has counted, or has under way. */
  <T> T ask(Function<LnetEngine, T> which) {
    return onLoop(() -> which.apply(engine));
  }

  /** Memory for PUTs that match some bits; endless, offset by the sender. */
  InteropBuffer post(int portal, long bits, int length) {
    return attach(
        portal,
        bits,
        new byte[length],
        MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE | MemoryOptions.TRUNCATE));
  }

  /** Memory for GETs. */
  InteropBuffer offer(int portal, long bits, byte[] content) {
    return attach(
        portal,
        bits,
        content,
        MemoryOptions.forGets().with(MemoryOptions.MANAGE_REMOTE | MemoryOptions.TRUNCATE));
  }

  /** Memory for PUTs as they are, one match after the other. */
  InteropBuffer attach(int portal, long bits, byte[] content, MemoryOptions options) {
    var buffer = new InteropBuffer(content);
    onLoop(() ->
        engine.attach(
            engine.attach(portal, MatchSpec.exact(bits)),
            Pieces.of(buffer.memory()),
            options,
            buffer,
            null));
    return buffer;
  }

  InteropBuffer put(PeerNid target, int portal, long bits, byte[] data, boolean isAcked) {
    var buffer = new InteropBuffer(data);
    LnetOperation operation = operation(target, portal, bits, data.length);
    operation.wantsAck = isAcked;
    onLoop(() -> begin(buffer, operation, false));
    return buffer;
  }

  InteropBuffer get(PeerNid target, int portal, long bits, int length) {
    var buffer = new InteropBuffer(new byte[length]);
    LnetOperation operation = operation(target, portal, bits, length);
    onLoop(() -> begin(buffer, operation, true));
    return buffer;
  }

  private static LnetOperation operation(PeerNid target, int portal, long bits, int length) {
    var operation = new LnetOperation();
    operation.target = ProcessId.of(nid(target));
    operation.portal = portal;
    operation.matchBits = bits;
    operation.length = length;
    return operation;
  }

  private int begin(InteropBuffer buffer, LnetOperation operation, boolean isGet) {
    MemoryOptions options =
        MemoryOptions.forInitiator().withThreshold(isGet || operation.wantsAck ? 2 : 1);
    var descriptor = engine.bind(Pieces.of(buffer.memory()), options, buffer, null);
    int status = isGet ? engine.get(descriptor, operation) : engine.put(descriptor, operation);
    if (status != 0) {
      throw new AssertionError("refused: " + status);
    }
    return status;
  }

  @Override
  public void close() {
    if (loop.isOpen()) {
      onLoop(() -> {
        engine.close();
        return true;
      });
      loop.close();
    }
  }
}
