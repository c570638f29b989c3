/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.Map;

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
