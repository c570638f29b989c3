/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Seeds;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Random operations between two cores, with and without loss. */
class CorePropertyTest {
  private static final Nid ONE = Nid.parse("10.0.0.1@tcp");
  private static final Nid OTHER = Nid.parse("10.0.0.2@tcp");
  private static final int OPERATIONS = 4_000;
  private static final int SIZE = 256;

  private final Random random = new Random(Seeds.of(CorePropertyTest.class));
  private final CoreLoop time = new CoreLoop();
  private final Map<Object, Life> lives = new HashMap<>();
  private final LnetCounters counters = new LnetCounters();

  /** What a descriptor went through. */
  private static final class Life {
    final boolean isGet;
    final boolean wantsAck;
    int sends;
    int answers;
    int unlinkEvents;
    int lasts;
    boolean isSendFailed;
    boolean isTimedOut;

    Life(boolean isGet, boolean wantsAck) {
      this.isGet = isGet;
      this.wantsAck = wantsAck;
    }

    void take(LnetEvent event) {
      assertThat(lasts).as("events after the last").isZero();
      if (event.isUnlinked()) {
        lasts++;
      }
      switch (event.type()) {
        case SEND -> {
          sends++;
          isSendFailed = event.status() != 0;
        }
        case REPLY -> {
          assertThat(isGet).isTrue();
          answers++;
        }
        case ACK -> {
          assertThat(wantsAck && !isGet).isTrue();
          answers++;
        }
        case UNLINK -> unlinkEvents++;
        case PUT, GET -> throw new AssertionError("event=" + event);
      }
      isTimedOut |= event.status() == -110;
    }

    void check() {
      assertThat(lasts).as("last events").isEqualTo(1);
      assertThat(sends).isEqualTo(1);
      assertThat(answers + unlinkEvents).isLessThanOrEqualTo(1);
      if (!isSendFailed && (isGet || wantsAck)) {
        assertThat(answers).as("answers").isEqualTo(1);
      }
    }
  }

  private void serve(LnetCore core, Arena arena) {
    for (int i = 0; i < 4; i++) {
      MemorySegment memory = arena.allocate(SIZE);
      memory.fill((byte) (0x10 + i));
      core.attach(
          core.attach(1, MatchSpec.exact(i)),
          Pieces.of(memory),
          MemoryOptions.forPuts().with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE),
          _ -> {},
          null);
    }
  }

  private void operate(LnetCore core, Nid target, Arena arena) {
    Life life = new Life(random.nextBoolean(), random.nextBoolean());
    boolean isAnswered = life.isGet || life.wantsAck;
    MemoryOptions options = MemoryOptions.forInitiator().withThreshold(isAnswered ? 2 : 1);
    LnetOperation operation = new LnetOperation();
    operation.target = ProcessId.of(target);
    operation.portal = 1;
    operation.matchBits = random.nextInt(6);
    operation.offset = random.nextInt(SIZE + 20);
    operation.length = random.nextInt(40);
    operation.wantsAck = life.wantsAck;
    operation.timeoutNanos = 1L + random.nextInt(1_000_000);
    MemoryDescriptor descriptor =
        core.bind(Pieces.of(arena.allocate(64)), options, life::take, life);
    lives.put(life, life);
    assertThat(life.isGet ? core.get(descriptor, operation) : core.put(descriptor, operation))
        .isZero();
  }

  /** Whatever is lost, delayed or turned round: each operation ends once, in time, and is gone. */
  @RepeatedTest(5)
  void everyOperationEndsExactlyOnceWhateverIsLost() {
    CoreNetwork network = new CoreNetwork(random, 20);
    LnetCore one = network.add(ONE, time, counters);
    LnetCore other = network.add(OTHER, time, new LnetCounters());
    try (Arena arena = Arena.ofConfined()) {
      serve(one, arena);
      serve(other, arena);
      for (int i = 0; i < OPERATIONS; i++) {
        boolean isMine = random.nextBoolean();
        operate(isMine ? one : other, isMine ? OTHER : ONE, arena);
        for (int steps = random.nextInt(8); steps > 0; steps--) {
          network.step();
        }
        if (random.nextInt(20) == 0) {
          time.pass(random.nextInt(200_000));
        }
      }
      while (!network.isQuiet()) {
        network.step();
      }
      time.pass(2_000_000);
      lives.values().forEach(Life::check);
      assertThat(one.awaitedCount() + other.awaitedCount()).isZero();
      assertThat(one.lentCount() + other.lentCount()).isZero();
      assertThat(one.descriptorCount()).isEqualTo(4);
      assertThat(lives.values()).anyMatch(life -> life.isTimedOut);
      one.close();
      other.close();
      assertThat(one.descriptorCount() + other.descriptorCount()).isZero();
    } finally {
      time.close();
    }
  }

  /** What a target's list does to messages, against a model of plain lists. */
  @Test
  void aTargetDoesWhatASimpleModelDoes() {
    List<ModelEntry> model = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    LnetCore core =
        new LnetCore(
            time.loop(),
            1,
            _ -> {
              throw new AssertionError("nothing is sent");
            },
            PrimaryNids.UNKNOWN,
            counters);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(SIZE);
      for (int i = 0; i < SIZE; i++) {
        source.set(JAVA_BYTE, i, (byte) i);
      }
      for (int i = 0; i < 20_000; i++) {
        if (model.size() < 12 || random.nextInt(10) == 0) {
          ModelEntry entry = new ModelEntry(random, arena);
          model.add(entry.isFirst ? 0 : model.size(), entry);
          entry.attach(core, seen);
        } else {
          IncomingMessage message = message();
          expected.add(ModelEntry.put(model, message.header(), source));
          int before = seen.size();
          if (core.arrived(message) == LndPort.Verdict.ACCEPT) {
            message.store(source, 0, message.acceptedLength());
          }
          core.received(message, 0);
          if (seen.size() == before) {
            seen.add("dropped");
          }
        }
        model.stream().filter(entry -> entry.isGone).forEach(ModelEntry::checkMemory);
        model.removeIf(entry -> entry.isGone);
      }
      assertThat(seen).isEqualTo(expected);
      model.forEach(ModelEntry::checkMemory);
      assertThat(core.descriptorCount()).isEqualTo(model.size());
      assertThat(seen).filteredOn("dropped"::equals).hasSizeBetween(1000, 19_000);
    } finally {
      time.close();
    }
  }

  private IncomingMessage message() {
    IncomingMessage message = new IncomingMessage();
    LnetHeader header = message.header();
    header.type = MessageType.PUT;
    header.source = random.nextBoolean() ? ONE : OTHER;
    header.sourcePid = 12345;
    header.destination = ONE;
    header.portal = 2;
    header.matchBits = random.nextInt(8);
    header.offset = random.nextInt(70);
    header.payloadLength = random.nextInt(50);
    header.wireInterfaceCookie = LnetHeader.NO_COOKIE;
    header.wireObjectCookie = LnetHeader.NO_COOKIE;
    message.neighbour(new ProcessId(header.source, 12345));
    return message;
  }
}
