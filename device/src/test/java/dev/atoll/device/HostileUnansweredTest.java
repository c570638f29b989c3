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

/** Requests that nobody waits for are not counted, so few kinds may come that way. */
class HostileUnansweredTest extends HostileFixture {
  private static final int ROUNDS = 200;

  private static void say(Export owner, Request request, Descriptor... passed) {
    Conditions.await("room in the socket", LONG, () -> owner.client.say(request, passed));
  }

  @Test
  void whatMakesSomethingIsNotDoneUnanswered() {
    try (Export owner = new Export()) {
      long before = device.status().descriptors();
      for (int i = 0; i < ROUNDS; i++) {
        say(owner, owner.request(), owner.memory.descriptor(), owner.control);
        var rebind = new Request.ExportRebind(owner.handle, 4096, 0, false);
        say(owner, rebind, owner.memory.descriptor(), owner.control);
        say(owner, new Request.RingsOpen());
        say(owner, new Request.ListSegments());
        say(owner, new Request.MemoryCreate(4096));
      }
      Conditions.await("all taken", LONG, () -> device.status().malformed() == 5L * ROUNDS);
      var status = (Reply.DeviceStatus) owner.client.ask(new Request.Status());
      assertThat(status.exports()).isEqualTo(1);
      Conditions.await(
          "descriptors given back", LONG, () -> device.status().descriptors() <= before);
    }
  }

  @Test
  void whatGivesSomethingBackIs() {
    try (Export owner = new Export()) {
      owner.publish();
      owner.client.say(new Request.ExportUnpublish(owner.handle));
      assertThat(((Reply.DeviceStatus) owner.client.ask(new Request.Status())).published())
          .isZero();
      owner.client.say(new Request.ExportDestroy(owner.handle));
      var status = (Reply.DeviceStatus) owner.client.ask(new Request.Status());
      assertThat(status.exports()).isZero();
      assertThat(status.malformed()).isZero();
    }
  }

  @Test
  void aFloodOfUnansweredDestroysEndsWithTheSegment() {
    try (Export owner = new Export();
        RawClient deaf = greeted()) {
      owner.publish();
      assertThat(deaf.ask(new Request.ImportConnect(1, ID, 0400)))
          .isInstanceOf(Reply.Connected.class);
      for (int i = 0; i < ROUNDS; i++) {
        say(owner, new Request.ExportDestroy(owner.handle));
      }
      Conditions.await("its end", LONG, () -> device.status().exports() == 0);
      assertRefused(
          owner.client.ask(new Request.ExportPublish(owner.handle, ID, List.of())),
          RsmError.BAD_SEG_HNDL);
    }
  }
}
