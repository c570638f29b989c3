/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.SendOutcome;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;

/** A process that sends until it is killed, and notes in a ledger what it has committed. */
final class ChannelSenderProcess {
  private ChannelSenderProcess() {}

  /** Arguments: directory, channel id, ledger id, name (a number), "run", "once" or "claim". */
  public static void main(String[] args) throws Exception {
    long name = Long.parseLong(args[3]);
    try (Node node = Node.attach(Path.of(args[0]))) {
      Controller loopback = node.controller("loopback");
      ImportSegment ledger =
          loopback.connect(node.nodeId(), Integer.decode(args[2]), Permission.READ_WRITE);
      ImportMapping pages = ledger.map(0, ledger.size(), Permission.READ_WRITE);
      ChannelSender sender =
          ChannelSender.connect(loopback, node.nodeId(), Integer.decode(args[1]));
      switch (args[4]) {
        case "claim" -> claim(sender, name);
        case "once" -> send(sender, new Random(name), name, 0, pages.segment());
        default -> {
          System.out.println("sending");
          run(sender, name, pages.segment());
        }
      }
    }
  }

  private static void claim(ChannelSender sender, long name) throws Exception {
    SendOutcome outcome = sender.claim(200, 1);
    // Half a message.
    sender.buffer().set(JAVA_LONG, sender.offset(), name);
    System.out.println("claimed " + outcome);
    System.in.read();
  }

  private static void run(ChannelSender sender, long name, MemorySegment ledger) {
    Random random = new Random(name);
    for (long i = 0; ; i++) {
      send(sender, random, name, i, ledger);
    }
  }

  private static void send(
      ChannelSender sender, Random random, long name, long number, MemorySegment ledger) {
    int words = 3 + random.nextInt(random.nextInt(8) == 0 ? 60 : 5);
    SendOutcome outcome = sender.claim(words * 8, (int) name);
    while (outcome == SendOutcome.FULL) {
      pause();
      outcome = sender.claim(words * 8, (int) name);
    }
    if (outcome != SendOutcome.ACCEPTED) {
      throw new IllegalStateException("" + outcome);
    }
    MemorySegment buffer = sender.buffer();
    long at = sender.offset();
    buffer.set(JAVA_LONG, at, name);
    buffer.set(JAVA_LONG, at + 8, number);
    for (int word = 2; word < words; word++) {
      buffer.set(JAVA_LONG, at + word * 8L, mix(name, number, word));
    }
    if (sender.commit() != SendOutcome.ACCEPTED) {
      throw new IllegalStateException("committed to nobody");
    }
    // After the commit: a message that the ledger knows is in the channel.
    ledger.set(JAVA_LONG, name * 64, number + 1);
  }

  static long mix(long name, long number, int word) {
    return (name * 31 + number) * 0x9E37_79B9_7F4A_7C15L + word;
  }

  @SuppressWarnings("ThreadPriorityCheck") // more processes than processors
  private static void pause() {
    Thread.yield();
  }
}
