/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import dev.atoll.base.CheckReturnValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A JVM that a test starts, talks to line by line, stops, continues and kills.
 *
 * <p>The process runs a main class from the class path of the test, as another user if asked. What
 * it prints is kept; every failure message holds all of it. The test sends lines to its standard
 * input and expects lines on its standard output. Lines {@code @held NAME} and {@code @site NAME}
 * on standard error come from {@link dev.atoll.base.Site}.
 *
 * <p>Each wait is bounded by the deadline of the {@link ForkedJvmPlan}. {@link #close} ends the
 * process by its id, so that none outlives its test.
 *
 * <p>Thread safety: one thread at a time.
 */
public final class ForkedJvm implements AutoCloseable {
  /** The exit code of a process that died of SIGKILL: 128 + 9. */
  public static final int KILLED = 137;

  private static final String HELD = "@held ";
  private static final String SITE = "@site ";

  private final Process process;
  private final Duration deadline;
  private final String name;
  private final Transcript output;
  private final Transcript errors;

  private ForkedJvm(Process process, ForkedJvmPlan plan) {
    this.process = process;
    this.deadline = plan.deadline();
    this.name = plan.mainClass().getSimpleName() + "[" + process.pid() + "]";
    this.output = new Transcript(name + " stdout", process.getInputStream());
    this.errors = new Transcript(name + " stderr", process.getErrorStream());
  }

  /**
   * Starts to describe a process.
   *
   * @param mainClass a class of the test's class path with a main method
   * @return a plan with the defaults: this user, no arguments, small heap, 60 seconds
   */
  public static ForkedJvmPlan of(Class<?> mainClass) {
    return ForkedJvmPlan.of(mainClass);
  }

  /**
   * Tells why processes of other users can not be started here.
   *
   * @return the reason, for an assumption; empty if they can
   */
  @CheckReturnValue
  public static Optional<String> whyNoOtherUser() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("needs root to start processes of other users");
    }
    try {
      Process probe =
          new ProcessBuilder("setpriv", "--reuid", "65534", "--clear-groups", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      int code = probe.waitFor();
      return code == 0
          ? Optional.empty()
          : Optional.of("setpriv can not change the user here: exit code " + code);
    } catch (IOException e) {
      return Optional.of("needs setpriv (Debian: util-linux): " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }

  static ForkedJvm start(ForkedJvmPlan plan) {
    var builder = new ProcessBuilder(plan.command());
    // These would print a line of their own on standard error.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("_JAVA_OPTIONS");
    builder.environment().putAll(plan.environment());
    // The checkout may lie where another user can not be.
    builder.directory(Path.of("/").toFile());
    try {
      return new ForkedJvm(builder.start(), plan);
    } catch (IOException e) {
      throw new UncheckedIOException("starting " + plan.command(), e);
    }
  }

  /**
   * Tells the process id.
   *
   * @return the id, also after the process has died
   */
  public long pid() {
    return process.pid();
  }

  /**
   * Tells whether the process lives.
   *
   * @return false once it has died
   */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Writes a line to the standard input of the process.
   *
   * @param line the line without its end
   * @throws AssertionError if the process does not read any more
   */
  public void send(String line) {
    try {
      var input = process.getOutputStream();
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      throw failure("does not take the line '" + line + "'", e);
    }
  }

  /**
   * Waits for a line on the standard output and passes over those before it.
   *
   * @param prefix what the line begins with
   * @return the line
   * @throws AssertionError if it does not come in time or the process dies, with all it printed
   */
  public String expect(String prefix) {
    var found = new AtomicReference<@Nullable String>();
    awaitOrDeath(
        "print a line that begins with '" + prefix + "'",
        () -> {
          // Asked again after it held: must not take a second line.
          if (found.get() == null) {
            found.set(output.take(prefix));
          }
          return found.get() != null;
        });
    return Objects.requireNonNull(found.get());
  }

  /**
   * Waits until a thread of the process is held at a site; it needs {@code hold:NAME} in the plan.
   *
   * @param site the name of the site
   * @throws AssertionError if it is not reached in time or the process dies, with all it printed
   */
  public void awaitHeld(String site) {
    awaitOrDeath("reach the site " + site, () -> errors.has(HELD + site));
  }

  /**
   * Lists the sites that the process has reached; it needs {@code trace} in the plan.
   *
   * @return the names, in the order of the first visits
   */
  public List<String> sites() {
    return errors.all().stream()
        .filter(line -> line.startsWith(SITE))
        .map(line -> line.substring(SITE.length()))
        .toList();
  }

  /**
   * Tells what the process has printed on standard output.
   *
   * @return the lines so far
   */
  public List<String> output() {
    return output.all();
  }

  /**
   * Tells what the process has printed on standard error.
   *
   * @return the lines so far
   */
  public List<String> errors() {
    return errors.all();
  }

  /**
   * Kills the process as {@code kill -9} does and waits until it is dead.
   *
   * @throws AssertionError if it had died before, or of something else
   */
  public void kill9() {
    process.destroyForcibly();
    int code = awaitExit();
    if (code != KILLED) {
      throw failure("was to die of SIGKILL but its exit code is " + code, null);
    }
  }

  /**
   * Stops the process (SIGSTOP) and waits until the kernel says so.
   *
   * @throws AssertionError if it does not stop in time
   */
  public void stop() {
    signal("STOP");
    Conditions.await(name + " to stop", deadline, () -> state() == 'T');
  }

  /**
   * Lets a stopped process go on (SIGCONT).
   *
   * @throws AssertionError if it does not go on in time
   */
  public void cont() {
    signal("CONT");
    Conditions.await(name + " to go on", deadline, () -> state() != 'T');
  }

  /**
   * Sends a signal.
   *
   * @param signal its name without SIG, such as {@code INT}
   * @throws AssertionError if the process is dead
   */
  public void signal(String signal) {
    try {
      // The shell's own kill: the program of that name is not installed everywhere.
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -\"$1\" \"$2\"", "sh", signal, "" + pid())
              .inheritIO()
              .start();
      if (kill.waitFor() != 0) {
        throw failure("can not be sent SIG" + signal, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("sending SIG" + signal, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Waits until the process has died by itself.
   *
   * @return its exit code; 128 + the signal if it died of one
   * @throws AssertionError if it lives on, with all it printed
   */
  public int awaitExit() {
    try {
      if (!process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
        throw failure("does not end within " + deadline.toMillis() + " ms", null);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Ends the process if it still lives and waits until it is dead. */
  @Override
  public void close() {
    process.destroyForcibly();
    awaitExit();
  }

  private char state() {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"));
      // proc_pid_stat(5): the name stands in brackets and may hold anything, the state follows.
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      throw failure("has no state in /proc", e);
    }
  }

  private void awaitOrDeath(String what, BooleanSupplier condition) {
    try {
      Conditions.await(what, deadline, () -> condition.getAsBoolean() || isOver());
    } catch (AssertionError e) {
      throw failure("did not " + what, e);
    }
    // What it printed just before it died counts, so the condition has the last word.
    if (!condition.getAsBoolean()) {
      throw failure("died before it could " + what, null);
    }
  }

  private boolean isOver() {
    return !process.isAlive() && output.isEnded() && errors.isEnded();
  }

  private AssertionError interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return failure("was waited for by a thread that was interrupted", cause);
  }

  private AssertionError failure(String what, @Nullable Throwable cause) {
    String state = process.isAlive() ? "alive" : "dead, exit code " + process.exitValue();
    return new AssertionError(
        name
            + " "
            + what
            + " ("
            + state
            + ")\n--- stdout\n"
            + String.join("\n", output.all())
            + "\n--- stderr\n"
            + String.join("\n", errors.all()),
        cause);
  }
}
