/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.posix.FileSystemStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of an overlay is as durable as the upper layer, if that can be looked at. */
class OverlayMountTest {
  private static final String DISK = "21 1 8:1 / / rw - ext4 /dev/disk rw\n";

  @TempDir Path directory;

  private Path file;
  private Path mountinfo;

  @BeforeEach
  void makesAFile() throws IOException {
    Path merged = Files.createDirectory(directory.resolve("mer ged"));
    file = Files.writeString(merged.resolve("file"), "x");
    mountinfo = directory.resolve("mountinfo");
  }

  private Backing judged(String options, long upperMagic) throws IOException {
    String point = file.toRealPath().getParent().toString().replace(" ", "\\040");
    String line = "22 21 0:40 / " + point + " rw shared:1 - overlay overlay " + options + "\n";
    Files.writeString(mountinfo, DISK + line);
    PosixTwin twin =
        PosixTwin.quiet()
            .on("fstatfs", (arguments, call) -> new FileSystemStatus(upperMagic, 4096, 1));
    return OverlayMount.of(twin.posix(), mountinfo, file);
  }

  private String upper() {
    return "rw,lowerdir=/l,upperdir=" + directory + ",workdir=/w";
  }

  @Test
  void trustsAnUpperLayerOnADisk() throws IOException {
    Backing backing = judged(upper(), FileSystemStatus.EXT_MAGIC);
    assertThat(backing.isKept()).isTrue();
    assertThat(backing.isMemory()).isFalse();
    assertThat(backing.why()).contains("ext4");
  }

  @Test
  void seesAnUpperLayerInMemory() throws IOException {
    Backing backing = judged(upper(), FileSystemStatus.TMPFS_MAGIC);
    assertThat(backing.isKept()).isFalse();
    assertThat(backing.isMemory()).isTrue();
  }

  @Test
  void promisesNothingOfALayerThatItCannotSee() throws IOException {
    for (String options :
        new String[] {
          "rw,lowerdir=/l,upperdir=/nowhere/at/all,workdir=/w",
          "ro,lowerdir=/l",
          upper() + ",volatile"
        }) {
      Backing backing = judged(options, FileSystemStatus.EXT_MAGIC);
      assertThat(backing.isKept()).isFalse();
      assertThat(backing.isMemory()).isFalse();
      assertThat(backing.why()).contains("not known");
    }
    Path missing = directory.resolve("missing");
    assertThat(OverlayMount.of(Posix.system(), missing, file).why()).contains("missing");
  }

  /** The file itself is what the attributes speak of. */
  @Test
  void makesAFileOfAnOverlayNotDurable() throws IOException {
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "fstatfs",
                (arguments, call) ->
                    new FileSystemStatus(FileSystemStatus.OVERLAYFS_MAGIC, 4096, 1));
    try (PmemFile opened = PmemFile.open(twin.posix(), file);
        PmemMapping mapping = opened.map()) {
      assertThat(mapping.attributes().isDurable()).isFalse();
      assertThat(mapping.attributes().isVolatileFileSystem()).isFalse();
    }
    assertThat(PmemInfo.of(twin.posix(), file).facts().getFirst().why())
        .contains("not known")
        .endsWith(".");
  }
}
