/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.Soak;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports and imports that come and go leave nothing: descriptors, mappings, memory stay flat. */
class CyclesTest {
  private static final int WARM_UP = 2_000;
  private static final int SHORT = 300;
  private static final long CYCLES = 100_000;

  /** Mappings are given back ten seconds after they were closed. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path temporary;
  private final MemorySegment bytes = MemorySegment.ofArray(new byte[] {1, 2, 3});

  private void cycle(Node exporter, Node importer, int id) {
    try (SharedMemory memory = exporter.allocate(1 << 16);
        Controller here = exporter.controller();
        Controller there = importer.controller();
        ExportSegment export = here.export(memory)) {
      export.publish(id);
      try (ImportSegment segment = there.connect(importer.nodeId(), id, Permission.READ_WRITE)) {
        segment.put(0, bytes);
      }
    }
  }

  private static long descriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? -1 : names.length;
  }

  private static long mappings() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("atoll")).count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long residentKilobytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("RssShmem:") || line.startsWith("RssAnon:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .sum();
    }
  }

  @Test
  void someCyclesLeaveNoDescriptorAndNoMapping() {
    try (SocketCarrier carrier = new SocketCarrier(temporary);
        Node exporter = carrier.attach();
        Node importer = carrier.attach()) {
      cycle(exporter, importer, 0x600000);
      // Other tests of this process may have some too; those can only become fewer.
      long descriptors = descriptors();
      long mappings = mappings();
      for (int i = 0; i < SHORT; i++) {
        cycle(exporter, importer, 0x600000 + i);
      }
      Conditions.await("descriptors given back", PATIENCE, () -> descriptors() <= descriptors);
      Conditions.await("mappings given back", PATIENCE, () -> mappings() <= mappings);
    }
  }

  @Test
  @Tag(Soak.TAG)
  void aHundredThousandCyclesAreFlat() throws Exception {
    try (SocketCarrier carrier = new SocketCarrier(temporary);
        Node exporter = carrier.attach();
        Node importer = carrier.attach()) {
      for (int i = 0; i < WARM_UP; i++) {
        cycle(exporter, importer, 0x600000 + i);
      }
      long descriptors = descriptors();
      long mappings = mappings();
      System.gc();
      long before = residentKilobytes();
      long done =
          Soak.repeat(
              "export, import and both back",
              CYCLES,
              number -> cycle(exporter, importer, 0x600000 + (int) (number % 1000)));
      Conditions.await("descriptors given back", PATIENCE, () -> descriptors() <= descriptors);
      Conditions.await("mappings given back", PATIENCE, () -> mappings() <= mappings);
      System.gc();
      long after = residentKilobytes();
      System.out.printf(
          "soak: cycles=%d descriptors=%d mappings=%d resident=%d -> %d KiB%n",
          done, descriptors(), mappings(), before, after);
      assertThat(after).isLessThan(before + before / 10 + 16 * 1024);
    }
  }
}
