/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** What the tools of LNet printed on a kernel node, version 2.17. */
final class Samples {
  private Samples() {}

  static String text(String name) {
    try (InputStream input =
        Objects.requireNonNull(Samples.class.getResourceAsStream(name), name)) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines with every number that counts something as N, and every address as A. */
  static List<String> shape(String text) {
    return text.lines()
        .map(line ->
            line.replaceAll("(: |\"|^)-?[0-9]+$", "$1N")
                .replaceAll("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+", "A")
                .replace("eth0", "A")
                .replace("\"A\"", "A"))
        .toList();
  }
}
