/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The class path of the running test, and a copy of it that every user of the host may read: the
 * checkout may lie below a directory that others can not enter.
 *
 * <p>The copy is made once per process and deleted when the process ends.
 */
final class SharedClassPath {
  private static final Set<PosixFilePermission> FOR_DIRECTORIES =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final Set<PosixFilePermission> FOR_FILES =
      PosixFilePermissions.fromString("rw-r--r--");

  private static @Nullable String copied;

  private SharedClassPath() {}

  /** The class path as it is; surefire keeps the real one here while it runs from a booter jar. */
  static String own() {
    String surefire = System.getProperty("surefire.test.class.path");
    return surefire == null ? System.getProperty("java.class.path") : surefire;
  }

  /** The class path with every entry replaced by a copy that all users may read. */
  static synchronized String copy() {
    String result = copied;
    if (result == null) {
      try {
        result = makeCopy();
      } catch (IOException e) {
        throw new UncheckedIOException("copying the class path for another user", e);
      }
      copied = result;
    }
    return result;
  }

  private static String makeCopy() throws IOException {
    Path target = Files.createTempDirectory("atoll-classes-");
    // Rule 26 of the house keeps shutdown hooks out of the product; this is a tool of tests.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(target)));
    Files.setPosixFilePermissions(target, FOR_DIRECTORIES);
    requireEnterable(target);
    var entries = new ArrayList<String>();
    for (String entry : own().split(File.pathSeparator, -1)) {
      Path source = Path.of(entry);
      if (!entry.isEmpty() && Files.exists(source)) {
        Path place = target.resolve(entries.size() + "-" + source.getFileName());
        copyTree(source, place);
        entries.add(place.toString());
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void requireEnterable(Path target) throws IOException {
    for (Path up = target.getParent(); up != null; up = up.getParent()) {
      if (!Files.getPosixFilePermissions(up).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        throw new IllegalStateException(
            "java.io.tmpdir="
                + target.getParent()
                + " can not be entered by other users, because of "
                + up
                + "; choose another with -Djava.io.tmpdir");
      }
    }
  }

  private static void copyTree(Path source, Path target) throws IOException {
    List<Path> paths;
    try (var walk = Files.walk(source)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      Path place = target.resolve(source.relativize(path).toString());
      Files.copy(path, place);
      boolean isDirectory = Files.isDirectory(path);
      Files.setPosixFilePermissions(place, isDirectory ? FOR_DIRECTORIES : FOR_FILES);
    }
  }

  private static void deleteAll(Path root) {
    try {
      Files.walkFileTree(root, new Deleting());
    } catch (IOException e) {
      System.err.println("could not delete " + root + ": " + e);
    }
  }

  private static final class Deleting extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
