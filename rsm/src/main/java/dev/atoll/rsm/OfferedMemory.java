/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.memory.Region;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The descriptors that go with an export: the file, its control page for reading only, and the file
 * once more for reading only if this process may open it.
 */
final class OfferedMemory implements AutoCloseable {
  private final List<Descriptor> opened = new ArrayList<>();
  private final List<Descriptor> all = new ArrayList<>();

  private OfferedMemory() {}

  static OfferedMemory of(Posix posix, Region region) {
    var offered = new OfferedMemory();
    try {
      offered.opened.add(reopenReadOnly(posix, region.control().descriptor()));
      offered.addReadOnly(posix, region.descriptor());
      offered.all.add(region.descriptor());
      offered.all.addAll(offered.opened);
      return offered;
    } catch (RuntimeException e) {
      offered.close();
      throw e;
    }
  }

  /** A device of another user made the memory: then its file is not ours to open, but its own. */
  private void addReadOnly(Posix posix, Descriptor descriptor) {
    try {
      opened.add(reopenReadOnly(posix, descriptor));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EACCES) {
        throw e;
      }
    }
  }

  /**
   * Opens the same file anew for reading only. A passed descriptor is the same open file, rights
   * included, so read-only importers need one that never could write.
   */
  private static Descriptor reopenReadOnly(Posix posix, Descriptor descriptor) {
    return posix.open(Path.of("/proc/self/fd/" + descriptor.number()), FileCalls.O_RDONLY, 0);
  }

  List<Descriptor> descriptors() {
    return all;
  }

  @Override
  public void close() {
    opened.forEach(Descriptor::close);
  }
}
