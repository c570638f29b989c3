/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.base.AtollException;
import dev.atoll.cli.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The conversation of a child with the tour: a line comes in, one JSON object goes out.
 *
 * <p>Standard input is the leash too: when it ends, the tour has ended or died, and the process
 * leaves at once, whatever it is doing. What it holds the device takes back.
 */
final class RoleLoop {
  private static final String QUIT = "quit";

  private final Output output;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Map<String, Action> actions = new LinkedHashMap<>();

  RoleLoop(InputStream input, Output output) {
    this.output = output;
    Thread.ofPlatform().name("atoll-leash").daemon(true).start(() -> follow(input));
  }

  /** What a word of the tour makes the child do. */
  @FunctionalInterface
  interface Action {
    Map<String, Object> run(String argument) throws IOException, InterruptedException;
  }

  RoleLoop on(String word, Action action) {
    actions.put(word, action);
    return this;
  }

  /** Obeys until it is told to quit. */
  void run() throws IOException, InterruptedException {
    output.json(Map.of("pid", ProcessHandle.current().pid()));
    for (String line = lines.take(); !line.equals(QUIT); line = lines.take()) {
      int blank = line.indexOf(' ');
      String word = blank < 0 ? line : line.substring(0, blank);
      Action action = actions.get(word);
      if (action == null) {
        throw new IllegalArgumentException("word=" + word + " is none of " + actions.keySet());
      }
      output.json(answer(action, blank < 0 ? "" : line.substring(blank + 1)));
    }
  }

  private static Map<String, Object> answer(Action action, String argument)
      throws IOException, InterruptedException {
    try {
      return action.run(argument);
    } catch (AtollException e) {
      Map<String, Object> refusal = new LinkedHashMap<>();
      refusal.put("error", e.code());
      refusal.put("message", String.valueOf(e.getMessage()));
      return refusal;
    }
  }

  private void follow(InputStream input) {
    try (var reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
        if (line.equals(QUIT)) {
          return;
        }
      }
    } catch (IOException e) {
      System.err.println("the leash broke: " + e.getMessage());
    }
    // Not exit: nobody is left to talk to, and nothing here needs to be tidied.
    Runtime.getRuntime().halt(0);
  }
}
