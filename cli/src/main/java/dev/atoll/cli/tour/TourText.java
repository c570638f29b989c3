/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.cli.ExitCode;
import dev.atoll.cli.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the tour begins with.
 *
 * @param name what it is called
 * @param bytes how long it is
 * @param stream its content, owned
 */
record TourText(String name, long bytes, InputStream stream) implements AutoCloseable {
  private static final String LICENCE = "LICENSE";
  private static final long MOST_BYTES = 1L << 30;

  static TourText of(@Nullable Path file) throws IOException {
    if (file == null) {
      try (InputStream stream = TourText.class.getResourceAsStream(LICENCE)) {
        byte[] all = Objects.requireNonNull(stream, "the jar has no licence").readAllBytes();
        return new TourText(LICENCE, all.length, new ByteArrayInputStream(all));
      }
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw refusal(file + " is not a file");
    }
    long bytes = Files.size(file);
    if (bytes > MOST_BYTES) {
      throw refusal(file + " has " + bytes + " bytes, and the tour takes up to " + MOST_BYTES);
    }
    return new TourText(file.toString(), bytes, Files.newInputStream(file));
  }

  private static Refusal refusal(String why) {
    return new Refusal(ExitCode.FAILED, "ATOLL_TOUR_FILE", why + "; name another file, or none");
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
