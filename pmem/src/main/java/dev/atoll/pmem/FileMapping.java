/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.posix.MemoryCalls.MAP_PRIVATE;
import static dev.atoll.posix.MemoryCalls.MAP_SHARED;
import static dev.atoll.posix.MemoryCalls.MAP_SHARED_VALIDATE;
import static dev.atoll.posix.MemoryCalls.MAP_SYNC;
import static dev.atoll.posix.MemoryCalls.PROT_READ;
import static dev.atoll.posix.MemoryCalls.PROT_WRITE;

import dev.atoll.base.Ranges;
import dev.atoll.base.Site;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import java.nio.file.Path;

/** The protocol of mapping a file: check, probe, map, decide, refuse or hand out. */
final class FileMapping {
  private final Host host;
  private final Path path;
  private final OpenedFile file;
  private final SharedFile shared;
  private final MapTerms terms;

  FileMapping(Host host, Path path, OpenedFile file, MapTerms terms) {
    this.host = host;
    this.path = path;
    this.file = file;
    this.shared = file.shared();
    this.terms = terms;
  }

  /**
   * Tells whether blocks are missing. Blocks of metadata, and blocks beyond the end, count as well
   * (statx(2)), so small holes in a file that has such blocks are not seen.
   */
  static boolean hasHoles(Media media, FileStatus status) {
    return !media.isDevice() && status.allocatedBytes() < status.size();
  }

  /**
   * Makes the mapping.
   *
   * @param lock which the file is closed under: until the mapping has a descriptor of its own, the
   *     file's must stay open, or its number may be another file's
   */
  PmemMapping run(Object lock) {
    Held held;
    synchronized (lock) {
      held = hold();
    }
    try {
      return map(held.status, held.own, held.length);
    } catch (Throwable failure) {
      held.release(failure);
      throw failure;
    }
  }

  /** What a mapping owns before it is one. */
  private record Held(FileStatus status, Descriptor own, long length, SharedFile shared) {
    void release(Throwable failure) {
      try {
        shared.release();
        own.close();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      }
    }
  }

  private Held hold() {
    FileStatus status = host.posix().statx(file.descriptor());
    long length = lengthWithin(sizeNow(status));
    SharedFile retained = shared.retain();
    if (retained == null) {
      throw new IllegalStateException("file is closed: " + path);
    }
    try {
      return new Held(status, ownDescriptor(), length, retained);
    } catch (Throwable failure) {
      retained.release();
      throw failure;
    }
  }

  private Descriptor ownDescriptor() {
    Descriptor own = host.posix().duplicate(file.descriptor());
    try {
      if (!shared.isOf(host.posix().statx(own))) {
        throw new IllegalStateException("file was closed and its descriptor reused: " + path);
      }
      return own;
    } catch (Throwable failure) {
      own.close();
      throw failure;
    }
  }

  private PmemMapping map(FileStatus status, Descriptor own, long length) {
    Probed probed = mapAsAsked(own, length);
    try {
      Site.hit("pmem.mapped");
      Media media = file.media();
      Decision decision =
          Decision.of(Decision.Facts.of(host, media, probed.probe, terms.isPretending()));
      requireFineEnough(decision, status);
      MappedFile mapped =
          new MappedFile(
              host.posix(), path, probed.range, own, shared, terms.offset(), media.isDevice());
      return new PmemMapping(
          host, mapped, new MappingNature(terms.mode(), media, probed.probe, decision));
    } catch (Throwable failure) {
      probed.range.close();
      throw failure;
    }
  }

  /** A mapped range and how the kernel answered on the way. */
  private record Probed(MappedRange range, SyncProbe probe) {}

  /** Maps one page for a moment, read-only, to hear how the kernel answers. */
  static SyncProbe probe(Host host, Path path, OpenedFile file) {
    if (file.media().isDevice()) {
      return SyncProbe.NOT_ASKED;
    }
    Probed probed =
        mapProbing(
            host, new MapRequest(1, PROT_READ, MAP_SHARED, file.descriptor(), 0, path.toString()));
    probed.range.close();
    return probed.probe;
  }

  private Probed mapAsAsked(Descriptor own, long length) {
    int protection = terms.mode() == MapMode.READ_ONLY ? PROT_READ : PROT_READ | PROT_WRITE;
    MapRequest request =
        new MapRequest(length, protection, MAP_SHARED, own, terms.offset(), path.toString());
    if (terms.mode() == MapMode.PRIVATE) {
      return new Probed(
          MappedRange.map(host.posix(), flagged(request, MAP_PRIVATE)), SyncProbe.NOT_ASKED);
    }
    if (file.media().isDevice()) {
      return new Probed(MappedRange.map(host.posix(), request), SyncProbe.NOT_ASKED);
    }
    return mapProbing(host, request);
  }

  /**
   * Asks for {@code MAP_SYNC} first, always with {@code MAP_SHARED_VALIDATE}: plain {@code
   * MAP_SHARED} ignores flags that it does not know (mmap(2)).
   */
  private static Probed mapProbing(Host host, MapRequest request) {
    try {
      MapRequest sync = flagged(request, MAP_SHARED_VALIDATE | MAP_SYNC);
      return new Probed(MappedRange.map(host.posix(), sync), SyncProbe.GRANTED);
    } catch (ErrnoException e) {
      // EOPNOTSUPP: the flag is known and refused. EINVAL: a kernel before 4.15 knows neither.
      if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EINVAL) {
        throw e;
      }
      MapRequest shared = flagged(request, MAP_SHARED);
      return new Probed(MappedRange.map(host.posix(), shared), SyncProbe.refused(e.number()));
    }
  }

  private static MapRequest flagged(MapRequest request, int flags) {
    return new MapRequest(
        request.length(),
        request.protection(),
        flags,
        request.descriptor(),
        request.offset(),
        request.subject());
  }

  private long sizeNow(FileStatus status) {
    if (file.media().isDevice()) {
      return file.media().deviceSize();
    }
    if (status.size() < file.status().size() && !isWithin(status.size())) {
      throw new PmemException(
          PmemProblem.TRUNCATED,
          path,
          "someone made the file smaller: size="
              + file.status().size()
              + " when opened, size now "
              + status.size());
    }
    return status.size();
  }

  private boolean isWithin(long size) {
    return terms.length() == MapTerms.TO_THE_END
        ? terms.offset() == 0 && size > 0 && size >= file.status().size()
        : Ranges.contains(terms.offset(), terms.length(), size);
  }

  private long lengthWithin(long size) {
    long granule = file.media().granule();
    if (!Ranges.isAligned(terms.offset(), granule)) {
      throw new IllegalArgumentException(
          "offset=" + terms.offset() + " is no multiple of granule=" + granule + ": " + path);
    }
    long length = terms.length() == MapTerms.TO_THE_END ? size - terms.offset() : terms.length();
    Ranges.check(terms.offset(), length, size);
    if (length == 0) {
      throw new IndexOutOfBoundsException(
          "offset=" + terms.offset() + " is the end of size=" + size + ": " + path);
    }
    if (file.media().isDevice() && !Ranges.isAligned(length, granule)) {
      throw new IllegalArgumentException(
          "length=" + length + " is no multiple of granule=" + granule + ": " + path);
    }
    return length;
  }

  private void requireFineEnough(Decision decision, FileStatus status) {
    if (terms.mode() == MapMode.PRIVATE) {
      return;
    }
    boolean isPaged = decision.granularity() == Granularity.PAGE;
    if (!decision.granularity().isWithin(terms.worst())) {
      throw new PmemException(
          PmemProblem.GRANULARITY,
          path,
          terms.worst()
              + " is required, but this file gives "
              + decision.granularity()
              + ": "
              + decision.reason());
    }
    if (isPaged && file.media().isDevice()) {
      throw new PmemException(
          PmemProblem.GRANULARITY,
          path,
          "msync does nothing for a DAX device, and " + decision.reason());
    }
    if (!isPaged && hasHoles(file.media(), status)) {
      throw new PmemException(
          PmemProblem.HOLES,
          path,
          "blocks for "
              + status.allocatedBytes()
              + " of "
              + status.size()
              + " bytes are allocated, and flushing a missing page on a full file system kills the"
              + " process; open it with CREATE, its whole size and without SPARSE to reserve them");
    }
  }
}
