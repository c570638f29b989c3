/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;

/** Checks of memfds that another process offers. */
final class SealedFiles {
  private SealedFiles() {}

  /** Refuses anything but a regular file of exactly this size with at least these seals. */
  static void require(
      Posix posix, Descriptor descriptor, long size, int requiredSeals, String subject) {
    FileStatus status = posix.statx(descriptor);
    if (!status.isRegularFile()) {
      throw new RefusedMemoryException(
          subject, "mode=0" + Integer.toOctalString(status.mode()) + " is no regular file");
    }
    int seals = posix.seals(descriptor);
    if (seals < 0) {
      throw new RefusedMemoryException(subject, "it has no seals, so it is no memfd");
    }
    if ((seals & requiredSeals) != requiredSeals) {
      throw new RefusedMemoryException(
          subject, "seals=" + names(seals) + " required=" + names(requiredSeals));
    }
    // Only after the seals: without them the size could change between the look and the map.
    long found = posix.statx(descriptor).size();
    if (found != size) {
      throw new RefusedMemoryException(subject, "size=" + found + " expected=" + size);
    }
  }

  /** Refuses a file that has one of these seals. */
  static void forbid(Posix posix, Descriptor descriptor, int forbiddenSeals, String subject) {
    int seals = posix.seals(descriptor);
    if (seals >= 0 && (seals & forbiddenSeals) != 0) {
      throw new RefusedMemoryException(
          subject, "seals=" + names(seals) + " forbid the writing that was asked for");
    }
  }

  private static String names(int seals) {
    var text = new StringBuilder();
    append(text, seals, MemoryCalls.F_SEAL_SEAL, "SEAL");
    append(text, seals, MemoryCalls.F_SEAL_SHRINK, "SHRINK");
    append(text, seals, MemoryCalls.F_SEAL_GROW, "GROW");
    append(text, seals, MemoryCalls.F_SEAL_WRITE, "WRITE");
    append(text, seals, MemoryCalls.F_SEAL_FUTURE_WRITE, "FUTURE_WRITE");
    return text.isEmpty() ? "none" : text.toString();
  }

  private static void append(StringBuilder text, int seals, int seal, String name) {
    if ((seals & seal) != 0) {
      text.append(text.isEmpty() ? "" : "|").append(name);
    }
  }
}
