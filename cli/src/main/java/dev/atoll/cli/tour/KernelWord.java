/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the kernel says when a reader tries to write, past the library and the device. */
final class KernelWord {
  private static final String GRANTED = "granted";

  private final Posix posix = Posix.system();
  private final Path path;

  KernelWord(Path path) {
    this.path = path;
  }

  /**
   * Tries to map the descriptor that this process was given with the right to write, and to open it
   * anew for writing. The second is refused to other users only: a file's owner may open it.
   */
  Map<String, Object> ask() {
    for (String number : descriptors()) {
      Path link = Path.of("/proc/self/fd", number);
      if (leadsToFile(link)) {
        return Map.of("map", tryToMap(Integer.parseInt(number)), "reopen", tryToOpen(link));
      }
    }
    return Map.of("map", "no descriptor", "reopen", "no descriptor");
  }

  private String tryToMap(int number) {
    // Borrowed: it belongs to the import, so it is not closed here.
    @SuppressWarnings("MustBeClosedChecker")
    var descriptor = new Descriptor(posix, number, path.toString());
    long page = posix.pageSize();
    int rights = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;
    try {
      long address = posix.mmap(0, page, rights, MemoryCalls.MAP_SHARED, descriptor, 0);
      posix.munmap(address, page);
      return GRANTED;
    } catch (ErrnoException e) {
      return e.code();
    }
  }

  private String tryToOpen(Path link) {
    try {
      posix.open(link, FileCalls.O_RDWR, 0).close();
      return GRANTED;
    } catch (ErrnoException e) {
      return e.code();
    }
  }

  private boolean leadsToFile(Path link) {
    try {
      return Files.readSymbolicLink(link).equals(path);
    } catch (NoSuchFileException e) {
      // Closed since it was listed, as the listing itself.
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + link, e);
    }
  }

  private static List<String> descriptors() {
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      return links.map(link -> link.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("listing /proc/self/fd", e);
    }
  }
}
