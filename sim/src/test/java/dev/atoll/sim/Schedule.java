/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.LnetEvent;
import dev.atoll.lnet.LnetEventType;
import dev.atoll.lnet.LnetOperation;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.Pieces;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * One run of some nodes under faults, all of it from a seed: operations between random nodes while
 * connections break, nodes hide from each other, crash and come back; then peace, and the question
 * whether every promise was kept.
 */
final class Schedule implements AutoCloseable {
  private static final List<Operation.Kind> KINDS = List.of(Operation.Kind.values());
  private static final int PORTAL_PUT = 40;
  private static final int PORTAL_GET = 41;
  private static final long MATCH_BITS = 0x5eed;
  private static final int GET_PATTERN = 77;
  private static final int SLOT_BYTES = 4096;

  /** Puts at the end, when all faults are over. */
  private static final int PROBES = 3;

  private static final long ACTIVE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long TRANSACTION_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** An operation may be a moment late: a timer's step, and the loop's bound per turn. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Simulation world;
  private final RandomGenerator random;
  private final SimulatedFabric fabric;
  private final LnetSettings settings;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final LnetOperation arguments = new LnetOperation();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment gotten = arena.allocate(SLOT_BYTES);

  /** Where puts go, on whichever node: each has a slot of its own. */
  private final MemorySegment memory;

  private final int count;

  Schedule(long seed, int nodeCount, int operationCount, boolean keepsLines) {
    world = new Simulation(seed, keepsLines);
    random = world.random();
    count = operationCount;
    memory = arena.allocate((long) (operationCount + PROBES) * SLOT_BYTES);
    fabric =
        new SimulatedFabric(
            world, random.nextInt(3) == 0 ? FabricSettings.calm() : FabricSettings.rough());
    settings =
        LnetSettings.builder()
            .transactionTimeout(Duration.ofNanos(TRANSACTION_NANOS))
            .backOff(Duration.ofMillis(5), Duration.ofMillis(200))
            .discovery(random.nextBoolean())
            .discoveryTimeout(Duration.ofSeconds(1))
            .peerCredits(1 + random.nextInt(8))
            .build();
    Operation.fill(gotten, GET_PATTERN, SLOT_BYTES);
    for (int i = 0; i < nodeCount; i++) {
      Nid nid = Nid.parse("10.0." + (i >> 8) + "." + (i & 0xff) + "@tcp");
      nodes.add(new SimulatedNode(world, fabric, nid, settings));
      serve(nodes.get(i));
    }
  }

  /** Runs it to the end and checks every promise. */
  Trace run() {
    // Some schedules are dense, so that operations follow each other within a message's time.
    long spanNanos = random.nextBoolean() ? ACTIVE_NANOS : 4 * SHORT_NANOS;
    for (int i = 0; i < count; i++) {
      int number = i;
      world.events().after(random.nextLong(spanNanos), () -> begin(number, deadlineNanos()));
      operations.add(new Operation(arena, i, kind(), length()));
    }
    int faults = random.nextInt(4 + nodes.size() / 5);
    for (int i = 0; i < faults; i++) {
      world.events().after(random.nextLong(ACTIVE_NANOS), this::fault);
    }
    world.run(ACTIVE_NANOS);
    boolean isOver =
        world.runUntil(
            () -> operations.stream().allMatch(Operation::isOver),
            TRANSACTION_NANOS * 3 + GRACE_NANOS);
    // Whatever comes too late or twice comes now.
    world.run(TRANSACTION_NANOS);
    check(isOver, "not all operations have ended: " + open());
    operations.forEach(this::check);
    probe();
    return world.trace();
  }

  /** All faults are over: whoever wants to reach another reaches it. */
  private void probe() {
    fabric.settings(FabricSettings.calm());
    for (int number = count; number < count + PROBES; number++) {
      Operation probe = new Operation(arena, number, Operation.Kind.ACKED_PUT, length());
      operations.add(probe);
      begin(number, 0);
      check(world.runUntil(probe::isOver, 2 * TRANSACTION_NANOS), "no end of " + probe);
      check(probe);
      check(probe.isPromised(), "fails in peace: " + probe);
    }
  }

  @Override
  public void close() {
    nodes.forEach(SimulatedNode::close);
    world.close();
    arena.close();
  }

  private void serve(SimulatedNode node) {
    var engine = node.engine();
    engine.attach(
        engine.attach(PORTAL_PUT, MatchSpec.exact(MATCH_BITS)),
        Pieces.of(memory),
        MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
        this::arrived,
        null);
    engine.attach(
        engine.attach(PORTAL_GET, MatchSpec.exact(MATCH_BITS)),
        Pieces.of(gotten),
        MemoryOptions.forGets().with(MemoryOptions.MANAGE_REMOTE),
        event -> {},
        null);
  }

  private void arrived(LnetEvent event) {
    if (event.type() != LnetEventType.PUT || event.status() != 0) {
      return;
    }
    Operation operation = operations.get((int) event.headerData());
    operation.arrivals++;
    check(event.movedLength() == operation.length, "kept " + event + " of " + operation);
    check(
        Operation.isFilled(
            memory, (long) operation.number * SLOT_BYTES, operation.number, operation.length),
        "wrong bytes of " + operation);
  }

  private void begin(int number, long timeoutNanos) {
    Operation operation = operations.get(number);
    SimulatedNode from = nodes.get(random.nextInt(nodes.size()));
    SimulatedNode to = nodes.get(random.nextInt(nodes.size()));
    var engine = from.engine();
    boolean isAnswered = operation.kind != Operation.Kind.PUT;
    operation.startedNanos = world.clock().nanos();
    operation.descriptor =
        engine.bind(
            Pieces.of(operation.memory.asSlice(0, operation.length)),
            MemoryOptions.forInitiator().withThreshold(isAnswered ? 2 : 1),
            event -> operation.heard(event, world.clock().nanos()),
            null);
    arguments.clear();
    arguments.target = to.id();
    arguments.matchBits = MATCH_BITS;
    arguments.length = operation.length;
    arguments.headerData = number;
    arguments.timeoutNanos = timeoutNanos;
    int status;
    if (operation.kind == Operation.Kind.GET) {
      arguments.portal = PORTAL_GET;
      status = engine.get(operation.descriptor, arguments);
    } else {
      arguments.portal = PORTAL_PUT;
      arguments.offset = number * SLOT_BYTES;
      arguments.wantsAck = isAnswered;
      status = engine.put(operation.descriptor, arguments);
    }
    operation.isRefused = status != 0;
  }

  /** Answers to an operation that was given up early come late, and must find nobody. */
  private long deadlineNanos() {
    return random.nextInt(3) == 0 ? 1 + random.nextLong(SHORT_NANOS) : 0;
  }

  private void fault() {
    SimulatedNode one = nodes.get(random.nextInt(nodes.size()));
    SimulatedNode other = nodes.get(random.nextInt(nodes.size()));
    switch (random.nextInt(3)) {
      case 0 -> fabric.reset(one.id().nid(), other.id().nid());
      case 1 -> {
        fabric.hide(one.id().nid(), other.id().nid(), true);
        long healNanos = random.nextLong(ACTIVE_NANOS);
        world.events().after(healNanos, () -> fabric.hide(one.id().nid(), other.id().nid(), false));
      }
      default -> {
        one.restart();
        serve(one);
      }
    }
  }

  private void check(Operation operation) {
    if (operation.isRefused) {
      check(operation.sends + operation.answers == 0, "refused and yet heard of: " + operation);
      return;
    }
    check(operation.lasts == 1, "ended not once: " + operation);
    check(operation.sends <= 1 && operation.answers <= 1, "reported twice: " + operation);
    check(operation.arrivals <= 1, "executed twice: " + operation);
    check(
        operation.endedNanos - operation.startedNanos <= 2 * TRANSACTION_NANOS + GRACE_NANOS,
        "ended late: " + operation);
    check(!operation.isAnsweredAfterFailure, "answered though it never left: " + operation);
    if (operation.isPromised()) {
      check(operation.answeredLength == operation.length, "answered in part: " + operation);
      if (operation.kind == Operation.Kind.ACKED_PUT) {
        check(operation.arrivals == 1, "acknowledged and not executed: " + operation);
      } else {
        check(
            Operation.isFilled(operation.memory, 0, GET_PATTERN, operation.length),
            "wrong bytes of " + operation);
      }
    }
  }

  private String open() {
    return operations.stream().filter(each -> !each.isOver()).toList().toString();
  }

  private Operation.Kind kind() {
    return KINDS.get(random.nextInt(KINDS.size()));
  }

  /** Often on both sides of the length from which messages travel apart. */
  private int length() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> 1 + random.nextInt(16);
      case 2 -> 1000 + random.nextInt(48);
      default -> random.nextInt(SLOT_BYTES);
    };
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise + "\n" + String.join("\n", world.trace().lines()));
    }
  }
}
