/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WriteBack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a file can do as persistent memory, and why.
 *
 * <p>Reading it changes nothing: the file is opened for reading, mapped for a moment to ask for
 * {@code MAP_SYNC}, and closed.
 *
 * @param path the file
 * @param sizeBytes its size
 * @param granularity how finely a shared mapping of it is flushed
 * @param persistenceDomain where durability begins
 * @param isMapSync whether {@code MAP_SYNC} was granted
 * @param hasHoles whether blocks are missing
 * @param facts everything, each with a sentence why, in the order to show them
 */
public record PmemInfo(
    Path path,
    long sizeBytes,
    Granularity granularity,
    PersistenceDomain persistenceDomain,
    boolean isMapSync,
    boolean hasHoles,
    List<Fact> facts) {

  /**
   * One thing that is known about the file.
   *
   * @param name a stable name in lower case, such as {@code map-sync}
   * @param value what it is
   * @param why a sentence that says where that comes from or what it means
   */
  public record Fact(String name, String value, String why) {}

  /** Copies the list. */
  public PmemInfo {
    facts = List.copyOf(facts);
  }

  /**
   * Looks at a file.
   *
   * @param path a file or a DAX device; an empty file can't be asked
   * @return what it can do
   * @throws ErrnoException if it can't be opened or mapped
   * @throws PmemException if it is empty or nothing that can be mapped
   */
  public static PmemInfo of(Path path) {
    return of(Posix.system(), path);
  }

  /**
   * Looks at a file on a given operating system.
   *
   * @param posix the operating system
   * @param path a file or a DAX device
   * @return what it can do
   * @throws ErrnoException if it can't be opened or mapped
   * @throws PmemException if it is empty or nothing that can be mapped
   */
  public static PmemInfo of(Posix posix, Path path) {
    return of(Host.of(posix), path);
  }

  static PmemInfo of(Host host, Path path) {
    OpenedFile file = new FileOpening(host, OpenPlan.asItIs(path, PmemOption.READ_ONLY)).run();
    try {
      Media media = file.media();
      SyncProbe probe = FileMapping.probe(host, path, file);
      Decision decision = Decision.of(Decision.Facts.of(host, media, probe, false));
      FileStatus status = file.status();
      return new PmemInfo(
          path,
          media.isDevice() ? media.deviceSize() : status.size(),
          decision.granularity(),
          decision.domain(media),
          probe.isGranted(),
          FileMapping.hasHoles(media, status),
          facts(host, media, probe, decision, status));
    } finally {
      file.release();
    }
  }

  private static List<Fact> facts(
      Host host, Media media, SyncProbe probe, Decision decision, FileStatus status) {
    List<Fact> facts = new ArrayList<>();
    facts.add(fileSystem(media));
    facts.add(dax(media));
    facts.add(mapSync(media, probe));
    facts.add(new Fact("granularity", decision.granularity().name(), decision.reason() + "."));
    facts.add(instruction(decision));
    facts.add(domain(decision.domain(media)));
    facts.add(autoFlush(host.sysfs().isCacheFlushedOnPowerLoss()));
    facts.add(
        new Fact(
            "page-size",
            Long.toString(host.posix().pageSize()),
            "Offsets of mappings are multiples of " + media.granule() + "."));
    facts.add(blocks(media, status));
    return facts;
  }

  private static Fact fileSystem(Media media) {
    String why = media.backing().why();
    return new Fact(
        "file-system",
        media.fileSystem(),
        Character.toUpperCase(why.charAt(0)) + why.substring(1) + ".");
  }

  private static Fact dax(Media media) {
    String why =
        media.isDaxSet()
            ? "Loads and stores bypass the page cache; that alone does not promise MAP_SYNC."
            : "statx shows no DAX bit, so loads and stores go through the page cache.";
    return new Fact("dax", yesOrNo(media.isDaxSet()), why);
  }

  private static Fact mapSync(Media media, SyncProbe probe) {
    if (media.isDevice()) {
      return new Fact("map-sync", "not needed", "A DAX device has no file system to keep in step.");
    }
    return probe.isGranted()
        ? new Fact("map-sync", "granted", "Flushing from user space is enough for durability.")
        : new Fact(
            "map-sync",
            "refused (" + Errno.of(probe.errno()) + ")",
            "The kernel does not promise that a user-space flush suffices; msync does.");
  }

  private static Fact instruction(Decision decision) {
    String available =
        WriteBack.isAvailable()
            ? "This processor writes cache lines of "
                + WriteBack.lineBytes()
                + " bytes back with "
                + WriteBack.instruction()
                + "."
            : "No write-back from user space: " + WriteBack.unavailabilityCause().orElse("");
    return switch (decision.granularity()) {
      case BYTE -> new Fact("instruction", "fence", "Visible stores are durable. " + available);
      case CACHE_LINE -> new Fact("instruction", WriteBack.instruction().name(), available);
      case PAGE ->
          new Fact("instruction", "msync", "Pages are written by the kernel. " + available);
    };
  }

  private static Fact domain(PersistenceDomain domain) {
    String why =
        switch (domain) {
          case NONE -> "Nothing is promised to outlive a power failure.";
          case STORAGE -> "A store is durable when msync has written its page.";
          case MEMORY_CONTROLLER ->
              "A flushed line is durable when the memory controller has it (ADR).";
          case CPU_CACHE -> "A store is durable in the processor's cache (eADR).";
        };
    return new Fact("persistence-domain", domain.name(), why);
  }

  private static Fact autoFlush(boolean isCacheFlushed) {
    String why =
        isCacheFlushed
            ? "Every region in /sys/bus/nd names the domain cpu_cache."
            : "Not every region in /sys/bus/nd names the domain cpu_cache, or there is none.";
    return new Fact("eadr", yesOrNo(isCacheFlushed), why);
  }

  private static Fact blocks(Media media, FileStatus status) {
    if (media.isDevice()) {
      return new Fact("blocks", "all", "A device has no holes.");
    }
    long allocated = status.allocatedBytes();
    return FileMapping.hasHoles(media, status)
        ? new Fact(
            "blocks",
            allocated + " of " + status.size(),
            "The file has holes (or is compressed): a store may have to allocate, and fail.")
        : new Fact("blocks", "all", allocated + " bytes are allocated for " + status.size() + ".");
  }

  private static String yesOrNo(boolean isSo) {
    return isSo ? "yes" : "no";
  }
}
