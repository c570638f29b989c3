/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Site;
import dev.atoll.memory.MemoryBudget;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@code CREATE} that happens under {@link SizeLock}: look, size, reserve, make
 * durable; on failure, take back what this opening did and nothing else.
 *
 * <p>What was true before the lock was taken may be so no more: the name may stand for another
 * file, and a file that this opening created may have been filled by another opening. So all is
 * looked at again.
 */
final class FileSizing {
  private final Host host;
  private final Posix posix;
  private final OpenPlan plan;
  private final Path path;
  private final Descriptor descriptor;
  private final boolean isCreated;
  private final BlockReservation blocks;

  /**
   * Begins.
   *
   * @param descriptor the file, locked
   * @param isCreated whether this opening created it
   */
  FileSizing(Host host, OpenPlan plan, Descriptor descriptor, boolean isCreated) {
    this.host = host;
    this.posix = host.posix();
    this.plan = plan;
    this.path = plan.path();
    this.descriptor = descriptor;
    this.isCreated = isCreated;
    this.blocks = new BlockReservation(posix, descriptor, plan);
  }

  /**
   * Sizes the file and gives the lock back.
   *
   * @return the file, or null if its name stands for another one by now
   */
  @Nullable OpenedFile runOrNull() {
    FileStatus before = null;
    try {
      before = posix.statx(descriptor);
      return isNamed(before) ? sized(before) : null;
    } catch (Throwable failure) {
      undoAfter(failure, before);
      throw failure;
    }
  }

  private OpenedFile sized(FileStatus before) {
    FileOpening.requireMappable(path, before);
    Media media = Media.of(host, path, descriptor, before);
    SharedFile shared = SharedFile.acquire(posix, before);
    try {
      Reservation reservation = Reservation.UNTOUCHED;
      if (media.isDevice()) {
        FileOpening.requireDeviceSize(plan, media);
      } else {
        requireMemory(media, before);
        reservation = reserve(before);
        posix.fsync(descriptor);
        Site.hit("pmem.synced");
        syncDirectory();
        Site.hit("pmem.listed");
      }
      FileStatus after = posix.statx(descriptor);
      posix.unlock(descriptor);
      return new OpenedFile(descriptor, after, media, reservation, shared);
    } catch (Throwable failure) {
      shared.release();
      throw failure;
    }
  }

  private Reservation reserve(FileStatus before) {
    if (isCreated && before.size() == 0) {
      Reservation reservation = blocks.fill();
      Site.hit("pmem.reserved");
      return reservation;
    }
    Reservation reservation = blocks.extend(before);
    Site.hit("pmem.extended");
    return reservation;
  }

  /**
   * The blocks of a memory file system are memory, and reserving more than a limit of cgroups(7)
   * allows does not fail but kills the process; so the limits are asked first.
   */
  private void requireMemory(Media media, FileStatus before) {
    long growth = plan.size() - before.allocatedBytes(); // holes will be memory too
    if (media.isVolatile() && growth > 0 && !plan.options().contains(PmemOption.SPARSE)) {
      MemoryBudget.read().require(growth, path.toString());
    }
  }

  /**
   * A name is durable when its directory is (fsync(2), "NOTES"). A file that was there may be left
   * by a creator that was killed before it had synced the name, so its directory is synced too; if
   * this user may not read that, the name is its creator's affair.
   */
  private void syncDirectory() {
    Descriptor directory;
    try {
      directory = FileOpening.openDirectory(posix, parent());
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EACCES && !isCreated) {
        return;
      }
      throw e;
    }
    try (directory) {
      posix.fsync(directory);
    }
  }

  /** The directory that holds the name of the file itself, not that of a link to it. */
  private Path parent() {
    try {
      return Objects.requireNonNull(path.toRealPath().getParent());
    } catch (IOException e) {
      throw new ErrnoException(
          "realpath",
          Errno.ENOENT.number(),
          path.toString(),
          "The name went away while the file was being opened (" + e.getMessage() + ").");
    }
  }

  private boolean isNamed(FileStatus status) {
    try {
      return isSame(status, posix.statx(path, true));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Takes back what was done, still under the lock and with the file open, so that its inode can't
   * be another file's. What is not known to be ours stays.
   */
  private void undoAfter(Throwable failure, @Nullable FileStatus before) {
    try {
      if (isCreated && (before == null || before.size() == 0)) {
        FileStatus now = posix.statx(descriptor);
        long most = before == null ? 0 : plan.size();
        if (now.size() <= most && isSame(now, posix.statx(path, false))) {
          Files.deleteIfExists(path);
        }
      } else if (before != null && before.isRegularFile()) {
        blocks.restore(before);
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static boolean isSame(FileStatus one, FileStatus other) {
    return one.device() == other.device() && one.inode() == other.inode();
  }
}
