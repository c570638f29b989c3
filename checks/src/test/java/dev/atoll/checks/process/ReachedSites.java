/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;

/**
 * Writes down which sites a suite of forked processes has reached, where the others write theirs.
 */
final class ReachedSites {
  private static final Path FILE =
      Path.of(System.getProperty("atoll.root"), "target", "sites", "sites-forked.txt");

  private ReachedSites() {}

  static synchronized void add(Collection<String> sites) {
    try {
      Files.createDirectories(FILE.getParent());
      Files.write(FILE, sites, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
