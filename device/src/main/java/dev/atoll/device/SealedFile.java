/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Answers that are too long for a block: memfds that nobody can change any more. */
final class SealedFile {
  private static final int OWNER_ONLY = 0600;
  private static final int ALL_SEALS =
      MemoryCalls.F_SEAL_SHRINK
          | MemoryCalls.F_SEAL_GROW
          | MemoryCalls.F_SEAL_WRITE
          | MemoryCalls.F_SEAL_SEAL;

  private SealedFile() {}

  /** Makes a file with these bytes and gives it opened for reading only. */
  static Descriptor of(Posix posix, String name, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment image = arena.allocate(bytes.length, Long.BYTES);
      MemorySegment.copy(MemorySegment.ofArray(bytes), 0, image, 0, bytes.length);
      return of(posix, name, image);
    }
  }

  /** Makes a file with these bytes and gives it opened for reading only. */
  static Descriptor of(Posix posix, String name, MemorySegment image) {
    try (Descriptor file = posix.memfd(name)) {
      posix.fchmod(file, OWNER_ONLY);
      posix.ftruncate(file, image.byteSize());
      for (long done = 0; done < image.byteSize(); ) {
        done += posix.pwrite(file, image.asSlice(done), done);
      }
      posix.addSeals(file, ALL_SEALS);
      return posix.open(Path.of("/proc/self/fd/" + file.number()), FileCalls.O_RDONLY, 0);
    }
  }
}
