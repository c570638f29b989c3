/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The private directory of a device: its socket and its lock.
 *
 * @param path the directory
 */
public record DeviceDirectory(Path path) {
  /** The environment variable that names the directory. */
  public static final String VARIABLE = "ATOLL_DIR";

  private static final int OTHERS_WRITE = 022;
  private static final int STICKY = 01000;
  private static final int LOCK_MODE = 0600;

  /** Makes the path absolute. */
  public DeviceDirectory {
    path = path.toAbsolutePath().normalize();
  }

  /**
   * Finds the directory of this user's device: {@code $ATOLL_DIR}, {@code $XDG_RUNTIME_DIR/atoll},
   * for root {@code /run/atoll}, else {@code atoll-UID} in the directory for temporary files.
   *
   * @param environment variables, as of {@link System#getenv()}
   * @param uid effective user id
   * @param temporary the directory for temporary files
   * @return the directory, which need not exist
   */
  public static DeviceDirectory find(Map<String, String> environment, int uid, Path temporary) {
    String named = environment.getOrDefault(VARIABLE, "");
    if (!named.isBlank()) {
      return new DeviceDirectory(Path.of(named));
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isBlank()) {
      return new DeviceDirectory(Path.of(runtime, "atoll"));
    }
    return new DeviceDirectory(
        uid == 0 ? Path.of("/run/atoll") : temporary.resolve("atoll-" + uid));
  }

  /**
   * Names the socket.
   *
   * @return path of the Unix socket
   */
  public Path socket() {
    return path.resolve("device.sock");
  }

  /**
   * Names the lock, whose holder is the device of the directory.
   *
   * @return path of the lock file
   */
  public Path lock() {
    return path.resolve("device.lock");
  }

  /**
   * Names the lock that who starts a device holds meanwhile, so that of many one does.
   *
   * @return path of the lock file
   */
  public Path startLock() {
    return path.resolve("start.lock");
  }

  /**
   * Names what a device that was started in the background prints to.
   *
   * @return path of the log
   */
  public Path log() {
    return path.resolve("device.log");
  }

  /**
   * Names the file in which the device keeps which segment ids it has promised.
   *
   * @return path of the file
   */
  public Path ids() {
    return path.resolve("device.ids");
  }

  /**
   * Makes the directory if it is missing, and refuses one that is not safe.
   *
   * @param posix the operating system
   * @param mode permissions of a directory that is made, such as {@code rwx------}
   * @throws UncheckedIOException if it can not be made
   * @throws LinkException if it is there and others than a trusted owner could write to it
   */
  public void make(Posix posix, String mode) {
    try {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createDirectory(path);
        // Afterwards, since the umask narrows what createDirectory is told.
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      } catch (FileAlreadyExistsException e) {
        // Another device was here before; its ownership is checked next.
        Site.hit("device.reusing");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The device directory " + path + " can not be made", e);
    }
    checkOwnership(posix, posix.statx(path, false));
  }

  /**
   * Opens a lock of the directory, making it if it is missing.
   *
   * @param posix the operating system
   * @param file {@link #lock()} or {@link #startLock()}
   * @return a descriptor for {@link Posix#tryLock}, owned by the caller
   * @throws LinkException if something else than a file of a trusted owner stands in its place
   */
  public Descriptor openLock(Posix posix, Path file) {
    int flags = FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_NOFOLLOW | FileCalls.O_NONBLOCK;
    Descriptor lock;
    try {
      lock = posix.open(file, flags, LOCK_MODE);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ELOOP) {
        throw strange(file, "is a symbolic link", e);
      }
      if (e.errno() == Errno.EISDIR || e.errno() == Errno.ENXIO) {
        throw strange(file, "is no file", e);
      }
      throw e;
    }
    try {
      checkFile(posix, file, posix.statx(lock));
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
    return lock;
  }

  private void checkFile(Posix posix, Path file, FileStatus status) {
    if (!status.isRegularFile()) {
      throw strange(file, "is no file", null);
    }
    checkOwner(posix, file, status);
  }

  /**
   * Refuses a thing in the directory that belongs to a stranger.
   *
   * @param posix the operating system
   * @param file its path, for the message
   * @param status what it is
   * @throws LinkException if its owner is neither this user, nor root, nor the directory's owner
   */
  public void checkOwner(Posix posix, Path file, FileStatus status) {
    int uid = status.uid();
    if (uid != 0 && uid != posix.effectiveUid() && uid != posix.statx(path, true).uid()) {
      throw strange(file, "belongs to uid " + uid, null);
    }
  }

  /**
   * Says that something stands where the device puts its own.
   *
   * @param file where
   * @param why what is wrong with it
   * @param cause what led to it, or null
   * @return the refusal, to be thrown
   */
  public LinkException strange(Path file, String why, @Nullable Throwable cause) {
    return new LinkException(
        LinkException.REFUSED,
        file
            + " "
            + why
            + ". The device did not make it: look who did, remove it, or use another directory"
            + " (--dir or "
            + VARIABLE
            + ").",
        cause);
  }

  /**
   * Refuses a directory in which somebody else could have put a socket.
   *
   * @param posix the operating system
   * @throws LinkException if it is missing, no directory, or writable by others than its owner, who
   *     must be this user or root
   */
  public void checkBeforeConnect(Posix posix) {
    FileStatus status;
    try {
      status = posix.statx(path, false);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        throw new LinkException(
            LinkException.NO_DEVICE,
            "No device: the directory "
                + path
                + " does not exist. Start one with `atoll node --dir "
                + path
                + "`, or use Node.embedded().",
            e);
      }
      throw e;
    }
    checkOwnership(posix, status);
  }

  /**
   * Refuses a directory that others than a trusted owner could write to.
   *
   * @param posix the operating system
   * @param status of the directory itself, not of what a symbolic link names
   * @throws LinkException if it is not safe, saying why
   */
  public void checkOwnership(Posix posix, FileStatus status) {
    if (!status.isDirectory()) {
      throw unsafe("is not a directory");
    }
    boolean isTrusted =
        status.uid() == 0 || status.uid() == posix.effectiveUid() || isSystem(posix);
    if (!isTrusted) {
      throw unsafe("belongs to uid " + status.uid() + ", neither you nor root");
    }
    boolean isOpen = (status.permissions() & OTHERS_WRITE) != 0;
    if (isOpen || (status.permissions() & STICKY) != 0) {
      throw unsafe(
          "can be written by others (mode 0" + Integer.toOctalString(status.permissions()) + ")");
    }
  }

  /** Root may use any user's device. */
  private static boolean isSystem(Posix posix) {
    return posix.effectiveUid() == 0;
  }

  private LinkException unsafe(String why) {
    return new LinkException(
        LinkException.REFUSED,
        "The device directory "
            + path
            + " "
            + why
            + ". Use a directory that belongs to you or root"
            + " and that only its owner can write to.",
        null);
  }
}
