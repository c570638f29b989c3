/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a process holds at one moment, as /proc shows it (proc(5)), so that a test can say that
 * nothing is left.
 *
 * @param pid the process
 * @param descriptors what each open descriptor leads to, such as {@code socket:[123]} or a path
 * @param mappings the lines of /proc/PID/maps
 */
public record ProcessTraces(long pid, List<String> descriptors, List<String> mappings) {
  /** What the names of all memfds of Atoll begin with. */
  public static final String MEMFD_PREFIX = "/memfd:atoll";

  /** Makes the lists immutable. */
  public ProcessTraces {
    descriptors = List.copyOf(descriptors);
    mappings = List.copyOf(mappings);
  }

  /**
   * Looks at a process.
   *
   * @param pid the process; it must be this user's, or this user root
   * @return what it holds; empty lists if there is no such process
   * @throws UncheckedIOException if /proc can not be read
   */
  public static ProcessTraces of(long pid) {
    Path directory = Path.of("/proc", Long.toString(pid));
    try {
      return new ProcessTraces(pid, readDescriptors(directory), readMappings(directory));
    } catch (IOException e) {
      throw new UncheckedIOException("looking at process " + pid, e);
    }
  }

  /**
   * Looks at this process.
   *
   * @return what it holds; the descriptor of the look itself is not among them
   * @throws UncheckedIOException if /proc can not be read
   */
  public static ProcessTraces ofThisProcess() {
    return of(ProcessHandle.current().pid());
  }

  /**
   * Picks the descriptors that lead to a memfd of Atoll.
   *
   * @return what they lead to
   */
  public List<String> memfds() {
    return descriptors.stream().filter(target -> target.startsWith(MEMFD_PREFIX)).toList();
  }

  /**
   * Picks the descriptors that are sockets.
   *
   * @return what they lead to, {@code socket:[INODE]}
   */
  public List<String> sockets() {
    return descriptors.stream().filter(target -> target.startsWith("socket:")).toList();
  }

  /**
   * Picks the mappings of files with a certain name.
   *
   * @param part what the line must contain, a path or {@link #MEMFD_PREFIX}
   * @return the lines
   */
  public List<String> mappingsOf(String part) {
    return mappings.stream().filter(line -> line.contains(part)).toList();
  }

  /**
   * Lists everything below a directory, so that a test can say that it is empty again.
   *
   * @param directory where to look; it need not exist
   * @return the paths below it, without itself
   * @throws UncheckedIOException if it can not be read
   */
  public static List<Path> leftIn(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.filter(path -> !path.equals(directory)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("looking below " + directory, e);
    }
  }

  /**
   * Lists the Unix sockets of the host that are bound to a path.
   *
   * @param part what the path must contain
   * @return the lines of /proc/net/unix
   * @throws UncheckedIOException if /proc can not be read
   */
  public static List<String> unixSockets(String part) {
    try {
      return Files.readAllLines(Path.of("/proc/net/unix")).stream()
          .filter(line -> line.contains(part))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("reading /proc/net/unix", e);
    }
  }

  private static List<String> readDescriptors(Path directory) throws IOException {
    Path open = directory.resolve("fd");
    if (!Files.isDirectory(open)) {
      return List.of();
    }
    List<Path> links;
    try (Stream<Path> entries = Files.list(open)) {
      links = entries.toList();
    }
    var targets = new ArrayList<String>();
    for (Path link : links) {
      readLink(link).ifPresent(targets::add);
    }
    return targets;
  }

  /** A descriptor that was closed since it was listed, such as that of the listing, is gone. */
  private static Optional<String> readLink(Path link) throws IOException {
    try {
      return Optional.of(Files.readSymbolicLink(link).toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static List<String> readMappings(Path directory) throws IOException {
    try {
      return Files.readAllLines(directory.resolve("maps"));
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}
