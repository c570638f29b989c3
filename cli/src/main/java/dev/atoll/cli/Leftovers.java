/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a dead device has left in its directory.
 *
 * <p>Whoever holds the lock of a directory is its device. So the lock is taken first and held
 * meanwhile; a device that starts in this moment says that another listens there, and can be
 * started again.
 */
final class Leftovers {
  /** Names that a device gives, and no others: a log beside them may be of a program that lives. */
  private static final Pattern DISPENSABLE =
      Pattern.compile("device\\.(log(\\.(old|[0-9]+))?|ids\\.next)");

  private static final int LOCK_MODE = 0600;

  private final Posix posix;
  private final DevicePlace place;

  Leftovers(Posix posix, DevicePlace place) {
    this.posix = posix;
    this.place = place;
  }

  /**
   * What was done.
   *
   * @param found what was, or would be, removed
   * @param whyKept why nothing was; empty if there was no reason
   */
  record Outcome(List<Path> found, String whyKept) {
    static Outcome kept(String why) {
      return new Outcome(List.of(), why);
    }
  }

  Outcome clean(boolean isRemoving) throws IOException {
    return switch (place.state()) {
      case MISSING -> new Outcome(List.of(), "");
      case RUNNING -> Outcome.kept("a device runs there");
      case HIDDEN -> Outcome.kept("it can not be looked into; its owner or root can");
      case UNSAFE -> Outcome.kept(place.note());
      case STALE, IDLE -> cleanLocked(isRemoving);
    };
  }

  private Outcome cleanLocked(boolean isRemoving) throws IOException {
    if (place.ownerUid() != posix.effectiveUid()) {
      // Also for root: the owner could put links in the way of what is removed.
      return Outcome.kept(
          "it belongs to uid "
              + Integer.toUnsignedString(place.ownerUid())
              + "; clean as that user");
    }
    List<Path> found = dispensable();
    if (found.isEmpty()) {
      return new Outcome(found, "");
    }
    Descriptor lock = openLock(isRemoving);
    if (lock == null) {
      return new Outcome(found, "");
    }
    try (lock) {
      boolean isDead = posix.tryLock(lock);
      // Somebody may have removed the lock of a device that lives; its socket still answers then.
      boolean isSilent =
          DevicePlace.look(posix, place.directory()).state() != DevicePlace.State.RUNNING;
      if (!isDead || !isSilent) {
        return Outcome.kept("a device runs there");
      }
      if (isRemoving) {
        for (Path each : found) {
          Files.deleteIfExists(each);
        }
      }
      return new Outcome(found, "");
    }
  }

  /** Null if there is none and nothing is to be removed under it. */
  private @Nullable Descriptor openLock(boolean isMade) {
    int flags = FileCalls.O_RDWR | FileCalls.O_NOFOLLOW | (isMade ? FileCalls.O_CREAT : 0);
    try {
      return posix.open(place.directory().lock(), flags, LOCK_MODE);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT && !isMade) {
        return null;
      }
      throw e;
    }
  }

  private List<Path> dispensable() {
    List<Path> found = new ArrayList<>();
    for (String name : place.files()) {
      Path path = place.directory().path().resolve(name);
      boolean isLog =
          DISPENSABLE.matcher(name).matches()
              && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
      if (isLog || (path.equals(place.directory().socket()) && isSocket(path))) {
        found.add(path);
      }
    }
    return found;
  }

  private boolean isSocket(Path path) {
    FileStatus status = posix.statx(path, false);
    return status.isSocket();
  }
}
