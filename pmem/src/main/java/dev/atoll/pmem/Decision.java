/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.WriteBack;

/**
 * How a mapping will be flushed, and why.
 *
 * @param granularity the unit of a flush
 * @param isPretended whether cache lines are flushed although that makes nothing durable
 * @param reason why, in a sentence
 */
record Decision(Granularity granularity, boolean isPretended, String reason) {

  /** What is known of a file at the moment it is mapped. */
  record Facts(
      Media media,
      SyncProbe probe,
      boolean isPretending,
      boolean isCacheFlushedOnPowerLoss,
      boolean isWriteBackAvailable,
      String writeBackCause) {

    static Facts of(Host host, Media media, SyncProbe probe, boolean isPretending) {
      return new Facts(
          media,
          probe,
          isPretending,
          host.sysfs().isCacheFlushedOnPowerLoss(),
          WriteBack.isAvailable(),
          WriteBack.unavailabilityCause().orElse(""));
    }
  }

  static Decision of(Facts facts) {
    boolean isPersistentMemory = facts.media.isDevice() || facts.probe.isGranted();
    if (!facts.isWriteBackAvailable) {
      return new Decision(
          Granularity.PAGE,
          false,
          "cache lines can't be written back from user space here: " + facts.writeBackCause);
    }
    if (isPersistentMemory) {
      String medium = facts.media.isDevice() ? "a DAX device" : "MAP_SYNC was granted";
      return facts.isCacheFlushedOnPowerLoss
          ? new Decision(
              Granularity.BYTE,
              false,
              medium + ", and every region's persistence domain is cpu_cache (eADR)")
          : new Decision(
              Granularity.CACHE_LINE, false, medium + ", so flushing cache lines suffices");
    }
    if (facts.isPretending) {
      return new Decision(
          Granularity.CACHE_LINE,
          true,
          "pretend mode was asked for: lines are flushed, nothing becomes durable");
    }
    return new Decision(
        Granularity.PAGE, false, "the file goes through the page cache: " + facts.probe.reason());
  }

  PersistenceDomain domain(Media media) {
    if (isPretended || !media.backing().isKept()) {
      return PersistenceDomain.NONE;
    }
    return switch (granularity) {
      case BYTE -> PersistenceDomain.CPU_CACHE;
      case CACHE_LINE -> PersistenceDomain.MEMORY_CONTROLLER;
      case PAGE -> PersistenceDomain.STORAGE;
    };
  }
}
