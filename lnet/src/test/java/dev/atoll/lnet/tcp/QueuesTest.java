/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.FakePort;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.ProcessId;
import dev.atoll.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The small parts that hold things in order, and the one that says when to try again. */
class QueuesTest {
  private static final Nid NID = Nid.parse("10.0.0.1@tcp");

  private static OutgoingMessage message(long deadlineNanos) {
    return FakePort.put(NID, ProcessId.of(NID), deadlineNanos, deadlineNanos);
  }

  private static List<Long> drained(MessageQueue queue) {
    List<Long> bits = new ArrayList<>();
    for (OutgoingMessage next = queue.take(); next != null; next = queue.take()) {
      bits.add(next.header().matchBits);
    }
    assertThat(queue.size()).isZero();
    assertThat(queue.first()).isNull();
    return bits;
  }

  @Test
  void messagesKeepTheirOrder() {
    var queue = new MessageQueue();
    var other = new MessageQueue();
    for (long i = 0; i < 10; i++) {
      (i < 6 ? queue : other).add(message(i));
    }
    queue.addAll(other);
    assertThat(queue.size()).isEqualTo(10);
    queue.removeFirst();
    assertThat(drained(queue)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(other.size()).isZero();
    queue.add(message(3));
    assertThat(drained(queue)).containsExactly(3L);
  }

  @Test
  void lateMessagesAreTakenOutOfTheMiddle() {
    var queue = new MessageQueue();
    for (long each : new long[] {100, 50, 200, 70, 300}) {
      queue.add(message(each));
    }
    assertThat(queue.nanosToDeadline(40)).isEqualTo(10);
    assertThat(queue.nanosToDeadline(60)).isZero();
    var late = new MessageQueue();
    queue.takeLate(100, late);
    assertThat(drained(late)).containsExactly(100L, 50L, 70L);
    assertThat(drained(queue)).containsExactly(200L, 300L);
    assertThat(queue.nanosToDeadline(0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void cookiesKeepTheirOrderUpToTheBound() {
    var random = new Random(Seeds.of(QueuesTest.class));
    var model = new ArrayDeque<Long>();
    var queue = new CookieQueue(100);
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(100) < 52) {
        long cookie = random.nextLong();
        boolean hasRoom = model.size() < 100;
        assertThat(queue.offer(cookie)).isEqualTo(hasRoom);
        if (hasRoom) {
          model.add(cookie);
        }
      } else if (!model.isEmpty()) {
        assertThat(queue.take()).isEqualTo(model.poll());
      }
      assertThat(queue.size()).isEqualTo(model.size());
    }
    queue.clear();
    assertThat(queue.size()).isZero();
  }

  @Test
  void pausesDoubleUpToTheBoundAndEndWithASuccess() {
    var backoff = new Backoff(10, 60);
    long now = Long.MAX_VALUE - 15;
    assertThat(backoff.isOver(now)).isTrue();
    for (long pause : new long[] {10, 20, 40, 60, 60}) {
      backoff.failed(now, -111);
      assertThat(backoff.isOver(now + pause - 1)).isFalse();
      assertThat(backoff.isOver(now + pause)).isTrue();
      assertThat(backoff.status()).isEqualTo(-111);
      now += pause;
    }
    backoff.reset();
    assertThat(backoff.isOver(now)).isTrue();
    backoff.failed(now, -5);
    assertThat(backoff.isOver(now + 10)).isTrue();
  }
}
