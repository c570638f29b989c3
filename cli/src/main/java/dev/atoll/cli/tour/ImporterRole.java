/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.Node;
import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import dev.atoll.cli.Output;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.rsm.SignalOutcome;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The child that uses the segment; a second one of it may only read. */
final class ImporterRole implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int WARM_UP_ROUNDS = 300;

  private final Path directory;
  private final Path path;
  private final int segmentId;
  private final Output output;
  private final Clock clock = Clock.system();
  private @Nullable Node node;
  private @Nullable ImportSegment segment;
  private @Nullable ImportMapping mapping;
  private @Nullable TourFile file;
  private long lastSeen;

  ImporterRole(Path directory, Path path, int segmentId, Output output) {
    this.directory = directory;
    this.path = path;
    this.segmentId = segmentId;
    this.output = output;
  }

  RoleLoop addTo(RoleLoop loop) {
    return loop.on("connect", word -> connect(Permission.valueOf(word)))
        .on("firstline", _ -> Map.of("line", file().firstLine()))
        .on("note", this::note)
        .on("refused", _ -> refused())
        .on("figures", millis -> figures(Integer.parseInt(millis)))
        .on("signals", rounds -> signals(Integer.parseInt(rounds)))
        .on("peek", _ -> peek())
        .on("watch", _ -> watch())
        .on("verify", _ -> verify())
        .on("try", word -> Map.of("answer", tryToConnect(Permission.valueOf(word))));
  }

  private Map<String, Object> connect(Permission permission) {
    disconnect();
    Node attached = node == null ? Node.attach(directory) : node;
    node = attached;
    long start = clock.nanos();
    ImportSegment connected =
        attached.controller("loopback").connect(attached.nodeId(), segmentId, permission);
    segment = connected;
    ImportMapping mapped = connected.map(0, connected.size(), permission);
    long took = clock.nanos() - start;
    mapping = mapped;
    file = TourFile.of(mapped.segment());
    return Map.of(
        "micros", took / 1_000, "sizeBytes", connected.size(), "kind", connected.kind().name());
  }

  private Map<String, Object> note(String text) {
    file().writeNote(text);
    segment().signals().post();
    return Map.of("bytes", text.length());
  }

  private Map<String, Object> refused() {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("put", codeOf(() -> segment().put(0, MemorySegment.ofArray(new byte[8]))));
    answer.put("connect", codeOf(this::connectForWriting));
    answer.putAll(new KernelWord(path).ask());
    return answer;
  }

  private void connectForWriting() {
    connectAndLeave(Permission.READ_WRITE);
  }

  private void connectAndLeave(Permission permission) {
    Node attached = java.util.Objects.requireNonNull(node);
    attached.controller("loopback").connect(attached.nodeId(), segmentId, permission).close();
  }

  private String tryToConnect(Permission permission) {
    return codeOf(() -> connectAndLeave(permission));
  }

  private static String codeOf(Runnable operation) {
    try {
      operation.run();
      return "granted";
    } catch (RsmException e) {
      return e.code();
    }
  }

  private Map<String, Object> figures(int millis) {
    return new ImportFigures(clock, segment(), file(), millis * 1_000_000L).measure();
  }

  private Map<String, Object> signals(int rounds) throws InterruptedException {
    List<Long> samples = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      long start = clock.nanos();
      segment().signals().post();
      if (segment().signals().await(PATIENCE) != SignalOutcome.RECEIVED) {
        break;
      }
      if (round >= Math.min(WARM_UP_ROUNDS, rounds / 2)) {
        samples.add(clock.nanos() - start);
      }
    }
    return Map.of("nanos", (double) Figures.median(samples), "rounds", samples.size());
  }

  private Map<String, Object> peek() {
    lastSeen = file().log().last(lastSeen);
    return Map.of("last", lastSeen);
  }

  /** Sleeps until the connection ends, then tells what it looks like. */
  private Map<String, Object> watch() throws InterruptedException {
    output.json(Map.of("watching", true));
    SignalOutcome outcome = segment().signals().await(PATIENCE);
    // The waiter may wake before the pages have been swapped, by a moment.
    Deadline deadline = Deadline.after(clock, PATIENCE);
    while (!isZero() && !deadline.isReached()) {
      Thread.onSpinWait();
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("outcome", outcome.name());
    answer.put("isConnected", segment().isConnected());
    answer.put("get", codeOf(() -> segment().get(0, MemorySegment.ofArray(new byte[8]))));
    answer.put("isZero", isZero());
    return answer;
  }

  private boolean isZero() {
    MemorySegment memory = java.util.Objects.requireNonNull(mapping).segment();
    return memory.get(TourFileLayout.WORD, TourFileLayout.MAGIC_AT) == 0;
  }

  private Map<String, Object> verify() {
    RecordLog.Recovery recovery = file().log().recover();
    return Map.of(
        "digest", file().textDigest(),
        "note", file().note(),
        "whole", recovery.whole(),
        "torn", recovery.torn());
  }

  private ImportSegment segment() {
    return java.util.Objects.requireNonNull(segment, "connect comes first");
  }

  private TourFile file() {
    return java.util.Objects.requireNonNull(file, "connect comes first");
  }

  private void disconnect() {
    if (segment != null) {
      segment.close();
    }
    lastSeen = 0;
  }

  @Override
  public void close() {
    disconnect();
    if (node != null) {
      node.close();
    }
  }
}
