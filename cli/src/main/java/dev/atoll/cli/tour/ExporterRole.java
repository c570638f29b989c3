/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.Node;
import dev.atoll.base.Clock;
import dev.atoll.cli.Output;
import dev.atoll.pmem.PmemAttributes;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.SignalOutcome;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The child that owns the file and exports it; the tour kills it. */
final class ExporterRole implements AutoCloseable {
  private static final int OWNER_WRITES_OTHERS_READ = 0644;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long BUDGET_NANOS = 400_000_000;

  private final Path directory;
  private final Path path;
  private final int segmentId;
  private final Output output;
  private static final int ALL_READ = 0444;

  private final Clock clock = Clock.system();
  private @Nullable Node node;
  private @Nullable PmemMapping mapping;
  private @Nullable ExportSegment export;

  ExporterRole(Path directory, Path path, int segmentId, Output output) {
    this.directory = directory;
    this.path = path;
    this.segmentId = segmentId;
    this.output = output;
  }

  RoleLoop addTo(RoleLoop loop) {
    return loop.on("open", _ -> open())
        .on("publish", _ -> publish())
        .on("await", _ -> await())
        .on("echo", count -> echo(Integer.parseInt(count)))
        .on("persist", _ -> persist())
        .on("write", _ -> write())
        .on("withdraw", _ -> withdraw())
        .on("narrow", _ -> narrow());
  }

  private Map<String, Object> open() {
    long start = clock.nanos();
    PmemMapping opened;
    try (PmemFile file = PmemFile.open(path)) {
      opened = file.map();
    }
    mapping = opened;
    RecordLog.Recovery recovery = TourFile.of(opened.segment()).log().recover();
    long took = clock.nanos() - start;
    PmemAttributes attributes = opened.attributes();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("sizeBytes", opened.size());
    answer.put("granularity", attributes.granularity().name());
    answer.put("instruction", attributes.instruction());
    answer.put("fileSystem", attributes.fileSystem());
    answer.put("isDurable", attributes.isDurable());
    answer.put("reason", attributes.reason());
    answer.put("whole", recovery.whole());
    answer.put("torn", recovery.torn());
    answer.put("micros", took / 1_000);
    return answer;
  }

  private Map<String, Object> publish() {
    Node attached = Node.attach(directory);
    node = attached;
    ExportSegment created = attached.controller("loopback").export(mapping());
    export = created;
    int id = created.publish(segmentId, Access.node(attached.nodeId(), OWNER_WRITES_OTHERS_READ));
    return Map.of("node", attached.nodeId(), "id", id);
  }

  private Map<String, Object> await() throws InterruptedException {
    SignalOutcome outcome = export().signals().await(PATIENCE);
    mapping().persist(TourFileLayout.NOTE_AT, TourFileLayout.PAGE_BYTES);
    return Map.of("outcome", outcome.name(), "note", TourFile.of(mapping().segment()).note());
  }

  private Map<String, Object> echo(int count) throws InterruptedException {
    int done = 0;
    while (done < count && export().signals().await(PATIENCE) == SignalOutcome.RECEIVED) {
      export().signals().post();
      done++;
    }
    return Map.of("done", done);
  }

  private Map<String, Object> persist() {
    PmemMapping memory = mapping();
    long at = TourFileLayout.SCRATCH_AT;
    double nanos =
        new Figures(clock)
            .medianNanos(
                BUDGET_NANOS,
                times -> {
                  for (int i = 0; i < times; i++) {
                    memory.segment().set(ValueLayout.JAVA_LONG, at, i);
                    memory.persist(at, 64);
                  }
                });
    return Map.of("nanos", nanos);
  }

  /** Writes records until it is killed, and says of each that it is safe once it is. */
  private Map<String, Object> write() {
    RecordLog log = TourFile.of(mapping().segment()).log();
    for (long number = log.last(0) + 1; number <= log.capacity(); number++) {
      log.append(mapping(), number);
      output.line(Long.toString(number));
    }
    return Map.of("full", true);
  }

  private Map<String, Object> withdraw() {
    long start = clock.nanos();
    export().unpublish();
    return Map.of("micros", (clock.nanos() - start) / 1_000);
  }

  private Map<String, Object> narrow() {
    int node = java.util.Objects.requireNonNull(this.node).nodeId();
    return Map.of("id", export().publish(segmentId, Access.node(node, ALL_READ)));
  }

  private PmemMapping mapping() {
    return java.util.Objects.requireNonNull(mapping, "open comes first");
  }

  private ExportSegment export() {
    return java.util.Objects.requireNonNull(export, "publish comes first");
  }

  @Override
  public void close() {
    if (export != null) {
      export.close();
    }
    if (mapping != null) {
      mapping.close();
    }
    if (node != null) {
      node.close();
    }
  }
}
