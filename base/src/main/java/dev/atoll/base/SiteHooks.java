/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The hooks that a forked test process can be told to use.
 *
 * <p>Words of the property, separated by commas:
 *
 * <ul>
 *   <li>{@code trace}: each site prints {@code @site NAME} on standard error the first time;
 *   <li>{@code hold:NAME} or {@code hold:NAME:N}: at the Nth visit (1 by default) the thread prints
 *       {@code @held NAME} on standard error and stays there for ever, so that whoever watches can
 *       kill the process at exactly this step;
 *   <li>{@code record:DIRECTORY}: each site is written down the first time, in a file of this
 *       process in the directory, so that a test can tell which sites no test has reached.
 * </ul>
 */
final class SiteHooks {
  private static final String HOLD = "hold:";
  private static final String RECORD = "record:";

  private SiteHooks() {}

  static Site.@Nullable Hook fromProperty(String property) {
    String words = System.getProperty(property);
    return words == null || words.isBlank() ? null : parse(words);
  }

  static Site.Hook parse(String words) {
    Site.Hook all = site -> {};
    for (String word : words.split(",", -1)) {
      Site.Hook before = all;
      Site.Hook next = parseWord(word.strip());
      all =
          site -> {
            before.reached(site);
            next.reached(site);
          };
    }
    return all;
  }

  private static Site.Hook parseWord(String word) {
    if (word.equals("trace")) {
      Set<String> seen = ConcurrentHashMap.newKeySet();
      return site -> {
        if (seen.add(site)) {
          say("@site " + site);
        }
      };
    }
    if (word.startsWith(HOLD)) {
      String rest = word.substring(HOLD.length());
      int colon = rest.indexOf(':');
      String name = colon < 0 ? rest : rest.substring(0, colon);
      long visit = colon < 0 ? 1 : Long.parseLong(rest.substring(colon + 1));
      AtomicLong visits = new AtomicLong();
      return site -> {
        if (site.equals(name) && visits.incrementAndGet() == visit) {
          say("@held " + site);
          holdForEver();
        }
      };
    }
    if (word.startsWith(RECORD)) {
      return recorder(Path.of(word.substring(RECORD.length())));
    }
    throw new IllegalArgumentException(
        "word="
            + word
            + " in the system property "
            + Site.PROPERTY
            + "; known: trace, hold:NAME[:N], record:DIRECTORY");
  }

  private static Site.Hook recorder(Path directory) {
    Path file = directory.resolve("sites-" + ProcessHandle.current().pid() + ".txt");
    Set<String> seen = ConcurrentHashMap.newKeySet();
    return site -> {
      if (seen.add(site)) {
        write(file, site);
      }
    };
  }

  private static synchronized void write(Path file, String site) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, site + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("site " + site + " can not be written down", e);
    }
  }

  private static void say(String line) {
    System.err.println(line);
    System.err.flush();
  }

  private static void holdForEver() {
    CountDownLatch never = new CountDownLatch(1);
    boolean isOver = false;
    while (!isOver) {
      try {
        never.await();
        isOver = true;
      } catch (InterruptedException e) {
        // Held means held: only the death of the process ends it.
        isOver = false;
      }
    }
  }
}
