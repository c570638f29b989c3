/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.WriteBack;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/** The ways in which one mapping can be flushed. */
final class FlushSet {
  private static final byte[] ONE = {'1'};

  private final Host host;
  private final MappedFile file;
  private final MappingNature nature;
  private final Durability paged;
  private final Durability shallow;

  FlushSet(Host host, MappedFile file, MappingNature nature) {
    this.host = host;
    this.file = file;
    this.nature = nature;
    this.paged = observed(new PageDurability(file));
    this.shallow = chosen();
  }

  /** The strategy that was chosen when the file was mapped. */
  Durability shallow() {
    return shallow;
  }

  /** The chosen strategy with a deep flush after each persist. */
  Durability deep() {
    return new DeepDurability(shallow, this::deepFlush);
  }

  /**
   * msync(2), or the chosen strategy for a device and a private mapping, where msync does nothing.
   */
  Durability paged() {
    return file.isDevice() || nature.mode() == MapMode.PRIVATE ? shallow : paged;
  }

  /**
   * Empties the write-pending queues below a range: by msync on a file system (ext4 and xfs flush
   * the device in it), by sysfs for a DAX device (sysfs-bus-nd: deep_flush, which root may write).
   */
  void deepFlush(long address, long length) {
    if (!file.isDevice()) {
      if (nature.decision().granularity() != Granularity.PAGE) {
        paged.flush(address, length);
      }
      return;
    }
    Optional<Path> trigger = host.sysfs().deepFlushFile(nature.media().deviceNumber());
    if (trigger.isEmpty()) {
      throw new ErrnoException(
          "open",
          Errno.ENOENT.number(),
          file.path().toString(),
          "sysfs shows no file deep_flush for this device, so nothing can empty the queues below it;"
              + " persist makes durable what the platform promises (ADR).");
    }
    trigger(trigger.get());
  }

  private void trigger(Path path) {
    try (Descriptor trigger = file.posix().open(path, FileCalls.O_WRONLY, 0);
        Arena arena = Arena.ofConfined()) {
      long written =
          file.posix().pwrite(trigger, arena.allocateFrom(ValueLayout.JAVA_BYTE, ONE), 0);
      if (written != ONE.length) {
        throw new ErrnoException("pwrite", Errno.EIO.number(), path.toString(), "Nothing written.");
      }
    }
  }

  long flushUnitBytes() {
    return switch (nature.granularity()) {
      case BYTE -> 1;
      case CACHE_LINE -> WriteBack.lineBytes();
      case PAGE -> file.pageSize();
    };
  }

  String instruction() {
    if (nature.mode() == MapMode.PRIVATE) {
      return "none";
    }
    return switch (nature.granularity()) {
      case BYTE -> "fence";
      case CACHE_LINE -> WriteBack.instruction().name();
      case PAGE -> "msync";
    };
  }

  private Durability chosen() {
    if (nature.mode() == MapMode.PRIVATE) {
      return new NoDurability(file.path());
    }
    return switch (nature.granularity()) {
      case BYTE -> observed(new ByteDurability());
      case CACHE_LINE -> observed(new CacheLineDurability());
      case PAGE -> paged;
    };
  }

  private Durability observed(Durability durability) {
    FlushObserver observer = host.observer();
    return observer == null ? durability : new ObservedDurability(durability, observer);
  }
}
