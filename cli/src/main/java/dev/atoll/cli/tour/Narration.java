/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.cli.Streams;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the tour tells: a story for people, or one JSON object, and the checks that were made. */
final class Narration {
  private static final String BOLD = "\033[1m";
  private static final String PLAIN = "\033[0m";

  private final Streams streams;
  private final boolean isJson;
  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final List<Map<String, Object>> steps = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final List<Map<String, Object>> checks = new ArrayList<>();
  private int failed;

  Narration(Streams streams, boolean isJson) {
    this.streams = streams;
    this.isJson = isJson;
  }

  void plain(String text) {
    if (!isJson) {
      streams.out().line(text);
    }
  }

  void step(String title) {
    endStep();
    lines.add(title);
    plain("");
    String heading = (steps.size() + 1) + ". " + title;
    plain(streams.isTerminal() ? BOLD + heading + PLAIN : heading);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
  void say(String format, Object... values) {
    String text = String.format(Locale.ROOT, format, values);
    lines.add(text);
    plain("   " + text);
  }

  /** Says what was seen, and remembers whether it was what had to be. */
  void check(String what, boolean isHeld) {
    Map<String, Object> check = new LinkedHashMap<>();
    check.put("what", what);
    check.put("isHeld", isHeld);
    checks.add(check);
    if (!isHeld) {
      failed++;
      say("NOT AS PROMISED: %s", what);
    }
  }

  void figure(String name, double value) {
    figures.put(name, value);
  }

  int checksMade() {
    return checks.size();
  }

  int checksFailed() {
    return failed;
  }

  private void endStep() {
    if (!lines.isEmpty()) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("title", lines.getFirst());
      step.put("lines", List.copyOf(lines.subList(1, lines.size())));
      steps.add(step);
      lines.clear();
    }
  }

  void end(long tookMillis) {
    endStep();
    if (isJson) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("isHeld", failed == 0);
      all.put("tookMillis", tookMillis);
      all.put("steps", steps);
      all.put("figures", figures);
      all.put("checks", checks);
      streams.out().json(all);
    }
  }
}
