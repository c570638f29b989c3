/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetDestination;
import dev.atoll.lnet.LnetEventQueue;
import dev.atoll.lnet.LnetNode;
import dev.atoll.lnet.LnetTransfer;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Pieces;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs the programs of the page about LNet and compares them with what it shows. */
class LnetHowtoTest {
  private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final MemoryOptions PUTS =
      MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE);

  @Test
  void putsAndGets() throws Exception {
    assertThat(LnetPrograms.putAndGet()).isEqualTo(2026);
  }

  @Test
  void streamsListensAndFetches() throws Exception {
    try (Arena arena = Arena.ofShared();
        LnetNode server = LnetNode.start(LnetConfig.plain("127.0.78.4"));
        LnetNode client = LnetNode.start(LnetConfig.plain("127.0.78.3"))) {
      MemorySegment memory = arena.allocate(4096);
      server.attach(20, MatchSpec.exact(0x42), Pieces.of(memory), PUTS);
      LnetDestination there = LnetDestination.of("127.0.78.4@tcp", 20, 0x42);
      assertThat(LnetPrograms.stream(client, there, arena.allocate(8))).isEqualTo(1000);

      var heard = new CompletableFuture<String>();
      LnetPrograms.listen(server, arena.allocate(64), heard::complete);
      client.put(arena.allocate(8), LnetDestination.of("127.0.78.4@tcp", 21, 1));
      assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("PUT of 8 bytes");

      LnetEventQueue queue = server.eventQueue(64);
      server.attach(22, MatchSpec.exact(1), Pieces.of(arena.allocate(64)), PUTS, queue);
      try (LnetTransfer transfer = client.transfer(arena.allocate(8))) {
        int moved =
            transfer
                .to(LnetDestination.of("127.0.78.4@tcp", 22, 1))
                .headerData(77)
                .put(0, 8)
                .join();
        assertThat(moved).isEqualTo(8);
      }
      assertThat(LnetPrograms.next(queue)).isEqualTo(77);
    }
  }

  @Test
  void showsTheVeryLines() {
    String source =
        House.read(House.ROOT.resolve("checks/src/test/java/dev/atoll/checks/LnetPrograms.java"));
    String page = House.read(House.ROOT.resolve("docs/howto-lnet.md"));
    List<String> blocks = BLOCK.matcher(page).results().map(found -> found.group(1)).toList();
    assertThat(blocks).hasSize(4);
    assertThat(blocks).allMatch(block -> source.contains(indented(block)));
  }

  /** Empty lines stay empty. */
  private static String indented(String block) {
    return block.indent(2).replaceAll("(?m)^ +$", "");
  }
}
