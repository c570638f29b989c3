/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Ranges;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.RsmError;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.memory.Placement;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The mappings of one import: the whole segment for get and put, made at first use, and at most one
 * explicit window.
 *
 * <p>One lock is held by map, unmap and revoke, so that a revocation can not land on addresses that
 * were just given back. Nobody waits for the device while holding it.
 */
final class ImportMappings {
  private static final System.Logger LOG = System.getLogger(ImportMappings.class.getName());

  static final String MAP = "rsm_memseg_import_map";

  /** The memory and the control page. */
  static final int DESCRIPTORS = 2;

  private final Posix posix;
  private final Reply.Connected properties;
  private List<Descriptor> descriptors;
  private long fileOffset;
  private volatile boolean isPersistent;
  private final Permission permission;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable MappedRange whole;
  private @Nullable ImportMapping explicit;
  private boolean isRevoked;
  private boolean isClosed;

  /** What get and put could reach. */
  private @Nullable Window reach;

  private boolean isBarred;

  /** The same unless transfers are barred, so that they need not look at anything else. */
  private volatile @Nullable Window window;

  ImportMappings(
      Posix posix,
      Reply.Connected properties,
      List<Descriptor> descriptors,
      Permission permission) {
    this.posix = posix;
    this.properties = properties;
    this.descriptors = descriptors;
    this.fileOffset = properties.fileOffset();
    this.isPersistent = properties.isPersistent();
    this.permission = permission;
  }

  /**
   * What get and put reach; null until something is mapped, and while transfers are barred. A plain
   * load on x86-64.
   */
  @Nullable Window windowVolatile() {
    return window;
  }

  /** Sends every transfer the slow way, where the want of a barrier is noticed, or lets them be. */
  void bar(boolean isWanted) {
    lock.lock();
    try {
      isBarred = isWanted;
      publish(reach);
    } finally {
      lock.unlock();
    }
  }

  private void publish(@Nullable Window next) {
    reach = next;
    window = isBarred ? null : next;
  }

  boolean isExplicit() {
    lock.lock();
    try {
      return explicit != null;
    } finally {
      lock.unlock();
    }
  }

  /** Maps the whole segment with the connection's own rights, for get and put. */
  Window mapWhole(String operation) {
    lock.lock();
    try {
      Window current = reach;
      if (current != null) {
        return current;
      }
      checkOpen(operation);
      if (whole == null) {
        whole = mapRange(operation, 0, properties.size(), permission, Placement.ANYWHERE);
      }
      Window next = wholeWindow(whole);
      publish(next);
      return next;
    } finally {
      lock.unlock();
    }
  }

  ImportMapping map(
      ImportSegment owner, long offset, long length, Permission wanted, MapOptions options) {
    ImportMapping mapping = mapExplicitly(owner, offset, length, wanted, options);
    if (options.isPopulated()) {
      // Without the lock: it may take long, and a revocation must not wait for it.
      populate(mapping, wanted.isWriting() && !isPersistent());
    }
    return mapping;
  }

  private static void populate(ImportMapping mapping, boolean isForWriting) {
    try {
      mapping.range().populate(isForWriting);
    } catch (ErrnoException e) {
      mapping.close();
      throw failure(MAP, e);
    }
  }

  private ImportMapping mapExplicitly(
      ImportSegment owner, long offset, long length, Permission wanted, MapOptions options) {
    lock.lock();
    try {
      if (explicit != null) {
        throw new RsmException(RsmError.SEG_ALREADY_MAPPED, MAP, "", null);
      }
      check(offset, length, wanted);
      checkAddress(options);
      checkOpen(MAP);
      var placement = new Placement(options.address(), options.isFixed());
      MappedRange range = mapRange(MAP, offset, length, wanted, placement);
      ImportMapping mapping = new ImportMapping(owner, range, offset, wanted.isWriting());
      explicit = mapping;
      publish(Window.of(mapping.segment(), offset, wanted));
      return mapping;
    } finally {
      lock.unlock();
    }
  }

  private Window wholeWindow(MappedRange range) {
    return Window.of(range.segment(), 0, permission);
  }

  private void check(long offset, long length, Permission wanted) {
    String range = "offset=" + offset + " length=" + length + " size=" + properties.size();
    if (length <= 0 || !Ranges.contains(offset, length, properties.size())) {
      throw new RsmException(RsmError.BAD_LENGTH, MAP, range, null);
    }
    if (!Ranges.isAligned(offset, posix.pageSize())) {
      throw new RsmException(RsmError.BAD_MEM_ALIGNMENT, MAP, range, null);
    }
    if (wanted == Permission.NONE || !permission.covers(wanted)) {
      throw new RsmException(
          RsmError.BAD_PERMS, MAP, "wanted " + wanted + ", connected " + permission, null);
    }
  }

  private void checkAddress(MapOptions options) {
    if (!options.isFixed()) {
      return;
    }
    String address = "address=0x" + Long.toHexString(options.address());
    if (options.address() <= 0) {
      throw new RsmException(RsmError.BAD_ADDR, MAP, address, null);
    }
    if (!Ranges.isAligned(options.address(), posix.pageSize())) {
      throw new RsmException(
          RsmError.BAD_MEM_ALIGNMENT, MAP, address + " page=" + posix.pageSize(), null);
    }
  }

  private void checkOpen(String operation) {
    if (isClosed) {
      throw new RsmException(RsmError.BAD_SEG_HNDL, operation, "disconnected", null);
    }
    if (isRevoked) {
      throw new RsmException(RsmError.CONN_ABORTED, operation, "", null);
    }
  }

  private MappedRange mapRange(
      String operation, long offset, long length, Permission rights, Placement placement) {
    if (descriptors.isEmpty()) {
      throw new RsmException(
          RsmError.MAP_FAILED,
          operation,
          "the device moves the bytes of this connection, so there are no pages to map: it may"
              + " write and not read, or the exporter gives its memory to nobody",
          null);
    }
    int protection =
        (rights.isReading() ? MemoryCalls.PROT_READ : 0)
            | (rights.isWriting() ? MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE : 0);
    try {
      return MappedRange.map(
          posix,
          new MapRequest(
              length,
              protection,
              MemoryCalls.MAP_SHARED,
              descriptors.getFirst(),
              fileOffset + offset,
              "import of " + properties.size() + " bytes"),
          placement);
    } catch (ErrnoException e) {
      throw failure(operation, e);
    }
  }

  private static RsmException failure(String operation, ErrnoException e) {
    RsmError error =
        e.errno() == Errno.ENOMEM || e.errno() == Errno.EAGAIN
            ? RsmError.INSUFFICIENT_RESOURCES
            : RsmError.MAP_FAILED;
    String words =
        e.errno() == Errno.EEXIST
            ? "the fixed address is in use; addresses of a closed mapping stay so for a while: "
            : "";
    return new RsmException(error, operation, words + e.getMessage(), e);
  }

  void unmap(ImportMapping mapping) {
    lock.lock();
    try {
      if (explicit == mapping) {
        explicit = null;
        MappedRange all = whole;
        publish(all == null || isClosed ? null : wholeWindow(all));
      }
      mapping.range().close();
    } finally {
      lock.unlock();
    }
  }

  boolean isPersistent() {
    return isPersistent;
  }

  /**
   * Puts the exporter's new memory in the place of the old; false if the kernel refuses. Owns the
   * descriptors.
   */
  boolean rebind(Notification.Rebind rebind, List<Descriptor> next) {
    lock.lock();
    try {
      if (isClosed || next.size() != DESCRIPTORS) {
        next.forEach(Descriptor::close);
        return isClosed;
      }
      descriptors.forEach(Descriptor::close);
      descriptors = next;
      fileOffset = rebind.fileOffset();
      isPersistent = rebind.isPersistent();
      MappedRange all = whole;
      if (all != null) {
        all.replace(next.getFirst(), fileOffset);
      }
      ImportMapping mapping = explicit;
      if (mapping != null) {
        mapping.range().replace(next.getFirst(), fileOffset + mapping.offset());
      }
      return true;
    } catch (ErrnoException e) {
      LOG.log(Level.WARNING, "event=rebind-failed import=" + rebind.handle(), e);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts scratch memory in the place of every mapping; false if the kernel has none for one of
   * them, which is the exporter's memory still.
   */
  boolean revoke() {
    lock.lock();
    try {
      isRevoked = true;
      MappedRange all = whole;
      boolean isSwapped = all == null || isRevoked(all);
      ImportMapping mapping = explicit;
      return (mapping == null || isRevoked(mapping.range())) && isSwapped;
    } finally {
      lock.unlock();
    }
  }

  private boolean isRevoked(MappedRange range) {
    try {
      range.revoke();
      return true;
    } catch (ErrnoException e) {
      LOG.log(
          Level.ERROR,
          "event=revoke-failed import="
              + properties.handle()
              + " cause=no-scratch-memory"
              + " effect=stores-still-reach-the-exporter-until-disconnect",
          e);
      return false;
    }
  }

  void close() {
    lock.lock();
    try {
      isClosed = true;
      publish(null);
      ImportMapping mapping = explicit;
      if (mapping != null) {
        mapping.close();
        // Also if another thread is just about to unmap it and waits for the lock: the device is
        // told next that nothing is mapped any more.
        mapping.range().close();
      }
      MappedRange all = whole;
      if (all != null) {
        all.close();
      }
      descriptors.forEach(Descriptor::close);
    } finally {
      lock.unlock();
    }
  }
}
