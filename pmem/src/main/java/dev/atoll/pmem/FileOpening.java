/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The protocol of opening and creating a file.
 *
 * <p>A file is created under its own name. Then {@link SizeLock} is taken, and {@link FileSizing}
 * sizes it, reserves its blocks and makes it and its directory durable. A failure on the way
 * deletes what was created. A kill on the way leaves an empty or zero-filled file, which the next
 * opening with {@code CREATE} completes: zeros are all that a new file holds.
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
      return asItIs(openExisting());
    }
    boolean isExclusive = plan.options().contains(PmemOption.EXCLUSIVE);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      boolean isCreated = false;
      Descriptor descriptor = isExclusive ? null : openExistingOrNull();
      if (descriptor == null) {
        requireReadableDirectory();
        isCreated = true;
        descriptor = createOrNull();
      }
      OpenedFile opened = descriptor == null ? null : sizedOrNull(descriptor, isCreated);
      if (opened != null) {
        return opened;
      }
    }
    throw new ErrnoException(
        "open",
        Errno.ENOENT.number(),
        path.toString(),
        "The name leads nowhere, or to another file at each look; remove or repair a symbolic link,"
            + " or end what renames it.");
  }

  /**
   * Refuses to create where the new name could not be made durable: a directory is synced through a
   * descriptor, which only those get who may read it.
   */
  private void requireReadableDirectory() {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      return; // The root directory exists.
    }
    try {
      openDirectory(posix, parent).close();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EACCES) {
        throw new ErrnoException(
            "open",
            e.number(),
            parent.toString(),
            "A file created in a directory that this user can't read could not be made durable, so"
                + " nothing was created; let the user read the directory, or create the file as one"
                + " who can.");
      }
      throw e;
    }
  }

  static Descriptor openDirectory(Posix posix, Path directory) {
    return posix.open(directory, FileCalls.O_RDONLY | FileCalls.O_DIRECTORY, 0);
  }

  private @Nullable Descriptor createOrNull() {
    int flags = FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_EXCL;
    try {
      Descriptor created = posix.open(path, flags, OWNER_ONLY);
      Site.hit("pmem.created");
      return created;
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
    requireMappable(path, posix.statx(path, true));
    int access = plan.isReadOnly() ? FileCalls.O_RDONLY : FileCalls.O_RDWR;
    try {
      Descriptor existing = posix.open(path, access | FileCalls.O_NONBLOCK, 0);
      Site.hit("pmem.opened");
      return existing;
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

  private OpenedFile asItIs(Descriptor descriptor) {
    try {
      FileStatus status = posix.statx(descriptor);
      requireMappable(path, status);
      Media media = Media.of(host, path, descriptor, status);
      if (media.isDevice()) {
        requireDeviceSize(plan, media);
      } else {
        requireFileSize(status);
      }
      SharedFile shared = SharedFile.acquire(posix, status);
      return new OpenedFile(descriptor, status, media, Reservation.UNTOUCHED, shared);
    } catch (Throwable failure) {
      closeAfter(failure, descriptor);
      throw failure;
    }
  }

  private @Nullable OpenedFile sizedOrNull(Descriptor descriptor, boolean isCreated) {
    try {
      SizeLock.take(host, descriptor, path);
      OpenedFile opened = new FileSizing(host, plan, descriptor, isCreated).runOrNull();
      if (opened == null) {
        descriptor.close();
      }
      return opened;
    } catch (Throwable failure) {
      closeAfter(failure, descriptor);
      throw failure;
    }
  }

  static void requireMappable(Path path, FileStatus status) {
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

  static void requireDeviceSize(OpenPlan plan, Media media) {
    Path path = plan.path();
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
}
