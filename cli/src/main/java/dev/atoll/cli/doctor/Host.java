/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor looks at, handed in so that tests can make up a host.
 *
 * @param posix the operating system
 * @param root where {@code proc} and {@code sys} are
 * @param environment variables
 * @param directory of the device
 * @param file a file to look at for persistent memory, if one was named
 */
public record Host(
    Posix posix,
    Path root,
    Map<String, String> environment,
    DeviceDirectory directory,
    @Nullable Path file) {

  /** The lines of a file below the root; none if it can not be read, which no container must. */
  List<String> lines(String name) {
    try {
      return Files.readAllLines(root.resolve(name));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The number a file below the root holds, or -1. */
  long number(String name) {
    List<String> lines = lines(name);
    try {
      return lines.isEmpty() ? -1 : Long.parseLong(lines.getFirst().strip());
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
