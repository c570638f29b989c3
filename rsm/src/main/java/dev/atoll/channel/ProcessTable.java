/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import dev.atoll.memory.ProducerMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Which processes live, by /proc: a number is used again, a number and a start time are not.
 *
 * <p>Numbers mean something within one process id namespace only; of a process of another one,
 * nothing is known.
 */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  /** proc_pid_stat(5): fields after the name, which stands in brackets and may hold anything. */
  private static final int STATE_FIELD = 0;

  private static final int START_FIELD = 19;

  private final Path proc;
  private final long namespace;

  ProcessTable() {
    this(PROC, namespaceOf(PROC));
  }

  ProcessTable(Path proc, long namespace) {
    this.proc = proc;
    this.namespace = namespace;
  }

  /** This very process. */
  ProducerMark self() {
    try {
      long pid = ProcessHandle.current().pid();
      return new ProducerMark((int) pid, Long.parseLong(stat(pid)[START_FIELD]), namespace);
    } catch (IOException e) {
      throw new UncheckedIOException("reading /proc/self/stat", e);
    }
  }

  /** Whether nothing of a process runs any more; false if that can't be told. */
  boolean isGone(int processId, long start, long processNamespace) {
    if (processNamespace != 0 && processNamespace != namespace) {
      return false;
    }
    if (processId <= 0) {
      return true;
    }
    try {
      String[] fields = stat(processId);
      boolean isOther = start != 0 && Long.parseLong(fields[START_FIELD]) != start;
      return isOther || (isDead(fields[STATE_FIELD]) && threads(processId) <= 1);
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      // ESRCH: it ended between open and read. Anything else will come out the same next time.
      return !Files.exists(proc.resolve(Integer.toString(processId)));
    }
  }

  /** A process whose first thread has ended is a zombie too, though others may run. */
  private static boolean isDead(String state) {
    return state.equals("Z") || state.equals("X");
  }

  private int threads(int processId) throws IOException {
    try (var tasks = Files.newDirectoryStream(proc.resolve(processId + "/task"))) {
      int count = 0;
      for (Path _ : tasks) {
        count++;
      }
      return count;
    }
  }

  private String[] stat(long processId) throws IOException {
    // The name of a process is any bytes.
    String stat = Files.readString(proc.resolve(processId + "/stat"), StandardCharsets.ISO_8859_1);
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }

  /** Reads {@code pid:[4026531836]}. */
  private static long namespaceOf(Path proc) {
    try {
      String link = Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString();
      return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
    } catch (IOException e) {
      throw new UncheckedIOException("reading /proc/self/ns/pid", e);
    }
  }
}
