/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.atoll.cli.ExitCode;
import dev.atoll.cli.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process of the tour, from the tour's side. Thread safety: one thread, but for {@link #kill}.
 */
final class TourChild {
  /** How long a child may take for an answer; a machine that swaps is slow, not broken. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int DIED_OF_INTERRUPT = 130;

  private final String name;
  private final Process process;
  private final Path errors;
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private TourChild(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    Thread.ofPlatform().name("atoll-" + name).daemon(true).start(this::read);
  }

  static TourChild start(String name, List<String> command, Path errors) throws IOException {
    var builder = new ProcessBuilder(command).redirectError(errors.toFile()).directory(null);
    // These would print a line of their own, and are about the launcher.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    return new TourChild(name, builder.start(), errors);
  }

  private void read() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException e) {
      // The JDK closes the stream of a process that was destroyed: that is an end too.
      lines.add(Optional.empty());
    } finally {
      lines.add(Optional.empty());
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Sends a line and waits for the answer. */
  ChildAnswer ask(String line) throws IOException, InterruptedException {
    send(line);
    return answer();
  }

  void send(String line) throws IOException {
    var input = process.getOutputStream();
    input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /** Waits for an answer that must not be a refusal. */
  ChildAnswer answer() throws IOException, InterruptedException {
    var answer = new ChildAnswer(JSON.std.mapFrom(line()));
    if (answer.values().get("error") instanceof String code) {
      throw new Refusal(ExitCode.FAILED, code, name + ": " + answer.text("message"));
    }
    return answer;
  }

  /** Waits for a line. */
  String line() throws InterruptedException {
    Optional<String> line = lines.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw new Refusal(
          ExitCode.FAILED, "ATOLL_TOUR_SLOW", name + " did not answer within " + PATIENCE);
    }
    return line.orElseThrow(this::death);
  }

  /** The next line if one is there or comes before the process ends; empty at its end. */
  Optional<String> lineOrEnd() throws InterruptedException {
    Optional<String> line = lines.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    return line == null ? Optional.empty() : line;
  }

  private Refusal death() {
    try {
      int code = process.waitFor();
      if (code == DIED_OF_INTERRUPT) {
        // Ctrl-C goes to all processes of the terminal; the child was faster than we.
        return new Refusal(ExitCode.INTERRUPTED, "EINTR", "interrupted");
      }
      String said = Files.exists(errors) ? Files.readString(errors).strip() : "";
      return new Refusal(
          ExitCode.FAILED,
          "ATOLL_TOUR_CHILD",
          name + " ended with exit code " + code + (said.isEmpty() ? "" : ", saying: " + said));
    } catch (IOException e) {
      return new Refusal(ExitCode.FAILED, "ATOLL_TOUR_CHILD", name + " ended: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Refusal(ExitCode.INTERRUPTED, "EINTR", "interrupted");
    }
  }

  /** As {@code kill -9}. Any thread. */
  void kill() {
    process.destroyForcibly();
  }

  /** Lets go of the leash, upon which the process leaves. */
  void release() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits until the process is dead. */
  int awaitDeath() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }
}
