/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

/**
 * What a hostile reader would try on each descriptor it holds of somebody's memory: reopen it for
 * writing, change its mode first, map it writable, punch a hole, write.
 */
final class Widening {
  private static final Posix POSIX = Posix.system();
  private static final long PAGE = 4096;

  private Widening() {}

  /** Tries all on every descriptor of shared memory; says what the kernel answered. */
  static String tryAll() {
    var result = new StringJoiner(" ");
    for (Path each : list(Path.of("/proc/self/fd"))) {
      if (isSharedMemory(each)) {
        // Not closed: it is the library's own descriptor that is misused here.
        int number = Integer.parseInt(each.getFileName().toString());
        result.add(tryOne(each, new Descriptor(POSIX, number, "borrowed")));
      }
    }
    return result.toString();
  }

  private static String tryOne(Path link, Descriptor readOnly) {
    return "fchmod="
        + errnoOf(() -> POSIX.fchmod(readOnly, 0666))
        + " reopen="
        + errnoOf(() -> POSIX.open(link, FileCalls.O_RDWR, 0).close())
        + " mmap="
        + errnoOf(() -> mapWritable(readOnly))
        + " punch="
        + errnoOf(() ->
            POSIX.fallocate(
                readOnly, FileCalls.FALLOC_FL_KEEP_SIZE | FileCalls.FALLOC_FL_PUNCH_HOLE, 0, PAGE))
        + " truncate="
        + errnoOf(() -> POSIX.ftruncate(readOnly, 0));
  }

  private static void mapWritable(Descriptor descriptor) {
    long address =
        POSIX.mmap(
            0,
            PAGE,
            MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE,
            MemoryCalls.MAP_SHARED,
            descriptor,
            0);
    POSIX.munmap(address, PAGE);
  }

  private static String errnoOf(Runnable attempt) {
    try {
      attempt.run();
      return "DONE";
    } catch (ErrnoException e) {
      return e.errno() == Errno.UNKNOWN ? Integer.toString(e.number()) : e.errno().name();
    }
  }

  private static boolean isSharedMemory(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/memfd:atoll-segment") || target.endsWith(".pmem");
    } catch (IOException e) {
      // The listing's own descriptor is gone by now.
      return false;
    }
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
