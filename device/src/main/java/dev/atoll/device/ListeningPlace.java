/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A device's directory while it listens there: lock held, socket open.
 *
 * <p>The kernel's lock decides who the device of a directory is, never the age of a file: whoever
 * holds it may take away the socket that a dead device has left.
 */
final class ListeningPlace implements AutoCloseable {
  private static final int BACKLOG = 128;
  private static final int LOCK_MODE = 0600;

  private final DeviceDirectory directory;
  private final Descriptor lock;
  private final Descriptor socket;

  private ListeningPlace(DeviceDirectory directory, Descriptor lock, Descriptor socket) {
    this.directory = directory;
    this.lock = lock;
    this.socket = socket;
  }

  static ListeningPlace open(Posix posix, DeviceDirectory directory, DeviceConfig.Users users) {
    boolean isForAll = users == DeviceConfig.Users.ANY;
    makeDirectory(directory.path(), isForAll ? "rwx--x--x" : "rwx------");
    directory.checkOwnership(posix, posix.statx(directory.path(), false));
    Descriptor lock = takeLock(posix, directory);
    try {
      // Also for a directory that a device with other users has left.
      setMode(directory.path(), isForAll ? "rwx--x--x" : "rwx------");
      removeStaleSocket(directory);
      Descriptor socket = posix.listenUnix(directory.socket(), BACKLOG);
      Site.hit("device.bound");
      try {
        setMode(directory.socket(), isForAll ? "rw-rw-rw-" : "rw-------");
      } catch (RuntimeException e) {
        socket.close();
        throw e;
      }
      Site.hit("device.listening");
      return new ListeningPlace(directory, lock, socket);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** The listening socket, which the server closes. */
  Descriptor socket() {
    return socket;
  }

  private static void makeDirectory(Path path, String mode) {
    try {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createDirectory(path);
        // Afterwards, since the umask narrows what createDirectory is told.
        setMode(path, mode);
      } catch (FileAlreadyExistsException e) {
        // Another device was here before; its ownership is checked next.
        Site.hit("device.reusing");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The device directory " + path + " can not be made", e);
    }
  }

  private static void setMode(Path path, String mode) {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    } catch (IOException e) {
      throw new UncheckedIOException("The mode of " + path + " can not be set to " + mode, e);
    }
  }

  private static Descriptor takeLock(Posix posix, DeviceDirectory directory) {
    int flags = FileCalls.O_RDWR | FileCalls.O_CREAT | FileCalls.O_NOFOLLOW;
    Descriptor lock = posix.open(directory.lock(), flags, LOCK_MODE);
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
          LinkException.REFUSED,
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

  private static void removeStaleSocket(DeviceDirectory directory) {
    Path path = directory.socket();
    try {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(path);
        Site.hit("device.unlinked");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The socket " + path + " of a dead device can not go", e);
    }
  }

  /** Gives up a place that the device could not take. */
  void abandon() {
    try {
      socket.close();
    } finally {
      close();
    }
  }

  /** Takes the socket's name away, then gives the lock up. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(directory.socket());
    } catch (IOException e) {
      throw new UncheckedIOException("The socket " + directory.socket() + " can not go", e);
    } finally {
      lock.close();
    }
  }
}
