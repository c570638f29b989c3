/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.Notification;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImportTableTest {
  private static final Notification.Rebind REBIND = new Notification.Rebind(7, 0, false);

  private final ImportTable table = new ImportTable();

  private static Descriptor descriptor() {
    return Posix.system().eventfd(0);
  }

  @Test
  void closesMemoryThatComesForAnImportWhichWasDisconnected() {
    Descriptor late = descriptor();
    table.rebind(REBIND, List.of(late));
    assertThat(late.isOpen()).isFalse();
  }

  @Test
  void keepsEarlyMemoryWhileSomebodyConnectsAndNoLonger() {
    Descriptor first = descriptor();
    Descriptor second = descriptor();
    table.beginConnect();
    table.beginConnect();
    table.rebind(REBIND, List.of(first));
    table.rebind(REBIND, List.of(second));
    assertThat(first.isOpen()).as("there is newer memory").isFalse();
    table.endConnect();
    assertThat(second.isOpen()).as("another connects still").isTrue();
    table.endConnect();
    assertThat(second.isOpen()).isFalse();
  }
}
