/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.Node;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.SignalOutcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs the programs of the page about segments and compares them with what it shows. */
class SegmentHowtoTest {
  private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  private final Node node = Node.embedded();
  private final SharedMemory memory = node.allocate(1 << 16);
  private final ExportSegment export = node.controller("loopback").export(memory);
  private final int id = export.publish(0, Access.node(node.nodeId(), 0600));
  private final ImportSegment segment =
      node.controller("loopback").connect(node.nodeId(), id, Permission.READ_WRITE);

  @AfterEach
  void closeAll() {
    segment.close();
    export.close();
    memory.close();
    node.close();
  }

  @Test
  void countsUp() {
    assertThat(SegmentPrograms.incrementedBy(segment, 8, 5)).isEqualTo(5);
    assertThat(SegmentPrograms.incrementedBy(segment, 8, 5)).isEqualTo(10);
  }

  @Test
  void turnsItemsRound() {
    segment.putLongs(0, new long[] {1, 2, 3});
    assertThat(SegmentPrograms.reversed(segment, 3)).containsExactly(3, 2, 1);
    assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(3);
  }

  @Test
  void updatesInASpan() {
    SegmentPrograms.update(segment, MemorySegment.ofArray(new long[] {42}));
    assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(8);
    assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 64)).isEqualTo(42);
  }

  @Test
  void gathersAndSignals() throws InterruptedException {
    MemorySegment header = MemorySegment.ofArray(new long[] {1});
    MemorySegment body = MemorySegment.ofArray(new long[] {2, 3});
    assertThat(SegmentPrograms.gather(segment, header, body)).isZero();
    assertThat(export.signals().await(Duration.ofSeconds(20))).isEqualTo(SignalOutcome.RECEIVED);
    assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 4104)).isEqualTo(3);
    assertThat(SegmentPrograms.gather(segment, header, MemorySegment.ofArray(new byte[1 << 16])))
        .isEqualTo(1);
  }

  @Test
  void sumsThroughAMapping() {
    segment.putLongs(0, new long[] {1, 2, 3});
    segment.putLong((1 << 16) - 8, 4);
    assertThat(SegmentPrograms.sum(segment)).isEqualTo(10);
    export.unpublish();
    assertThat(segment.isConnected()).isFalse();
  }

  @Test
  void showsTheVeryLines() {
    String source =
        House.read(
            House.ROOT.resolve("checks/src/test/java/dev/atoll/checks/SegmentPrograms.java"));
    String page = House.read(House.ROOT.resolve("docs/howto-segments.md"));
    List<String> blocks = BLOCK.matcher(page).results().map(found -> found.group(1)).toList();
    assertThat(blocks).hasSize(5);
    assertThat(blocks).allMatch(block -> source.contains(block.indent(2)));
  }
}
