/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.WriteBack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PmemInfoTest {
  private static final Sysfs NO_DEVICES = new Sysfs(Path.of("/nonexistent"));

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private static Map<String, String> values(PmemInfo info) {
    return info.facts().stream()
        .collect(Collectors.toMap(PmemInfo.Fact::name, PmemInfo.Fact::value));
  }

  @Test
  void tellsOfEachFactWhatAndWhy() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[10_000]);
    PmemInfo info = PmemInfo.of(path);
    assertThat(info.facts())
        .extracting(PmemInfo.Fact::name)
        .containsExactly(
            "file-system",
            "dax",
            "map-sync",
            "granularity",
            "instruction",
            "persistence-domain",
            "eadr",
            "page-size",
            "blocks");
    assertThat(info.facts())
        .allSatisfy(fact -> {
          assertThat(fact.value()).isNotBlank();
          assertThat(fact.why()).endsWith(".").hasSizeGreaterThan(10);
        });
    assertThat(info.sizeBytes()).isEqualTo(10_000);
    assertThat(info.path()).isEqualTo(path);
    assertThat(Files.readAllBytes(path)).hasSize(10_000).containsOnly(0);
  }

  @Test
  void agreesWithTheAttributesOfAMapping() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[10_000]);
    PmemInfo info = PmemInfo.of(path);
    try (PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map()) {
      PmemAttributes attributes = mapping.attributes();
      assertThat(info.granularity()).isEqualTo(attributes.granularity());
      assertThat(info.persistenceDomain()).isEqualTo(attributes.persistenceDomain());
      assertThat(info.isMapSync()).isEqualTo(attributes.isMapSync());
      assertThat(info.hasHoles()).isEqualTo(attributes.hasHoles());
      assertThat(values(info)).containsEntry("file-system", attributes.fileSystem());
      assertThat(values(info)).containsEntry("instruction", attributes.instruction());
    }
  }

  @Test
  void showsARefusedMapSyncWithItsErrno() throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[1]);
    PmemInfo info = PmemInfo.of(path);
    Assumptions.assumeFalse(info.isMapSync(), "the temporary directory is on DAX");
    assertThat(values(info)).containsEntry("map-sync", "refused (EOPNOTSUPP)");
    assertThat(values(info)).containsEntry("granularity", "PAGE");
  }

  @Test
  void showsAGrantedMapSync() throws IOException {
    Assumptions.assumeTrue(WriteBack.isAvailable(), "no write-back here");
    Path path = Files.write(directory.resolve("file"), new byte[1]);
    PmemInfo info =
        PmemInfo.of(new Host(PosixTwin.grantingMapSync().posix(), NO_DEVICES, null), path);
    assertThat(info.isMapSync()).isTrue();
    assertThat(values(info))
        .containsEntry("map-sync", "granted")
        .containsEntry("granularity", "CACHE_LINE")
        .containsEntry("instruction", WriteBack.instruction().name());
  }

  @Test
  void showsHoles() throws IOException {
    Path path = directory.resolve("sparse");
    PmemFile.open(path, 1 << 20, PmemOption.CREATE, PmemOption.SPARSE).close();
    PmemInfo info = PmemInfo.of(path);
    assertThat(info.hasHoles()).isTrue();
    assertThat(values(info).get("blocks")).endsWith(" of 1048576");
  }

  @Test
  void refusesWhatCannotBeMapped() {
    assertThatThrownBy(() -> PmemInfo.of(directory.resolve("missing")))
        .hasMessageContaining("ENOENT");
    assertThatThrownBy(() -> PmemInfo.of(directory)).hasMessageContaining("EISDIR");
    assertThatThrownBy(() -> PmemInfo.of(Path.of("/dev/null"))).isInstanceOf(PmemException.class);
  }
}
