/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.FileSystemStatus;
import java.nio.file.Path;

/**
 * What a file lies on, read once when it is opened.
 *
 * @param isDevice whether it is a DAX character device instead of a regular file
 * @param deviceNumber of a DAX device, else 0
 * @param deviceSize bytes of a DAX device, else 0
 * @param granule to which multiple offsets of mappings must be aligned
 * @param fileSystem its name, {@code devdax} for a device
 * @param backing whether that keeps its content without power
 * @param isDaxSet whether the file bypasses the page cache
 */
record Media(
    boolean isDevice,
    long deviceNumber,
    long deviceSize,
    long granule,
    String fileSystem,
    Backing backing,
    boolean isDaxSet) {

  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  boolean isVolatile() {
    return backing.isMemory();
  }

  static Media of(Host host, Path path, Descriptor descriptor, FileStatus status) {
    if (status.isCharacterDevice()) {
      return ofDevice(host, path, status);
    }
    FileSystemStatus fileSystem = host.posix().fstatfs(descriptor);
    if (fileSystem.magic() == FileSystemStatus.HUGETLBFS_MAGIC) {
      throw new PmemException(
          PmemProblem.NOT_MAPPABLE,
          path,
          "hugetlbfs holds no persistent files, and its pages can't be cut; use another file system");
    }
    return new Media(
        false,
        0,
        0,
        host.posix().pageSize(),
        fileSystem.name(),
        backing(host, path, fileSystem),
        status.isDaxSet());
  }

  private static Media ofDevice(Host host, Path path, FileStatus status) {
    long number = status.deviceNumber();
    if (!host.sysfs().isDax(number)) {
      throw new PmemException(
          PmemProblem.NOT_MAPPABLE,
          path,
          "a character device, but none of the dax subsystem; name a file or /dev/daxX.Y");
    }
    long size = host.sysfs().daxSize(number).orElse(0);
    if (size <= 0) {
      throw new PmemException(
          PmemProblem.SIZE, path, "sysfs names no size of this DAX device; is it enabled?");
    }
    long granule = host.sysfs().daxAlignment(number).orElse(host.posix().pageSize());
    return new Media(true, number, size, granule, "devdax", deviceBacking(host, number), true);
  }

  private static Backing backing(Host host, Path path, FileSystemStatus fileSystem) {
    if (fileSystem.magic() == FileSystemStatus.OVERLAYFS_MAGIC) {
      return OverlayMount.of(host.posix(), MOUNTS, path);
    }
    return fileSystem.isVolatile()
        ? Backing.memory("only memory lies below it: msync succeeds and makes nothing durable")
        : Backing.kept("something that keeps its content without power lies below it");
  }

  private static Backing deviceBacking(Host host, long number) {
    return host.sysfs().isPersistent(number)
        ? Backing.kept("it belongs to a region of persistent memory")
        : Backing.unknown(
            "sysfs shows no region of persistent memory above this DAX device; those of hmem, kmem"
                + " and CXL RAM are ordinary memory");
  }
}
