/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignalPollTest {
  private final List<String> steps = new ArrayList<>();

  private final SignalPoll.Source source =
      new SignalPoll.Source() {
        @Override
        public boolean isReady() {
          return false;
        }

        @Override
        public boolean tryWatch() {
          steps.add("watch");
          return true;
        }
      };

  private SignalPoll poll(Posix posix) {
    return new SignalPoll(posix, source);
  }

  private void list() {
    steps.add("list");
  }

  @Test
  void isListedBeforeTheDeviceCanHaveWord() {
    SignalPoll poll = poll(Posix.system());
    poll.acquire(this::list);
    assertThat(steps).containsExactly("list", "watch");
    assertThat(poll.isReferenced()).isTrue();
    poll.retireForGood();
  }

  @Test
  void aRefusedReferenceIsNotListed() {
    SignalPoll poll = poll(Posix.system());
    assertThat(poll.tryRetire()).isTrue();
    assertThatThrownBy(() -> poll.acquire(this::list)).isInstanceOf(RsmException.class);
    assertThat(steps).isEmpty();
  }

  @Test
  void aReferenceThatFailsForWantOfDescriptorsIsNotListed() {
    FaultPlan plan = FaultPlan.once("eventfd", 1, Errno.EMFILE);
    SignalPoll poll = poll(FaultyPosix.wrap(Posix.system(), plan));
    assertThatThrownBy(() -> poll.acquire(this::list)).isInstanceOf(ErrnoException.class);
    assertThat(steps).isEmpty();
    assertThat(poll.isReferenced()).isFalse();
    poll.acquire(this::list);
    assertThat(steps).containsExactly("list", "watch");
    poll.release();
  }
}
