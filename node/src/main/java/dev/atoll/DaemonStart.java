/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.AtollException;
import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.link.SocketSession;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Attaches to the device of a directory, starting a daemon where none runs.
 *
 * <p>Of many who try at once, the one that holds the start lock starts a daemon; the others look
 * again and again until a daemon answers or the lock is theirs. Both locks are the kernel's, so
 * that who dies half-way blocks nobody; a daemon that it has started by then is used by the others,
 * or finds the device lock held and leaves with {@link NodeDaemon#TAKEN}.
 */
final class DaemonStart {
  private static final long SHORTEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** A device that hangs up so often in a row without leaving does not want us. */
  private static final int HANG_UPS_MAX = 20;

  private final Posix posix;
  private final DeviceDirectory directory;
  private final DaemonOptions options;
  private final Deadline deadline;
  private int hangUps;
  private long restNanos = SHORTEST_REST_NANOS;

  private DaemonStart(Posix posix, Clock clock, DeviceDirectory directory, DaemonOptions options) {
    this.posix = posix;
    this.directory = directory;
    this.options = options;
    this.deadline = Deadline.after(clock, options.patience());
  }

  /**
   * Gives a session with the device, which is there when this returns.
   *
   * @throws InterruptedException if interrupted meanwhile; a daemon that was just started stays if
   *     it has its directory already
   * @throws LinkException if a device is there and refuses, or none can be started
   */
  static SocketSession attach(
      Posix posix, Clock clock, DeviceDirectory directory, DaemonOptions options)
      throws InterruptedException {
    return new DaemonStart(posix, clock, directory, options).attach();
  }

  private SocketSession attach() throws InterruptedException {
    SocketSession session = tryAttach();
    if (session == null) {
      prepare();
      session = attachOrStart();
    }
    return session;
  }

  /** The directory must be there for the start lock; whatever is wrong with it shows here. */
  private void prepare() {
    try {
      directory.make(posix, "rwx------");
    } catch (UncheckedIOException e) {
      throw cannotStart(
          "No device runs, and none can be started, since " + lower(e) + ": " + e.getCause(), e);
    }
  }

  private SocketSession attachOrStart() throws InterruptedException {
    try (Descriptor lock = openStartLock()) {
      while (true) {
        SocketSession session = posix.tryLock(lock) ? start(lock) : tryAttach();
        if (session != null) {
          return session;
        }
        if (deadline.isReached()) {
          throw tooSlow("Somebody else's start of a daemon did not end");
        }
        rest();
      }
    }
  }

  private Descriptor openStartLock() {
    try {
      return directory.openLock(posix, directory.startLock());
    } catch (LinkException e) {
      throw e;
    } catch (AtollException e) {
      throw cannotStart("No device runs, and none can be started: " + e.getMessage(), e);
    }
  }

  /** We hold the start lock; null if another daemon has the device lock, or ours has left again. */
  private @Nullable SocketSession start(Descriptor lock) throws InterruptedException {
    Site.hit("start.locked");
    try {
      SocketSession session = tryAttach();
      return session != null ? session : started();
    } finally {
      posix.unlock(lock);
    }
  }

  private @Nullable SocketSession started() throws InterruptedException {
    Process daemon = spawn();
    Site.hit("start.spawned");
    boolean isAnswering = false;
    try {
      while (daemon.isAlive()) {
        SocketSession session = tryAttach();
        if (session != null) {
          isAnswering = true;
          Site.hit("start.attached");
          return session;
        }
        if (deadline.isReached()) {
          throw tooSlow("The daemon that was started does not answer");
        }
        rest();
      }
    } finally {
      if (!isAnswering) {
        endUnlessUsed(daemon);
      }
    }
    return ended(daemon.waitFor());
  }

  /** Others may use a daemon that has its directory; it leaves by itself when nobody does. */
  private void endUnlessUsed(Process daemon) {
    try (Descriptor lock = directory.openLock(posix, directory.lock())) {
      // While the lock is ours the daemon can not come to have it.
      if (posix.tryLock(lock)) {
        daemon.destroyForcibly();
      }
    }
  }

  private @Nullable SocketSession ended(int exitCode) throws InterruptedException {
    SocketSession session = tryAttach();
    // Zero: others came and went before we could, and it has left again.
    if (session == null && exitCode != NodeDaemon.TAKEN && exitCode != 0) {
      throw cannotStart(
          "The daemon that was started ended at once" + DaemonLog.words(directory, exitCode), null);
    }
    return session;
  }

  private Process spawn() {
    try {
      DaemonLog.begin(posix, directory);
      var builder =
          new ProcessBuilder(DaemonCommand.of(directory, options))
              .directory(new File("/"))
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(Redirect.appendTo(directory.log().toFile()));
      var kept = DaemonCommand.environment(System.getenv());
      builder.environment().clear();
      builder.environment().putAll(kept);
      return builder.start();
    } catch (IOException e) {
      throw cannotStart("No device runs, and none can be started: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw cannotStart(
          "No device runs, and none can be started: " + e.getMessage() + ": " + e.getCause(), e);
    } catch (LinkException e) {
      throw e;
    } catch (AtollException e) {
      throw cannotStart("No device runs, and none can be started: " + e.getMessage(), e);
    }
  }

  /** Null if there is no device, or one that just goes. */
  private @Nullable SocketSession tryAttach() throws InterruptedException {
    try {
      return SocketSession.connectKeeping(posix, directory);
    } catch (LinkException e) {
      if (e.code().equals(LinkException.NO_DEVICE)) {
        hangUps = 0;
        return null;
      }
      if (SocketSession.isHangUp(e) && ++hangUps < HANG_UPS_MAX) {
        // A device that was killed, or one that is full: another look tells.
        return null;
      }
      throw e;
    }
  }

  private void rest() throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(Math.min(restNanos, deadline.remainingNanos()));
    restNanos = Math.min(LONGEST_REST_NANOS, restNanos * 2);
  }

  private LinkException tooSlow(String what) {
    return cannotStart(
        what
            + " within "
            + options.patience().toMillis()
            + " ms"
            + DaemonLog.words(directory, null),
        null);
  }

  private LinkException cannotStart(String why, @Nullable Throwable cause) {
    return DaemonCommand.notStarted(why, cause);
  }

  private static String lower(UncheckedIOException e) {
    String text = String.valueOf(e.getMessage());
    return Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
