/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import dev.atoll.NodeDaemon;
import dev.atoll.testkit.Conditions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Finds and ends the daemons of a directory, each by its process id. */
final class Daemons {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Daemons() {}

  /** The live daemons that were told to listen in a directory. */
  static List<ProcessHandle> of(Path directory) {
    String words = NodeDaemon.class.getName() + "\0" + directory + "\0";
    return ProcessHandle.allProcesses()
        .filter(ProcessHandle::isAlive)
        .filter(process -> read(process, "cmdline").contains(words))
        .toList();
  }

  /** The only daemon of a directory. */
  static ProcessHandle only(Path directory) {
    List<ProcessHandle> all = of(directory);
    if (all.size() != 1) {
      throw new AssertionError(all.size() + " daemons listen in " + directory + ": " + all);
    }
    return all.getFirst();
  }

  /** Ends what is left and waits until it is dead. */
  static void endAll(Path directory) {
    of(directory).forEach(Daemons::kill9);
  }

  static void kill9(ProcessHandle daemon) {
    daemon.destroyForcibly();
    awaitEnd(daemon);
  }

  static void awaitEnd(ProcessHandle daemon) {
    // A zombie of a starter that does not wait for it has no command line any more.
    Conditions.await(
        "the daemon " + daemon.pid() + " to end",
        PATIENCE,
        () -> !daemon.isAlive() || read(daemon, "cmdline").isEmpty());
  }

  /** A file of its directory in /proc; empty once it has gone. */
  static String read(ProcessHandle process, String file) {
    try {
      Path path = Path.of("/proc", Long.toString(process.pid()), file);
      return new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
