/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of this program's class path. Its standard input is its leash: it ends when that does, also
 * when this process is killed.
 */
final class Forked implements AutoCloseable {
  /** The same for every measurement, and printed with them. */
  static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms256m",
          "-Xmx1g",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--illegal-native-access=deny");

  private static final long END_SECONDS = 10;

  private final Process process;
  private final BufferedReader output;
  private final String name;

  private Forked(Process process, String name) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
    this.name = name;
  }

  /** The command that runs this program with some arguments. */
  static List<String> command(String... arguments) {
    return command(List.of(), System.getProperty("java.class.path"), arguments);
  }

  static List<String> command(List<String> options, String classPath, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(BenchMain.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  static Forked start(String... arguments) {
    return start(command(arguments), arguments[0]);
  }

  static Forked start(List<String> command, String name) {
    return start(command, name, Peers.ENVIRONMENT);
  }

  static Forked start(List<String> command, String name, Map<String, String> environment) {
    try {
      var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      environment.forEach(builder.environment()::putIfAbsent);
      return new Forked(builder.start(), name);
    } catch (IOException e) {
      throw new UncheckedIOException("starting " + command, e);
    }
  }

  /** Reads a line, null at the end. */
  @org.jspecify.annotations.Nullable
  String readLine() {
    try {
      return output.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from " + name, e);
    }
  }

  /** Waits for a line that begins with a word, and gives it. */
  String awaitLine(String prefix) {
    String line = readLine();
    while (line != null && !line.startsWith(prefix)) {
      line = readLine();
    }
    if (line == null) {
      throw new IllegalStateException("the process '" + name + "' ended before it was " + prefix);
    }
    return line;
  }

  /** Waits for the end. */
  int awaitExit() throws InterruptedException {
    return process.waitFor();
  }

  /** Lets go of the leash and waits; a process that stays is killed. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("closing the leash of " + name, e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
