/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Site;
import dev.atoll.memory.MemoryBudget;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of opening and creating a file.
 *
 * <p>A file is created under its own name, sized, its blocks reserved, then it and its directory
 * are made durable. A failure on the way deletes what was created. A kill on the way leaves an
 * empty or zero-filled file, which the next opening with {@code CREATE} completes: zeros are all
 * that a new file holds.
 */
final class FileOpening {
  /** Read and write for the owner alone; others get in by chmod(2), not by default. */
  private static final int OWNER_ONLY = 0600;

  /** How often a name may come and go between our looks before that counts as a dangling link. */
  private static final int MOST_TRIES = 4;

  private final Host host;
  private final Posix posix;
  private final OpenPlan plan;
  private final Path path;

  FileOpening(Host host, OpenPlan plan) {
    this.host = host;
    this.posix = host.posix();
    this.plan = plan;
    this.path = plan.path();
  }

  OpenedFile run() {
    if (!plan.isCreating()) {
      return finishExisting(openExisting());
    }
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      Descriptor created = createOrNull();
      if (created != null) {
        return finishCreated(created);
      }
      Descriptor existing = openExistingOrNull();
      if (existing != null) {
        return finishExisting(existing);
      }
    }
    throw new ErrnoException(
        "open",
        Errno.ENOENT.number(),
        path.toString(),
        "The name exists but leads nowhere; remove or repair the symbolic link.");
  }

  private @Nullable Descriptor createOrNull() {
    int flags = FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_EXCL;
    try {
      return posix.open(path, flags, OWNER_ONLY);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST && !plan.options().contains(PmemOption.EXCLUSIVE)) {
        return null;
      }
      throw e;
    }
  }

  private @Nullable Descriptor openExistingOrNull() {
    try {
      return openExisting();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Opens a file that exists. The kind is looked at first, because opening can itself have effects
   * (a device) or wait (a FIFO), and again afterwards, because the name may have changed hands;
   * {@code O_NONBLOCK} keeps a FIFO from holding us in between.
   */
  private Descriptor openExisting() {
    requireMappable(posix.statx(path, true));
    int access = plan.isReadOnly() ? FileCalls.O_RDONLY : FileCalls.O_RDWR;
    try {
      return posix.open(path, access | FileCalls.O_NONBLOCK, 0);
    } catch (ErrnoException e) {
      boolean isDenied = e.errno() == Errno.EACCES || e.errno() == Errno.EROFS;
      if (isDenied && !plan.isReadOnly()) {
        throw new ErrnoException(
            "open",
            e.number(),
            path.toString(),
            "The file can't be written by this user; open it with READ_ONLY, or change its"
                + " permissions.");
      }
      throw e;
    }
  }

  private OpenedFile finishExisting(Descriptor descriptor) {
    try {
      FileStatus before = posix.statx(descriptor);
      requireMappable(before);
      Media media = Media.of(host, path, descriptor, before);
      Site.hit("pmem.opened");
      if (media.isDevice()) {
        requireDeviceSize(media);
        return opened(descriptor, media, Reservation.UNTOUCHED);
      }
      if (!plan.isCreating()) {
        requireFileSize(before);
        return opened(descriptor, media, Reservation.UNTOUCHED);
      }
      requireMemory(media, plan.size() - before.size());
      Reservation reservation = new BlockReservation(posix, descriptor, plan).extend(before);
      posix.fsync(descriptor);
      Site.hit("pmem.extended");
      return opened(descriptor, media, reservation);
    } catch (Throwable failure) {
      closeAfter(failure, descriptor);
      throw failure;
    }
  }

  private OpenedFile finishCreated(Descriptor descriptor) {
    FileStatus status = null;
    try {
      Site.hit("pmem.created");
      status = posix.statx(descriptor);
      Media media = Media.of(host, path, descriptor, status);
      requireMemory(media, plan.size());
      Reservation reservation = new BlockReservation(posix, descriptor, plan).fill();
      Site.hit("pmem.reserved");
      posix.fsync(descriptor);
      Site.hit("pmem.synced");
      syncDirectory();
      Site.hit("pmem.listed");
      return opened(descriptor, media, reservation);
    } catch (Throwable failure) {
      closeAfter(failure, descriptor);
      deleteAfter(failure, status);
      throw failure;
    }
  }

  /**
   * The blocks of a memory file system are memory, and reserving more than a limit of cgroups(7)
   * allows does not fail but kills the process; so the limits are asked first.
   */
  private void requireMemory(Media media, long growth) {
    if (media.isVolatile() && growth > 0 && !plan.options().contains(PmemOption.SPARSE)) {
      MemoryBudget.read().require(growth, path.toString());
    }
  }

  private OpenedFile opened(Descriptor descriptor, Media media, Reservation reservation) {
    FileStatus status = posix.statx(descriptor);
    SharedFile shared = SharedFile.acquire(posix, status);
    return new OpenedFile(descriptor, status, media, reservation, shared);
  }

  /** A name is durable when its directory is (fsync(2), "NOTES"). */
  private void syncDirectory() {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      return; // The root directory is no file, so it was not created.
    }
    int flags = FileCalls.O_RDONLY | FileCalls.O_DIRECTORY;
    try (Descriptor directory = posix.open(parent, flags, 0)) {
      posix.fsync(directory);
    }
  }

  private void requireMappable(FileStatus status) {
    if (status.isDirectory()) {
      throw new ErrnoException(
          "open", Errno.EISDIR.number(), path.toString(), "Name a file in this directory.");
    }
    if (!status.isRegularFile() && !status.isCharacterDevice()) {
      throw new PmemException(
          PmemProblem.NOT_MAPPABLE,
          path,
          "neither a regular file nor a DAX device (mode=0"
              + Integer.toOctalString(status.mode())
              + "), so it can't be mapped");
    }
  }

  private void requireFileSize(FileStatus status) {
    if (status.size() == 0) {
      throw new PmemException(
          PmemProblem.SIZE, path, "the file is empty; open it with CREATE and a size");
    }
    if (plan.size() > status.size()) {
      throw new PmemException(
          PmemProblem.SIZE,
          path,
          "size="
              + plan.size()
              + " but the file has "
              + status.size()
              + "; CREATE would extend it");
    }
  }

  private void requireDeviceSize(Media media) {
    if (plan.options().contains(PmemOption.EXCLUSIVE)) {
      throw new ErrnoException(
          "open", Errno.EEXIST.number(), path.toString(), "A device can't be created.");
    }
    if (plan.size() > media.deviceSize()) {
      throw new PmemException(
          PmemProblem.SIZE,
          path,
          "size=" + plan.size() + " but the device has " + media.deviceSize());
    }
  }

  private static void closeAfter(Throwable failure, Descriptor descriptor) {
    try {
      descriptor.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Deletes the file that this opening created, unless its name stands for another by now. */
  private void deleteAfter(Throwable failure, @Nullable FileStatus created) {
    try {
      if (created == null || isSame(created, posix.statx(path, false))) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static boolean isSame(FileStatus one, FileStatus other) {
    return one.device() == other.device() && one.inode() == other.inode();
  }
}
