/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WaitCalls;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EpollPollerTest {
  private final Posix posix = Posix.system();
  private final EpollPoller poller = new EpollPoller(posix);
  private final Descriptor counter = posix.eventfd(0);
  private final List<String> seen = new ArrayList<>();

  @AfterEach
  void close() {
    poller.close();
    poller.close();
    counter.close();
  }

  @Test
  void givesKeysOfWhatIsReady() {
    poller.add(counter, WaitCalls.POLLIN, 7);
    assertThat(poll(0)).isZero();
    posix.eventfdAdd(counter, 1);
    assertThat(poll(-1)).isEqualTo(1);
    assertThat(poll(1_000_000_000_000L)).isEqualTo(1);
    poller.modify(counter, WaitCalls.POLLOUT, 8);
    assertThat(poll(0)).isEqualTo(1);
    poller.remove(counter);
    assertThat(poll(0)).isZero();
    assertThat(seen).containsExactly("7:1", "7:1", "8:4");
  }

  @Test
  void endsWaitOnWake() {
    poller.wake();
    poller.wake();
    assertThat(poll(-1)).isZero();
    assertThat(poll(0)).isZero();
    Thread waker = Thread.ofPlatform().start(poller::wake);
    assertThat(poll(-1)).isZero();
    assertThat(waker).isNotNull();
  }

  @Test
  void endsWaitWhenTimeIsUp() {
    long start = System.nanoTime();
    assertThat(poll(2_000_000)).isZero();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(2_000_000);
  }

  @Test
  void handsOutManyEventsOverSeveralPolls() {
    List<Descriptor> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Descriptor each = posix.eventfd(1);
      many.add(each);
      poller.add(each, WaitCalls.POLLIN, i);
    }
    assertThat(poll(0)).isEqualTo(256);
    assertThat(poll(0)).isEqualTo(256);
    assertThat(seen.stream().distinct()).as("epoll goes round").hasSize(300);
    many.forEach(Descriptor::close);
  }

  @Test
  void refusesNegativeKeys() {
    assertThatThrownBy(() -> poller.add(counter, 1, -1)).hasMessageContaining("key=-1");
    assertThatThrownBy(() -> poller.modify(counter, 1, -1)).hasMessageContaining("key=-1");
  }

  @Test
  void ignoresWakeAfterClose() {
    poller.close();
    poller.wake();
  }

  private int poll(long timeoutNanos) {
    return poller.poll(timeoutNanos, (key, events) -> seen.add(key + ":" + events));
  }
}
