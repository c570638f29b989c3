/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: which device. */
final class DirectoryOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = {
        "The device's directory. Default: $ATOLL_DIR, else $XDG_RUNTIME_DIR/atoll,",
        "else /run/atoll for root and /tmp/atoll-UID for others."
      })
  private @Nullable Path directory;

  /** Whether the command line names a directory. */
  boolean isGiven() {
    return directory != null;
  }

  DeviceDirectory find() {
    Path named = directory;
    if (named != null) {
      return new DeviceDirectory(named);
    }
    return DeviceDirectory.find(System.getenv(), Posix.system().effectiveUid(), temporary());
  }

  /** Whether the command line names a directory. */
  boolean isNamed() {
    return directory != null;
  }

  static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  Node attach() {
    return Node.attach(Posix.system(), find());
  }
}
