/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.AccessEntry;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Descriptor;
import dev.atoll.testkit.Conditions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rebind and republish against programs that do not keep to the rules. */
class HostileRebindTest extends HostileFixture {
  private static final int ALLOW_REBIND = 1;

  private static Request.ExportRebind rebind(Export export) {
    return new Request.ExportRebind(export.handle, 4096, 0, false);
  }

  private long descriptors() {
    return device.status().descriptors();
  }

  @Test
  void refusesToRebindWhatIsNotTheirs() {
    try (Export export = new Export(ALLOW_REBIND);
        RawClient other = greeted()) {
      long before = descriptors();
      assertRefused(
          other.ask(rebind(export), export.memory.descriptor(), export.control),
          RsmError.BAD_SEG_HNDL);
      assertRefused(
          other.ask(new Request.ExportRepublish(export.handle, List.of())), RsmError.BAD_SEG_HNDL);
      Conditions.await("descriptors given back", LONG, () -> descriptors() == before);
    }
  }

  @Test
  void refusesToRebindToMemoryThatImportersCouldNotRelyOn() {
    try (Export export = new Export(ALLOW_REBIND);
        Export fixed = new Export();
        Descriptor pipe = posix.eventfd(0);
        SharedMemory other = SharedMemory.create(posix, "atoll-test", 4096);
        Descriptor control = reopen(other.control().descriptor())) {
      long before = descriptors();
      RawClient client = export.client;
      assertRefused(client.ask(rebind(export)), RsmError.BAD_ADDR);
      assertRefused(client.ask(rebind(export), pipe, control), RsmError.BAD_ADDR);
      assertRefused(
          client.ask(
              new Request.ExportRebind(export.handle, 8192, 0, false), other.descriptor(), control),
          RsmError.BAD_LENGTH);
      assertRefused(
          client.ask(
              new Request.ExportRebind(export.handle, 4096, 4096, false),
              other.descriptor(),
              control),
          RsmError.BAD_LENGTH);
      assertRefused(
          fixed.client.ask(rebind(fixed), other.descriptor(), control),
          RsmError.REBIND_NOT_ALLOWED);
      Conditions.await("descriptors given back", LONG, () -> descriptors() == before);
    }
  }

  @Test
  void anImporterThatDoesNotFollowLosesItsConnection() {
    try (Export export = new Export(ALLOW_REBIND);
        RawClient importer = greeted();
        SharedMemory other = SharedMemory.create(posix, "atoll-test", 4096);
        Descriptor control = reopen(other.control().descriptor())) {
      export.publish();
      assertThat(importer.ask(new Request.ImportConnect(1, ID, 0400)))
          .isInstanceOf(Reply.Connected.class);
      importer.lastDescriptors().forEach(Descriptor::close);
      assertThat(export.client.ask(rebind(export), other.descriptor(), control))
          .isInstanceOf(Reply.Done.class);
      assertThat(importer.ask(new Request.Rebound(12345))).isInstanceOf(Reply.Done.class);
      assertThat(importer.notifications())
          .hasAtLeastOneElementOfType(Notification.Rebind.class)
          .hasAtLeastOneElementOfType(Notification.Revoke.class);
      assertThat(device.status().unanswered()).isEqualTo(1);
    }
  }

  @Test
  void aRebindOfADyingExporterGivesEverythingBack() {
    long before = descriptors();
    try (RawClient importer = greeted();
        SharedMemory other = SharedMemory.create(posix, "atoll-test", 4096);
        Descriptor control = reopen(other.control().descriptor())) {
      try (Export export = new Export(ALLOW_REBIND)) {
        export.publish();
        assertThat(importer.ask(new Request.ImportConnect(1, ID, 0400)))
            .isInstanceOf(Reply.Connected.class);
        importer.lastDescriptors().forEach(Descriptor::close);
        for (int i = 0; i < 3; i++) {
          export.client.tell(rebind(export), other.descriptor(), control);
        }
      }
      Conditions.await("exports gone", LONG, () -> device.status().exports() == 0);
    }
    Conditions.await("descriptors given back", LONG, () -> descriptors() == before);
  }

  @Test
  void aFloodOfRebindsThatWaitForADeafImporterIsRefused() {
    device.close();
    honest.close();
    // Longer than a client waits for its answers.
    device = start(posix, DeviceConfig.standard().withRevocationTimeout(LONG.multipliedBy(2)));
    honest = greeted();
    int waiting = 1 + 16;
    try (Export export = new Export(ALLOW_REBIND);
        RawClient importer = greeted();
        SharedMemory other = SharedMemory.create(posix, "atoll-test", 4096);
        Descriptor control = reopen(other.control().descriptor())) {
      export.publish();
      Reply connected = importer.ask(new Request.ImportConnect(1, ID, 0400));
      importer.lastDescriptors().forEach(Descriptor::close);
      for (int i = 0; i < waiting; i++) {
        assertThat(export.client.tell(rebind(export), other.descriptor(), control)).isTrue();
      }
      for (int i = 0; i < waiting; i++) {
        assertRefused(
            export.client.ask(rebind(export), other.descriptor(), control),
            RsmError.INSUFFICIENT_RESOURCES);
      }
      importer.tell(new Request.ImportDisconnect(((Reply.Connected) connected).handle()));
      for (int i = 0; i < waiting; i++) {
        assertThat(export.client.awaitReply()).isInstanceOf(Reply.Done.class);
      }
      assertThat(export.client.ask(rebind(export), other.descriptor(), control))
          .isInstanceOf(Reply.Done.class);
    }
  }

  @Test
  void aDeafImporterOfManyDoesNotUseUpTheDevicesDescriptors() {
    int imports = 1_000;
    try (Export export = new Export(ALLOW_REBIND);
        RawClient deaf = greeted();
        SharedMemory other = SharedMemory.create(posix, "atoll-test", 4096);
        Descriptor control = reopen(other.control().descriptor())) {
      export.publish();
      for (int i = 0; i < imports; i++) {
        assertThat(deaf.ask(new Request.ImportConnect(1, ID, 0400)))
            .isInstanceOf(Reply.Connected.class);
        deaf.lastDescriptors().forEach(Descriptor::close);
      }
      long before = descriptors();
      assertThat(export.client.ask(rebind(export), other.descriptor(), control))
          .isInstanceOf(Reply.Done.class);
      assertThat(descriptors() - before).isLessThanOrEqualTo(512 + 3);
      assertThat(device.status().imports()).isZero();
    }
  }

  @Test
  void refusesAListWithWrongDigitsAndUnknownFlags() {
    try (Export export = new Export(ALLOW_REBIND)) {
      export.publish();
      assertRefused(
          export.client.ask(
              new Request.ExportRepublish(export.handle, List.of(new AccessEntry(1, 0777)))),
          RsmError.BAD_ACL);
      assertRefused(
          export.client.ask(
              new Request.ExportCreate(4096, 0, false, 0600, 0x40),
              export.memory.descriptor(),
              export.control),
          RsmError.UNSUPPORTED_OPERATION);
    }
  }
}
