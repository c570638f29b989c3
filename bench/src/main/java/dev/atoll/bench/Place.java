/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A node with its device, wherever that is. */
final class Place implements AutoCloseable {
  private final Node node;
  private final @Nullable Forked daemon;
  private final @Nullable Path directory;

  private Place(Node node, @Nullable Forked daemon, @Nullable Path directory) {
    this.node = node;
    this.daemon = daemon;
    this.directory = directory;
  }

  static Place open(Carrier carrier, Path parent) {
    return switch (carrier) {
      case EMBEDDED -> new Place(Node.embedded(), null, null);
      case ATTACHED -> attached(parent);
    };
  }

  private static Place attached(Path parent) {
    Path directory;
    try {
      directory = Files.createTempDirectory(parent, "atoll-bench");
    } catch (IOException e) {
      throw new UncheckedIOException("making a directory in " + parent, e);
    }
    Forked daemon = Forked.start("device", directory.toString());
    try {
      daemon.awaitLine("ready");
      return new Place(Node.attach(directory), daemon, directory);
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  Node node() {
    return node;
  }

  /** The device's directory; only where it is attached. */
  Path directory() {
    if (directory == null) {
      throw new IllegalStateException("an embedded device has no directory");
    }
    return directory;
  }

  @Override
  public void close() {
    node.close();
    if (daemon != null) {
      daemon.close();
    }
    if (directory != null) {
      delete(directory);
    }
  }

  private static void delete(Path directory) {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("deleting " + directory, e);
    }
  }
}
