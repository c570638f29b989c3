/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every line that a process printed on one stream, gathered by a thread of its own. */
final class Transcript {
  /** A process that prints without end must not eat the memory of the test. */
  private static final int MOST_LINES = 100_000;

  private final List<String> lines = new ArrayList<>();
  private boolean isEnded;
  private int next;

  Transcript(String name, InputStream stream) {
    Thread.ofPlatform().daemon().name(name).start(() -> read(stream));
  }

  private void read(InputStream stream) {
    try (var input = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      // The JDK closes the streams of a process that was destroyed; what came is what there is.
      add("(stream ended: " + e + ")");
    } finally {
      end();
    }
  }

  private synchronized void add(String line) {
    if (lines.size() < MOST_LINES) {
      lines.add(line);
    }
  }

  private synchronized void end() {
    isEnded = true;
  }

  /** All lines so far. */
  synchronized List<String> all() {
    return List.copyOf(lines);
  }

  /** Takes the next line that starts so, skipping those before it; null if there is none yet. */
  synchronized @Nullable String take(String prefix) {
    for (int index = next; index < lines.size(); index++) {
      String line = lines.get(index);
      if (line.startsWith(prefix)) {
        next = index + 1;
        return line;
      }
    }
    return null;
  }

  /** Tells whether a line has been printed at any time. */
  synchronized boolean has(String wanted) {
    return lines.contains(wanted);
  }

  synchronized boolean isEnded() {
    return isEnded;
  }
}
