/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.AccessEntry;
import dev.atoll.link.Request;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExportSegmentStateTest {
  private final ExportSegmentState export =
      new ExportSegmentState(
          null, new Request.ExportCreate(4096, 0, false, 0644, 0), null, new LentMemory(0));

  @Test
  void theFirstEntryOfANodeCounts() {
    export.publishAs(
        7, List.of(new AccessEntry(3, 0600), new AccessEntry(2, 0400), new AccessEntry(2, 0666)));

    assertThat(export.maskFor(2)).isEqualTo(0400);
  }

  @Test
  void aNodeThatTheListDoesNotNameHasNoMask() {
    export.publishAs(7, List.of(new AccessEntry(3, 0600)));

    assertThat(export.maskFor(2)).isNegative();
  }

  @Test
  void withoutAListTheCreatorsModeIsTheMask() {
    export.publishAs(7, List.of());

    assertThat(export.maskFor(2)).isEqualTo(0644);
  }
}
