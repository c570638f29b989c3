/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.base.Clock;
import dev.atoll.cli.ExitCode;
import dev.atoll.cli.Refusal;
import dev.atoll.cli.Streams;
import dev.atoll.memory.MemoryBudget;
import dev.atoll.posix.Posix;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prepares the tour, runs it, and leaves nothing behind, however it ends. */
public final class Tour {
  /**
   * What the device and the three or four other children take at a time, and a part more: a control
   * group counted 240 MB (JDK 25, x86-64).
   */
  private static final long NEEDED_BYTES = 288L << 20;

  private final Streams streams;
  private final @Nullable Path file;
  private final boolean isKept;
  private final Narration narration;
  private final Clock clock = Clock.system();

  /** Whether the story came to an end of its own, good or bad. */
  private volatile boolean isTold;

  private volatile boolean isInterrupted;

  /**
   * Prepares a tour.
   *
   * @param streams where it is told
   * @param file what it is about; null for the text of the licence
   * @param isKept whether its directory stays
   * @param isJson whether it is told as JSON
   */
  public Tour(Streams streams, @Nullable Path file, boolean isKept, boolean isJson) {
    this.streams = streams;
    this.file = file;
    this.isKept = isKept;
    this.narration = new Narration(streams, isJson);
  }

  /**
   * Runs it.
   *
   * @return the exit code
   * @throws IOException if a file can not be read or written
   * @throws InterruptedException if the thread is interrupted
   */
  public int run() throws IOException, InterruptedException {
    long start = clock.nanos();
    MemoryBudget.read().require(NEEDED_BYTES, "the five processes of the tour");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    try (TourText text = TourText.of(file)) {
      OtherUser reader = OtherUser.choose(Posix.system().effectiveUid(), java);
      Path base = base();
      TourDirectory directory = TourDirectory.create(base, reader.isOther(), new SecureRandom());
      if (isKept) {
        directory.keep();
      }
      try (directory) {
        return run(new Setting(text, directory, java, reader), start);
      }
    }
  }

  /** What one tour has. */
  private record Setting(TourText text, TourDirectory directory, Path java, OtherUser reader) {}

  private int run(Setting setting, long start) throws IOException, InterruptedException {
    TourDirectory directory = setting.directory();
    OtherUser reader = setting.reader();
    String classPath = classPath(directory);
    if (classPath.contains(File.pathSeparator) && reader.isOther()) {
      // Classes that are not in one jar may lie where another user can not read.
      reader = new OtherUser(0, List.of(), "Atoll runs from a class path, not from its jar");
    }
    var children = new TourChildren(directory, setting.java(), classPath);
    Thread hook = Thread.ofPlatform().name("atoll-stop").unstarted(() -> stop(children, directory));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      new TourStory(narration, children, directory, setting.text(), reader).tell();
      children.killAll();
      if (isKept) {
        narration.step("The files");
        narration.say("They are kept in %s.", directory.path());
      } else {
        directory.close();
        narration.check("the tour's directory is gone", !Files.exists(directory.path()));
      }
      end((clock.nanos() - start) / 1_000_000);
      return narration.checksFailed() == 0 ? ExitCode.OK : ExitCode.FAILED;
    } catch (Refusal | IOException e) {
      // Whatever a killed child makes the story fail with, the reason is that we were told to end.
      isInterrupted =
          children.isOver()
              || (e instanceof Refusal refusal && refusal.exitCode() == ExitCode.INTERRUPTED);
      if (isInterrupted) {
        return ExitCode.INTERRUPTED;
      }
      throw e;
    } finally {
      isTold = true;
      children.killAll();
    }
  }

  private void end(long tookMillis) {
    int held = narration.checksMade() - narration.checksFailed();
    narration.plain("");
    narration.plain(
        String.format(
            Locale.ROOT,
            "%d of %d checks held, in %.1f s.%s",
            held,
            narration.checksMade(),
            tookMillis / 1000.0,
            isKept ? "" : " Nothing is left of the tour: no process, socket or file."));
    narration.plain(
        "Next: ./atoll --help, docs/tutorial.md to do it by hand, ./atoll bench for careful figures.");
    narration.end(tookMillis);
  }

  /** For Ctrl-C and the like; Java runs this when the process is told to end. */
  private void stop(TourChildren children, TourDirectory directory) {
    children.killAll();
    try {
      directory.close();
      if (!isTold || isInterrupted) {
        String files =
            isKept ? "are gone; its files are in " + directory.path() : "and files are gone";
        streams.err().println("atoll: tour: interrupted; its processes " + files + ".");
      }
    } catch (IOException e) {
      streams.err().println("atoll: tour: could not delete " + directory.path() + ": " + e);
    }
  }

  /** The jar, copied so that another user can read it and a new build does not pull it away. */
  private static String classPath(TourDirectory directory) throws IOException {
    String classPath = System.getProperty("java.class.path");
    if (classPath.contains(File.pathSeparator) || !classPath.endsWith(".jar")) {
      return classPath;
    }
    Files.copy(Path.of(classPath), directory.jar(), StandardCopyOption.REPLACE_EXISTING);
    TourDirectory.setMode(directory.jar(), "rw-r--r--");
    return directory.jar().toString();
  }

  private static Path base() {
    String named = System.getenv("TMPDIR");
    Path base =
        Path.of(named == null || named.isBlank() ? System.getProperty("java.io.tmpdir") : named)
            .toAbsolutePath();
    if (!Files.isDirectory(base) || !Files.isWritable(base)) {
      throw new Refusal(
          ExitCode.PERMISSION,
          "EACCES",
          "the tour needs a directory for its files, and can not write to "
              + base
              + "; name another in TMPDIR");
    }
    return base;
  }
}
