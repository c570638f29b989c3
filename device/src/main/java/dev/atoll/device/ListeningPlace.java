/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A device's directory: first its lock is held, then its socket is open.
 *
 * <p>The kernel's lock decides who the device of a directory is, never the age of a file: whoever
 * holds it may take away the socket that a dead device has left.
 */
final class ListeningPlace implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final Posix posix;
  private final DeviceDirectory directory;
  private final boolean isForAll;
  private final Descriptor lock;

  private ListeningPlace(
      Posix posix, DeviceDirectory directory, boolean isForAll, Descriptor lock) {
    this.posix = posix;
    this.directory = directory;
    this.isForAll = isForAll;
    this.lock = lock;
  }

  /** Takes the directory; nobody can connect yet. */
  static ListeningPlace take(Posix posix, DeviceDirectory directory, DeviceConfig.Users users) {
    boolean isForAll = users == DeviceConfig.Users.ANY;
    directory.make(posix, modeOf(isForAll));
    Descriptor lock = takeLock(posix, directory);
    try {
      // Also for a directory that a device with other users has left.
      setMode(directory.path(), modeOf(isForAll));
      var place = new ListeningPlace(posix, directory, isForAll, lock);
      place.removeStaleSocket();
      return place;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Opens the socket, which the caller owns. */
  Descriptor listen() {
    Descriptor socket = posix.listenUnix(directory.socket(), BACKLOG);
    Site.hit("device.bound");
    try {
      setMode(directory.socket(), isForAll ? "rw-rw-rw-" : "rw-------");
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
    Site.hit("device.listening");
    return socket;
  }

  DeviceDirectory directory() {
    return directory;
  }

  private static String modeOf(boolean isForAll) {
    return isForAll ? "rwx--x--x" : "rwx------";
  }

  private static void setMode(Path path, String mode) {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    } catch (IOException e) {
      throw new UncheckedIOException("The mode of " + path + " can not be set to " + mode, e);
    }
  }

  private static Descriptor takeLock(Posix posix, DeviceDirectory directory) {
    Descriptor lock = directory.openLock(posix, directory.lock());
    boolean isTaken = false;
    try {
      isTaken = posix.tryLock(lock);
    } finally {
      if (!isTaken) {
        lock.close();
      }
    }
    if (!isTaken) {
      throw new LinkException(
          LinkException.TAKEN,
          "Another device already listens in "
              + directory.path()
              + ". Attach to it, or choose"
              + " another directory with --dir or "
              + DeviceDirectory.VARIABLE
              + ".",
          null);
    }
    Site.hit("device.locked");
    return lock;
  }

  private void removeStaleSocket() {
    Path path = directory.socket();
    FileStatus status;
    try {
      status = posix.statx(path, false);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return;
      }
      throw e;
    }
    if (!status.isSocket()) {
      throw directory.strange(path, "is no socket", null);
    }
    directory.checkOwner(posix, path, status);
    withdraw();
    Site.hit("device.unlinked");
  }

  /** Takes the socket's name away: from now on programs find no device. Idempotent. */
  void withdraw() {
    try {
      Files.deleteIfExists(directory.socket());
    } catch (IOException e) {
      throw new UncheckedIOException("The socket " + directory.socket() + " can not go", e);
    }
  }

  /** Takes the socket's name away, then gives the lock up. */
  @Override
  public void close() {
    try {
      withdraw();
    } finally {
      lock.close();
    }
  }
}
