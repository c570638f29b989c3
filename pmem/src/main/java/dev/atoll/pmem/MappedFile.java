/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.nio.file.Path;

/**
 * A range of a file as it is mapped, with what its mapping and its durability both look at.
 *
 * @param posix the operating system
 * @param path the file, for messages
 * @param range the addresses
 * @param descriptor the mapping's own descriptor of the file
 * @param shared what all mappings of the file share
 * @param fileOffset where the range begins in the file
 * @param isDevice whether the file is a device, whose size never changes
 */
record MappedFile(
    Posix posix,
    Path path,
    MappedRange range,
    Descriptor descriptor,
    SharedFile shared,
    long fileOffset,
    boolean isDevice) {

  long pageSize() {
    return posix.pageSize();
  }

  FileStatus status() {
    return posix.statx(descriptor);
  }

  /** Refuses a file that has become smaller than the mapping. */
  void requireWhole() {
    if (isDevice) {
      return;
    }
    long now = status().size();
    if (now - fileOffset < range.length()) {
      if (!range.isOpen()) {
        throw closed();
      }
      throw new PmemException(
          PmemProblem.TRUNCATED,
          path,
          "someone made the file smaller: mapped offset="
              + fileOffset
              + " length="
              + range.length()
              + ", size now "
              + now
              + "; close the mapping without touching it, since a load or store beyond the end can"
              + " kill the process");
    }
  }

  ErrnoException failed(int errno) {
    return new ErrnoException(
        "msync",
        errno,
        path.toString(),
        "An earlier write-back of this file failed, so no later one can promise anything. Close all"
            + " its mappings in this process, look at the disk, open the file anew and read what it"
            + " holds.");
  }

  IllegalStateException closed() {
    return new IllegalStateException("mapping is closed: " + path);
  }

  String describe(long start, long bytes) {
    long offset = start - range.address() + fileOffset;
    return path + " offset=" + offset + " length=" + bytes;
  }
}
