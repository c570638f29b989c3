/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static dev.atoll.posix.MemoryCalls.F_SEAL_FUTURE_WRITE;
import static dev.atoll.posix.MemoryCalls.F_SEAL_GROW;
import static dev.atoll.posix.MemoryCalls.F_SEAL_SEAL;
import static dev.atoll.posix.MemoryCalls.F_SEAL_SHRINK;
import static dev.atoll.posix.MemoryCalls.MAP_SHARED;
import static dev.atoll.posix.MemoryCalls.PROT_READ;
import static dev.atoll.posix.MemoryCalls.PROT_WRITE;

import dev.atoll.base.Site;
import dev.atoll.link.RingsLayout;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.List;

/**
 * The two files behind a session's rings, mapped by the device.
 *
 * <p>Neither can change its size, and the device reserves the pages that it loads and stores, so no
 * access of its own can fail. The pages of the bounce area are not reserved: the device touches
 * them by system calls only, which would answer EFAULT.
 *
 * @param submission what both sides write
 * @param completion what the device alone writes
 * @param submissionFile as it goes to the program
 * @param completionReadOnly as it goes to the program
 */
record RingFiles(
    MappedRange submission,
    MappedRange completion,
    Descriptor submissionFile,
    Descriptor completionReadOnly)
    implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;
  private static final int RESIZE_SEALS = F_SEAL_SHRINK | F_SEAL_GROW;

  /** Makes both files; called by a worker, as reserving pages takes its time. */
  static RingFiles create(Posix posix, RingsLayout layout) {
    Descriptor shared = posix.memfd("atoll-submission");
    try (Descriptor own = posix.memfd("atoll-completion")) {
      MappedRange submission =
          map(posix, shared, layout.submissionBytes(), layout.bounceOffset(), RESIZE_SEALS);
      try {
        posix.addSeals(shared, F_SEAL_SEAL);
        MappedRange completion =
            map(posix, own, layout.completionBytes(), layout.completionBytes(), RESIZE_SEALS);
        try {
          // No writer comes after the device, not even a program of its own uid.
          posix.addSeals(own, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
          Path link = Path.of("/proc/self/fd/" + own.number());
          Descriptor readOnly = posix.open(link, FileCalls.O_RDONLY, 0);
          Site.hit("rings.made");
          return new RingFiles(submission, completion, shared, readOnly);
        } catch (RuntimeException e) {
          completion.close();
          throw e;
        }
      } catch (RuntimeException e) {
        submission.close();
        throw e;
      }
    } catch (RuntimeException e) {
      shared.close();
      throw e;
    }
  }

  private static MappedRange map(
      Posix posix, Descriptor file, long bytes, long reserved, int seals) {
    posix.fchmod(file, OWNER_ONLY);
    posix.ftruncate(file, bytes);
    posix.fallocate(file, 0, 0, reserved);
    posix.addSeals(file, seals);
    return MappedRange.map(
        posix,
        new MapRequest(bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0, "rings of a session"));
  }

  /** What goes to the program. */
  List<Descriptor> descriptors() {
    return List.of(submissionFile, completionReadOnly);
  }

  @Override
  public void close() {
    submission.close();
    completion.close();
    submissionFile.close();
    completionReadOnly.close();
  }
}
