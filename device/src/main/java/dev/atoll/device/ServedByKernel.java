/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileSystemStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tells the file system of a descriptor without asking its server, which may be a program that
 * never answers: by the mount's number in /proc/self/fdinfo and the list in /proc/self/mountinfo.
 */
final class ServedByKernel {
  private static final String MOUNT_ID = "mnt_id:";

  /** proc_pid_mountinfo(5): the type follows a lone dash. */
  private static final String TYPE_MARK = " - ";

  private ServedByKernel() {}

  /** The type of the file system, empty if this name space does not know the mount. */
  static Optional<String> typeOf(Descriptor descriptor) {
    try (Stream<String> info = Files.lines(Path.of("/proc/self/fdinfo/" + descriptor.number()))) {
      Optional<String> id =
          info.filter(line -> line.startsWith(MOUNT_ID))
              .map(line -> line.substring(MOUNT_ID.length()).strip())
              .findFirst();
      return id.isEmpty() ? Optional.empty() : typeOfMount(id.get());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> typeOfMount(String id) throws IOException {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return mounts
          .filter(line -> line.startsWith(id + " "))
          .map(line -> line.substring(line.indexOf(TYPE_MARK) + TYPE_MARK.length()))
          .map(rest -> rest.split(" ", 2)[0])
          .findFirst();
    }
  }

  /** The names that mountinfo uses for file systems of these magic numbers. */
  static Set<String> namesOf(Set<Long> magics) {
    return magics.stream()
        .flatMap(magic ->
            magic == FileSystemStatus.EXT_MAGIC
                ? Stream.of("ext2", "ext3", "ext4")
                : Stream.of(new FileSystemStatus(magic, 1, 0).name()))
        .collect(Collectors.toUnmodifiableSet());
  }
}
