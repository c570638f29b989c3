/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The private directory of one tour, and the removal of those that dead tours left.
 *
 * <p>Whoever holds the lock of the file {@code lock} in it owns the directory. The kernel lets go
 * of the lock when its holder dies, whatever way, so a directory whose lock can be had is nobody's;
 * neither age nor process ids, which mean nothing across containers, are looked at.
 */
final class TourDirectory implements AutoCloseable {
  private static final String PREFIX = "atoll-tour-";
  private static final String LOCK = "lock";
  private static final int MOST_TRIES = 100;

  private final Path path;
  private final FileChannel lock;

  private TourDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Removes what dead tours of this user left, and makes a new directory. */
  static TourDirectory create(Path base, boolean isForOthers, RandomGenerator random)
      throws IOException {
    List<Path> _ = stale(base, true);
    for (int i = 0; i < MOST_TRIES; i++) {
      Path path = base.resolve(PREFIX + Long.toString(random.nextLong() >>> 24, 36));
      FileChannel lock = tryMake(path);
      if (lock != null) {
        // Others may pass through to the device's socket and the jar, and list nothing.
        setMode(path, isForOthers ? "rwx--x--x" : "rwx------");
        return new TourDirectory(path, lock);
      }
    }
    throw new IOException("no name for a directory in " + base + " after " + MOST_TRIES + " tries");
  }

  private static @Nullable FileChannel tryMake(Path path) throws IOException {
    try {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return tryLock(path);
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      // The name is taken, or another tour has taken the directory for a dead one's.
      return null;
    }
  }

  /** The lock of a directory, or null if somebody has it or the directory is being removed. */
  private static @Nullable FileChannel tryLock(Path path) throws IOException {
    Path name = path.resolve(LOCK);
    FileChannel channel =
        FileChannel.open(
            name, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    boolean isMine = false;
    try {
      Object before = key(name);
      FileLock lock = channel.tryLock();
      // Between opening and locking, its remover may have deleted the file.
      isMine = lock != null && Files.exists(name) && Objects.equals(before, key(name));
    } catch (NoSuchFileException e) {
      isMine = false;
    } finally {
      if (!isMine) {
        channel.close();
      }
    }
    return isMine ? channel : null;
  }

  private static @Nullable Object key(Path name) throws IOException {
    return Files.readAttributes(name, BasicFileAttributes.class).fileKey();
  }

  /** Finds what dead tours of this user have left in a directory, and removes it if told to. */
  static List<Path> stale(Path base, boolean isRemoving) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> candidates = Files.newDirectoryStream(base, PREFIX + "*")) {
      for (Path candidate : candidates) {
        if (isStale(candidate, isRemoving)) {
          found.add(candidate);
        }
      }
    }
    return found;
  }

  private static boolean isStale(Path candidate, boolean isRemoving) throws IOException {
    try {
      boolean isOurs =
          Files.isDirectory(candidate, LinkOption.NOFOLLOW_LINKS)
              && Files.getOwner(candidate).getName().equals(System.getProperty("user.name"))
              && !Files.exists(candidate.resolve("keep"));
      if (!isOurs) {
        return false;
      }
      FileChannel lock = tryLock(candidate);
      if (lock != null) {
        try (lock) {
          if (isRemoving) {
            deleteAll(candidate);
          }
        }
      }
      return lock != null;
    } catch (NoSuchFileException e) {
      // Its owner, or another tour, was faster.
      return false;
    }
  }

  Path path() {
    return path;
  }

  Path device() {
    return path.resolve("d");
  }

  Path segmentFile() {
    return path.resolve("segment");
  }

  Path jar() {
    return path.resolve("atoll.jar");
  }

  Path errorsOf(String child) {
    return path.resolve(child + ".err");
  }

  static void setMode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  /** Leaves the directory where it is: from now on neither closing nor a later tour deletes it. */
  void keep() throws IOException {
    Files.createFile(path.resolve("keep"));
    lock.close();
  }

  /** Deletes it with all that is in it; a second call does nothing. */
  @Override
  public void close() throws IOException {
    if (lock.isOpen()) {
      try (lock) {
        deleteAll(path);
      }
    }
  }

  private static void deleteAll(Path root) throws IOException {
    Files.walkFileTree(root, new Deleting());
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null && !(failure instanceof NoSuchFileException)) {
        throw failure;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
