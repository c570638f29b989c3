/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.link.DeviceDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@link NodeDaemon#main}: the directory, {@code any} if programs of every user
 * may come, and {@code background=MILLISECONDS} if nobody watches it and it leaves when idle that
 * long.
 *
 * @param directory where it listens
 * @param isForAll whether programs of every user may come
 * @param idleExit how long a daemon in the background stays without a session; null in the
 *     foreground
 */
record DaemonArguments(DeviceDirectory directory, boolean isForAll, @Nullable Duration idleExit) {
  private static final String ANY = "any";
  private static final String BACKGROUND = "background=";

  static DaemonArguments parse(String... args) {
    if (args.length == 0) {
      throw usage("no DIRECTORY");
    }
    boolean isForAll = false;
    Duration idleExit = null;
    for (int i = 1; i < args.length; i++) {
      String word = args[i];
      if (word.equals(ANY)) {
        isForAll = true;
      } else if (word.startsWith(BACKGROUND)) {
        idleExit = millis(word);
      } else {
        throw usage(word);
      }
    }
    return new DaemonArguments(new DeviceDirectory(Path.of(args[0])), isForAll, idleExit);
  }

  private static Duration millis(String word) {
    try {
      Duration idle = Duration.ofMillis(Long.parseLong(word.substring(BACKGROUND.length())));
      if (idle.isPositive()) {
        return idle;
      }
    } catch (NumberFormatException e) {
      throw usage(word);
    }
    throw usage(word);
  }

  private static IllegalArgumentException usage(String fault) {
    return new IllegalArgumentException(
        "'" + fault + "'; usage: NodeDaemon DIRECTORY [any] [background=MILLISECONDS]");
  }

  /** The arguments as words of a command line. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    words.add(directory.path().toString());
    if (isForAll) {
      words.add(ANY);
    }
    Duration idle = idleExit;
    if (idle != null) {
      words.add(BACKGROUND + Math.max(1, idle.toMillis()));
    }
    return words;
  }
}
