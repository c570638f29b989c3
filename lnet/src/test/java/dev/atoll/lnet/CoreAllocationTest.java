/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.AllocatedBytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The paths of messages allocate nothing: the JVM's own count for the thread. */
class CoreAllocationTest {
  private static final int OPERATIONS = 20_000;

  private final CoreLoop time = new CoreLoop();
  private final LoopbackLnd lnd = new LoopbackLnd();
  private final LnetCore core =
      new LnetCore(time.loop(), 9, this::transmit, PrimaryNids.UNKNOWN, new LnetCounters());
  private final LnetOperation operation = new LnetOperation();
  private long events;
  private long failures;
  private final EventHandler counting =
      event -> {
        events++;
        if (event.status() != 0) {
          failures++;
        }
      };
  private final MemoryDescriptor descriptor =
      core.bind(CoreFixture.pieces(64), MemoryOptions.forInitiator(), counting, null);
  private boolean isSilent;
  private byte[] garbage = new byte[0];

  private int transmit(OutgoingMessage message) {
    if (isSilent) {
      core.sent(message, 0);
      return 0;
    }
    message.neighbour(TARGET, 0);
    lnd.send(message);
    return 0;
  }

  @BeforeEach
  void serve() {
    lnd.start(new CorePort(core));
    int both = MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE;
    for (int i = 0; i < 1000; i++) {
      core.attach(
          core.attach(3, MatchSpec.exact(i)),
          CoreFixture.pieces(64),
          MemoryOptions.forPuts().with(both),
          counting,
          null);
    }
    operation.target = TARGET;
    operation.portal = 3;
    operation.matchBits = 7;
    operation.length = 48;
  }

  private static final ProcessId TARGET = ProcessId.of(Nid.LOOPBACK);

  @AfterEach
  void close() {
    core.close();
    time.close();
  }

  private static long leastBytes(Runnable step) {
    return AllocatedBytes.leastOf(OPERATIONS, step);
  }

  @Test
  void putsAcknowledgesGetsAndRepliesAllocateNothing() {
    assertThat(leastBytes(this::putAndGet)).isZero();
    assertThat(events).isGreaterThanOrEqualTo(6L * OPERATIONS);
    assertThat(failures).isZero();
    assertThat(core.awaitedCount()).isZero();
  }

  private void putAndGet() {
    operation.wantsAck = true;
    check(core.put(descriptor, operation));
    check(core.get(descriptor, operation));
  }

  @Test
  void messagesThatNothingMatchesAllocateNothing() {
    operation.matchBits = -1;
    assertThat(leastBytes(() -> check(core.put(descriptor, operation)))).isZero();
  }

  @Test
  void answersThatDoNotComeAllocateATimerNowAndThenOnly() {
    isSilent = true;
    operation.timeoutNanos = 1_000_000;
    long bytes =
        leastBytes(() -> {
          check(core.get(descriptor, operation));
          if (core.awaitedCount() == 1000) {
            time.pass(2_000_000);
          }
        });
    assertThat(failures).isGreaterThanOrEqualTo(OPERATIONS - 1000);
    // For a thousand operations a few timers: those that end 256 operations each.
    assertThat(bytes / (OPERATIONS / 1000)).isLessThan(4_000);
  }

  @Test
  void whatAllocatesIsSeen() {
    assertThat(
            leastBytes(() -> {
              check(core.put(descriptor, operation));
              garbage = new byte[16];
            }))
        .isGreaterThanOrEqualTo(16L * OPERATIONS);
    assertThat(garbage).hasSize(16);
  }

  private static void check(int status) {
    if (status != 0) {
      throw new AssertionError("status=" + status);
    }
  }
}
