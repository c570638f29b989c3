/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import dev.atoll.lnet.AttachedMemory;
import dev.atoll.lnet.CompletionCounter;
import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetDestination;
import dev.atoll.lnet.LnetEvent;
import dev.atoll.lnet.LnetEventQueue;
import dev.atoll.lnet.LnetNode;
import dev.atoll.lnet.LnetTransfer;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Pieces;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.function.Consumer;

/** The programs of docs/howto-lnet.md, line by line. */
final class LnetPrograms {
  private LnetPrograms() {}

  static long putAndGet() throws InterruptedException {
    try (Arena arena = Arena.ofShared();
        LnetNode server = LnetNode.start(LnetConfig.plain("127.0.78.2"));
        LnetNode client = LnetNode.start(LnetConfig.plain("127.0.78.1"))) {
      MemorySegment shared = arena.allocate(4096);
      MemoryOptions options =
          MemoryOptions.forPuts().with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE);
      AttachedMemory _ = server.attach(20, MatchSpec.exact(0x42), Pieces.of(shared), options);

      LnetDestination there = LnetDestination.of("127.0.78.2@tcp", 20, 0x42);
      MemorySegment word = arena.allocate(8);
      word.set(ValueLayout.JAVA_LONG, 0, 2026);
      client.put(word, there); // returns when the server's memory has it
      word.fill((byte) 0);
      client.get(word, there);
      return word.get(ValueLayout.JAVA_LONG, 0);
    }
  }

  static long stream(LnetNode client, LnetDestination there, MemorySegment memory)
      throws InterruptedException {
    CompletionCounter ends = client.completionCounter();
    LnetTransfer[] window = new LnetTransfer[4];
    for (int i = 0; i < window.length; i++) {
      window[i] = client.transfer(memory).to(there).counted(ends);
    }
    for (int i = 0; i < 1000; i++) {
      LnetTransfer next = window[i % window.length];
      next.await(Duration.ofSeconds(10)); // the use before, four puts ago
      next.at(i * 8 % 4096).put(0, 8);
    }
    ends.await(1000, Duration.ofSeconds(10));
    for (LnetTransfer each : window) {
      each.close();
    }
    return ends.ended() - ends.failed();
  }

  static AttachedMemory listen(LnetNode server, MemorySegment inbox, Consumer<String> sink) {
    return server.attach(
        21,
        MatchSpec.exact(1),
        Pieces.of(inbox),
        MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
        event -> sink.accept(event.type() + " of " + event.movedLength() + " bytes"));
  }

  static long next(LnetEventQueue queue) throws InterruptedException {
    LnetEvent event = new LnetEvent();
    while (queue.await(event, Duration.ofSeconds(10))) {
      if (event.status() == 0) {
        return event.headerData();
      }
    }
    return -1;
  }
}
