/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What sysfs tells of persistent memory (Documentation/ABI/testing/sysfs-bus-nd and sysfs-bus-dax
 * of Linux).
 *
 * <p>A file that is missing or unreadable is an empty answer: kernels and drivers differ in what
 * they show. Immutable and safe for use by many threads.
 */
final class Sysfs {
  private final Path root;

  Sysfs(Path root) {
    this.root = root;
  }

  /** Tells whether a character device belongs to the dax subsystem. */
  boolean isDax(long deviceNumber) {
    try {
      Path subsystem = characterDevice(deviceNumber).resolve("subsystem").toRealPath();
      Path name = subsystem.getFileName();
      return name != null && name.toString().equals("dax");
    } catch (IOException e) {
      // Missing: the device has no such entry, so it is none of the dax subsystem.
      return false;
    }
  }

  /** Tells the bytes of a DAX device. */
  OptionalLong daxSize(long deviceNumber) {
    return number(characterDevice(deviceNumber).resolve("size"));
  }

  /** Tells to which multiple offsets and lengths of mappings of a DAX device must be aligned. */
  OptionalLong daxAlignment(long deviceNumber) {
    Path device = characterDevice(deviceNumber);
    OptionalLong align = number(device.resolve("align"));
    return align.isPresent() ? align : number(device.resolve("device").resolve("align"));
  }

  /**
   * Tells whether a DAX device belongs to a region of the nvdimm bus that keeps its content: a
   * directory {@code ndbusN/regionN} on its real path, whose type is not {@code nd_volatile}. The
   * persistent regions of CXL appear on that bus, too; DAX devices of ordinary memory (hmem, CXL
   * RAM) do not.
   */
  boolean isPersistent(long deviceNumber) {
    try {
      Path walk = characterDevice(deviceNumber).toRealPath();
      Path parent = walk.getParent();
      while (parent != null) {
        if (isNamed(walk, "region[0-9]+") && isNamed(parent, "ndbus[0-9]+")) {
          return !text(walk.resolve("devtype")).orElse("").equals("nd_volatile");
        }
        walk = parent;
        parent = walk.getParent();
      }
    } catch (IOException e) {
      // Missing: nothing tells that it keeps anything.
      return false;
    }
    return false;
  }

  private static boolean isNamed(Path path, String pattern) {
    Path name = path.getFileName();
    return name != null && name.toString().matches(pattern);
  }

  /**
   * Finds the file that empties the write-pending queues below a DAX device: that of its region,
   * which is one of the directories on the device's real path.
   */
  Optional<Path> deepFlushFile(long deviceNumber) {
    try {
      Path walk = characterDevice(deviceNumber).toRealPath();
      while (walk != null && walk.startsWith(root.toRealPath())) {
        Path file = walk.resolve("deep_flush");
        if (Files.exists(file)) {
          return Optional.of(file);
        }
        walk = walk.getParent();
      }
    } catch (IOException e) {
      // Missing: the device has no region that can be flushed.
      return Optional.empty();
    }
    return Optional.empty();
  }

  /**
   * Tells whether the processor's caches are flushed on power failure: every region of the host
   * says {@code cpu_cache}, and there is one. One region alone can't be told from the others by a
   * file.
   */
  boolean isCacheFlushedOnPowerLoss() {
    boolean isAny = false;
    try (DirectoryStream<Path> regions =
        Files.newDirectoryStream(root.resolve("bus/nd/devices"), "region*")) {
      for (Path region : regions) {
        isAny = true;
        if (!text(region.resolve("persistence_domain")).orElse("").equals("cpu_cache")) {
          return false;
        }
      }
    } catch (IOException e) {
      // Missing: there is no such bus.
      return false;
    }
    return isAny;
  }

  private Path characterDevice(long deviceNumber) {
    long major = deviceNumber >>> Integer.SIZE;
    long minor = deviceNumber & 0xFFFF_FFFFL;
    return root.resolve("dev/char").resolve(major + ":" + minor);
  }

  private static OptionalLong number(Path file) {
    Optional<String> text = text(file);
    try {
      return text.isPresent() ? OptionalLong.of(Long.decode(text.get())) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      // No number: as good as missing.
      return OptionalLong.empty();
    }
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      // Missing or unreadable, see the class comment.
      return Optional.empty();
    }
  }
}
