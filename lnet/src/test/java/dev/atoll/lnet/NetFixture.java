/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** Nodes on a {@link FakeNet}, driven by the test. */
abstract class NetFixture {
  static final long SECOND = Duration.ofSeconds(1).toNanos();
  static final int PORTAL = 7;
  static final long BITS = 0x1234;
  static final Nid A = Nid.parse("10.0.0.1@tcp");
  static final Nid B = Nid.parse("10.0.0.2@tcp");
  static final Nid C = Nid.parse("10.0.0.3@tcp");

  final VirtualLoop loop = new VirtualLoop();
  final FakeNet net = new FakeNet(loop);
  final Arena arena = Arena.ofShared();
  final List<LnetEngine> engines = new ArrayList<>();
  private long incarnations = 1000;

  @AfterEach
  void closeAll() {
    engines.forEach(LnetEngine::close);
    loop.settle();
    loop.loop.close();
    net.close();
    arena.close();
  }

  static LnetSettings.Builder quiet() {
    return LnetSettings.builder().discovery(false);
  }

  LnetEngine engine(LnetSettings settings) {
    LnetEngine made =
        new LnetEngine(loop.loop, new Random(engines.size()), ++incarnations, settings);
    engines.add(made);
    return made;
  }

  /** A node with one interface. */
  FakeNet.FakeLnd node(Nid nid, LnetSettings settings) {
    return node(nid, engine(settings));
  }

  FakeNet.FakeLnd node(Nid nid, LnetEngine engine) {
    var lnd = new FakeNet.FakeLnd(net, nid, engine.incarnation());
    engine.add(lnd);
    lnds.put(lnd, engine);
    return lnd;
  }

  private final Map<FakeNet.FakeLnd, LnetEngine> lnds = new HashMap<>();

  LnetEngine of(FakeNet.FakeLnd lnd) {
    return lnds.get(lnd);
  }

  MemorySegment memory(int length) {
    return arena.allocate(length, 8);
  }

  /** Lets everybody put to and get from some memory. */
  Sink serve(LnetEngine engine, int length) {
    var sink = new Sink(memory(length));
    MatchEntry entry = engine.attach(PORTAL, MatchSpec.exact(BITS));
    MemoryOptions options =
        MemoryOptions.forPuts()
            .with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE | MemoryOptions.TRUNCATE);
    engine.attach(entry, Pieces.of(sink.memory), options, sink, null);
    return sink;
  }

  /** Puts 8 bytes that say a number. */
  Sink put(LnetEngine engine, Nid to, long number, boolean wantsAck) {
    var sink = new Sink(memory(8));
    sink.memory.set(ValueLayout.JAVA_LONG, 0, number);
    sink.descriptor =
        engine.bind(
            Pieces.of(sink.memory),
            MemoryOptions.forInitiator().withThreshold(wantsAck ? 2 : 1),
            sink,
            null);
    var operation = new LnetOperation();
    operation.target = ProcessId.of(to);
    operation.portal = PORTAL;
    operation.matchBits = BITS;
    operation.length = 8;
    operation.headerData = number;
    operation.wantsAck = wantsAck;
    sink.refusal = engine.put(sink.descriptor, operation);
    return sink;
  }

  PingResult ping(LnetEngine engine, Nid to) {
    var results = new ArrayList<PingResult>();
    engine.ping(ProcessId.of(to), 5 * SECOND, results::add);
    loop.runUntil(() -> !results.isEmpty(), 100 * SECOND);
    loop.run(SECOND);
    return one(results);
  }

  int discover(LnetEngine engine, Nid nid) {
    var results = new ArrayList<Integer>();
    engine.discover(nid, (status, peer) -> results.add(status));
    loop.runUntil(() -> !results.isEmpty(), 1000 * SECOND);
    loop.run(SECOND);
    return one(results);
  }

  static <T> T one(List<T> list) {
    if (list.size() != 1) {
      throw new AssertionError("expected one: " + list);
    }
    return list.getFirst();
  }

  long logged(String text) {
    return net.log.stream().filter(each -> each.startsWith(text)).count();
  }

  /** Remembers what was reported of some memory. */
  static final class Sink implements EventHandler {
    final MemorySegment memory;
    final List<String> events = new ArrayList<>();
    final List<Long> numbers = new ArrayList<>();
    final List<Nid> initiators = new ArrayList<>();
    final List<Nid> senders = new ArrayList<>();
    MemoryDescriptor descriptor;
    int refusal;
    boolean isUnlinked;

    Sink(MemorySegment memory) {
      this.memory = memory;
    }

    @Override
    public void handle(LnetEvent event) {
      if (isUnlinked) {
        throw new AssertionError("an event after the last: " + event);
      }
      events.add(event.type() + " " + event.status());
      if (event.type() == LnetEventType.PUT) {
        numbers.add(event.headerData());
        initiators.add(event.initiatorNid());
        senders.add(event.senderNid());
      }
      isUnlinked = event.isUnlinked();
    }
  }
}
