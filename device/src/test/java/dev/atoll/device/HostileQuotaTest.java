/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.posix.Descriptor;
import dev.atoll.testkit.Conditions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Quotas hold over all sessions of a user, and come back when a session ends. */
class HostileQuotaTest extends HostileFixture {
  private Device startWith(Quotas quotas) {
    device.close();
    honest.close();
    device = start(posix, DeviceConfig.standard().withQuotas(quotas));
    honest = RawClient.greeted(directory.socket());
    return device;
  }

  private Request.ExportCreate onePage() {
    return new Request.ExportCreate(4096, 0, false, 0600, 0);
  }

  @Test
  void exportsOfAllSessionsOfAUserCountTogetherAndComeBack() {
    startWith(new Quotas(16, 16, 2, 16, 1 << 20));
    try (Export first = new Export();
        Export second = new Export();
        RawClient third = greeted()) {
      long before = device.status().descriptors();
      assertRefused(
          third.ask(onePage(), first.memory.descriptor(), first.control),
          RsmError.INSUFFICIENT_RESOURCES);
      Conditions.await(
          "descriptors given back", LONG, () -> device.status().descriptors() == before);
      second.client.close();
      Conditions.await("one freed", LONG, () -> device.status().exports() == 1);
      assertThat(third.ask(onePage(), first.memory.descriptor(), first.control))
          .isInstanceOf(Reply.ExportCreated.class);
    }
  }

  @Test
  void importsOfAllSessionsOfAUserCountTogetherAndComeBack() {
    startWith(new Quotas(16, 16, 16, 2, 1 << 20));
    try (Export export = new Export();
        RawClient one = greeted();
        RawClient two = greeted()) {
      export.publish();
      var connect = new Request.ImportConnect(1, ID, 0400);
      var connected = (Reply.Connected) one.ask(connect);
      assertThat(two.ask(connect)).isInstanceOf(Reply.Connected.class);
      assertRefused(two.ask(connect), RsmError.INSUFFICIENT_RESOURCES);
      assertThat(one.ask(new Request.ImportDisconnect(connected.handle())))
          .isInstanceOf(Reply.Done.class);
      assertThat(two.ask(connect)).isInstanceOf(Reply.Connected.class);
    }
  }

  @Test
  void bytesOfAllExportsOfAUserCountTogether() {
    startWith(new Quotas(16, 16, 16, 16, 8192));
    try (Export first = new Export();
        Export second = new Export();
        RawClient third = greeted()) {
      List<Descriptor> offered = List.of(second.memory.descriptor(), second.control);
      assertRefused(
          third.ask(onePage(), offered.get(0), offered.get(1)), RsmError.INSUFFICIENT_RESOURCES);
      assertThat(first.client.ask(new Request.ExportDestroy(first.handle)))
          .isInstanceOf(Reply.Done.class);
      assertThat(third.ask(onePage(), offered.get(0), offered.get(1)))
          .isInstanceOf(Reply.ExportCreated.class);
    }
  }
}
