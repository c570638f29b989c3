/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetDestination;
import dev.atoll.lnet.LnetEvent;
import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.LnetNode;
import dev.atoll.lnet.LnetSettings;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Pieces;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process with a node of LNet that serves one portal and does what it is told line by line. The
 * bytes of every message follow from its header data, so that a wrong one shows.
 *
 * <p>Commands: {@code put NID COUNT LENGTH}, {@code get NID COUNT LENGTH}, {@code ping NID}, {@code
 * seen}. Answers: {@code put ok=N failed=N last=CODE} and so on.
 */
final class LnetRole {
  private static final int PORTAL_PUT = 40;
  private static final int PORTAL_GET = 41;
  private static final long BITS = 0xa7011;
  private static final int BYTES = 1 << 20;
  private static final int GET_PATTERN = 5;
  private static final Duration PING_TIMEOUT = Duration.ofSeconds(2);

  private final LnetNode node;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment served = arena.allocate(BYTES);
  private final AtomicLong kept = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();

  private LnetRole(String nid) {
    LnetSettings settings =
        LnetSettings.builder()
            .transactionTimeout(Duration.ofSeconds(4))
            .lndTimeout(Duration.ofSeconds(2))
            .backOff(Duration.ofMillis(50), Duration.ofMillis(400))
            .build();
    node = LnetNode.start(LnetConfig.plain(nid).withTrustedNetwork().withSettings(settings));
  }

  /** Runs until the end of its input. */
  public static void main(String[] args) throws IOException, InterruptedException {
    var role = new LnetRole(args[0]);
    role.serve();
    System.out.println("here");
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      role.obey(line.split(" ", -1));
    }
  }

  private void serve() {
    MemorySegment source = arena.allocate(BYTES);
    fill(source, GET_PATTERN, BYTES);
    node.ask(engine ->
        engine.attach(
            engine.attach(PORTAL_PUT, MatchSpec.exact(BITS)),
            Pieces.of(served),
            MemoryOptions.forPuts().with(MemoryOptions.MANAGE_REMOTE),
            this::arrived,
            null));
    var _ =
        node.attach(
            PORTAL_GET,
            MatchSpec.exact(BITS),
            Pieces.of(source),
            MemoryOptions.forGets().with(MemoryOptions.MANAGE_REMOTE));
  }

  /** On the loop, so that the bytes are looked at before the next message can change them. */
  private void arrived(LnetEvent event) {
    if (event.status() == 0) {
      kept.incrementAndGet();
      if (!isFilled(served, (int) event.headerData(), event.movedLength())) {
        wrong.incrementAndGet();
      }
      // So that a part of the next message does not look like all of it.
      served.fill((byte) 0);
    }
  }

  private void obey(String[] words) throws InterruptedException {
    switch (words[0]) {
      case "put", "get" -> move(words);
      case "ping" ->
          System.out.println(
              "ping " + (node.ping(words[1], PING_TIMEOUT).isAnswered() ? "ok" : "silent"));
      case "seen" -> System.out.println("seen kept=" + kept.get() + " wrong=" + wrong.get());
      default -> throw new IllegalArgumentException("command=" + words[0]);
    }
  }

  private void move(String[] words) throws InterruptedException {
    boolean isPut = words[0].equals("put");
    int count = Integer.parseInt(words[2]);
    int length = Integer.parseInt(words[3]);
    var destination = LnetDestination.of(words[1], isPut ? PORTAL_PUT : PORTAL_GET, BITS);
    int ok = 0;
    String last = "none";
    MemorySegment memory = arena.allocate(length);
    for (int i = 0; i < count; i++) {
      fill(memory, isPut ? 0 : GET_PATTERN + 1, length);
      try {
        int moved = isPut ? node.put(memory, destination) : node.get(memory, destination);
        boolean isWhole = moved == length && (isPut || isFilled(memory, GET_PATTERN, length));
        if (!isWhole) {
          throw new IllegalStateException("success with wrong bytes, moved=" + moved);
        }
        ok++;
      } catch (LnetException e) {
        last = e.code();
      }
    }
    System.out.println(words[0] + " ok=" + ok + " failed=" + (count - ok) + " last=" + last);
  }

  private static void fill(MemorySegment memory, int pattern, int length) {
    for (int i = 0; i < length; i++) {
      memory.set(ValueLayout.JAVA_BYTE, i, byteAt(pattern, i));
    }
  }

  private static boolean isFilled(MemorySegment memory, int pattern, int length) {
    for (int i = 0; i < length; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, i) != byteAt(pattern, i)) {
        return false;
      }
    }
    return true;
  }

  private static byte byteAt(int pattern, int index) {
    return (byte) (pattern * 31 + index * 7 + (index >>> 8) + 1);
  }
}
