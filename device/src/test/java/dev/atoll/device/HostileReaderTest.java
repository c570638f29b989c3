/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.testkit.Conditions;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that do not read what the device sends them, and what that does to the others. */
class HostileReaderTest extends HostileFixture {
  private static final int MANY = 200;

  private void restart(Device next) {
    honest.close();
    device = next;
    honest = greeted();
  }

  /** What others leave unread uses up what the kernel lets the device send. */
  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ETOOMANYREFS", "ENOBUFS", "ENOMEM"})
  void anAnswerThatTheKernelRefusesForAWhileComesLater(Errno errno) {
    device.close();
    var plan = new FaultPlan().fail("sendMessage", errno, visit -> visit > 2 && visit % 8 != 0);
    restart(start(FaultyPosix.wrap(posix, plan), DeviceConfig.standard()));
    try (RawClient client = greeted()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
        assertThat(honest.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
      }
    }
  }

  @Test
  void aProgramCanNotLeaveManyAnswersWithDescriptorsUnread() {
    try (Export owner = new Export();
        RawClient greedy = greeted()) {
      owner.publish();
      for (int i = 0; i < MANY; i++) {
        assertThat(greedy.tell(new Request.ImportConnect(1, ID, 0400))).isTrue();
      }
      Conditions.await("some answers", LONG, () -> device.status().imports() > 0);
      // The device takes a bounded number in a turn, and these are many turns.
      for (int i = 0; i < MANY; i++) {
        honest.ask(new Request.Status());
      }
      assertThat(device.status().imports()).isLessThan(MANY / 2);
    }
  }

  @Test
  void aProgramThatTakesNothingForLongIsCutOff() {
    device.close();
    var ahead = new AtomicLong();
    restart(startAt(ahead));
    try (Export owner = new Export();
        RawClient deaf = greeted()) {
      owner.publish();
      int told = 0;
      while (told < 20_000 && deaf.tell(new Request.ImportConnect(1, ID, 0400))) {
        told++;
      }
      assertThat(device.status().sessions()).isEqualTo(3);
      Conditions.await(
          "its end",
          LONG,
          () -> {
            // A minute passes, and the loop looks at its clock.
            ahead.addAndGet(Duration.ofMinutes(1).toNanos());
            return device.status().sessions() == 2;
          });
      assertThat(owner.client.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    }
  }

  private Device startAt(AtomicLong ahead) {
    Device started =
        Device.start(
            posix,
            () -> System.nanoTime() + ahead.get(),
            DeviceConfig.standard(),
            new SplittableRandom(7));
    started.listen(directory);
    return started;
  }
}
