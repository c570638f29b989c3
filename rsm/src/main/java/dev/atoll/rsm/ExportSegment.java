/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Site;
import dev.atoll.link.Answer;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.memory.Region;
import dev.atoll.memory.RegionKind;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory that this process offers: {@code rsm_memseg_export_handle_t}.
 *
 * <p>It begins bound and invisible; {@link #publish} gives it an id under which others connect,
 * {@link #unpublish} takes that away and ends all their connections. When this process dies, the
 * device does the same.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class ExportSegment implements AutoCloseable {
  static final String CREATE = "rsm_memseg_export_create";
  private static final String PUBLISH = "rsm_memseg_export_publish";
  private static final String UNPUBLISH = "rsm_memseg_export_unpublish";
  private static final String DESTROY = "rsm_memseg_export_destroy";
  private static final int ALL_MODE_BITS = 0777;

  private final RsmContext context;
  private final Region region;
  private final long handle;
  private final Signals signals;
  private final AtomicBoolean isGone = new AtomicBoolean();

  private ExportSegment(RsmContext context, Region region, long handle) {
    this.context = context;
    this.region = region;
    this.handle = handle;
    this.signals = new Signals(context, handle, () -> isGone.get() ? RsmError.BAD_SEG_HNDL : null);
  }

  static ExportSegment create(RsmContext context, Region region, ExportOptions options) {
    Posix posix = context.posix();
    var request =
        new Request.ExportCreate(
            region.size(),
            region.fileOffset(),
            region.kind() == RegionKind.PERSISTENT,
            options.mode().orElseGet(() -> ALL_MODE_BITS & ~posix.umask()),
            options.flags());
    List<Descriptor> own = new ArrayList<>();
    try {
      List<Descriptor> offered = new ArrayList<>();
      offered.add(region.descriptor());
      own.add(reopenReadOnly(posix, region.control().descriptor()));
      reopenIfAllowed(posix, region.descriptor()).ifPresent(own::add);
      offered.addAll(own);
      Site.hit("export.requested");
      Answer answer = context.calls().call(CREATE, request, offered);
      if (answer.reply() instanceof Reply.ExportCreated created) {
        Site.hit("export.held");
        return new ExportSegment(context, region, created.handle());
      }
      throw DeviceCalls.unexpected(CREATE, answer);
    } finally {
      own.forEach(Descriptor::close);
    }
  }

  /** A device of another user made the memory: then its file is not ours to open, but its own. */
  private static Optional<Descriptor> reopenIfAllowed(Posix posix, Descriptor descriptor) {
    try {
      return Optional.of(reopenReadOnly(posix, descriptor));
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EACCES) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Opens the same file anew for reading only. A passed descriptor is the same open file, rights
   * included, so read-only importers need one that never could write.
   */
  private static Descriptor reopenReadOnly(Posix posix, Descriptor descriptor) {
    return posix.open(Path.of("/proc/self/fd/" + descriptor.number()), FileCalls.O_RDONLY, 0);
  }

  /**
   * Makes the segment importable: {@code rsm_memseg_export_publish}.
   *
   * @param segmentId wanted id, 0x400000 to 0x7fffffff, or 0 to have one assigned
   * @param accessList who may connect, at most 64 entries, the first for a node counts; empty means
   *     every node with 0666 minus this process's umask
   * @return the id it has
   * @throws RsmException SEG_ALREADY_PUBLISHED, RESERVED_SEGID, SEGID_IN_USE, BAD_ACL,
   *     INSUFFICIENT_RESOURCES, or BAD_SEG_HNDL once destroyed
   */
  public int publish(int segmentId, Access... accessList) {
    if (accessList.length > LinkLimits.ACCESS_ENTRIES_MAX) {
      // More do not fit a block, so the device can not be the one to refuse them.
      throw new RsmException(RsmError.BAD_ACL, PUBLISH, accessList.length + " entries", null);
    }
    var entries = Arrays.stream(accessList).map(Access::toEntry).toList();
    Answer answer =
        context
            .calls()
            .call(PUBLISH, new Request.ExportPublish(handle, segmentId, entries), List.of());
    if (answer.reply() instanceof Reply.Published published) {
      Site.hit("publish.done");
      return published.segmentId();
    }
    throw DeviceCalls.unexpected(PUBLISH, answer);
  }

  /**
   * Withdraws the id and ends every connection: {@code rsm_memseg_export_unpublish}. When it
   * returns, all importers have let go of the memory, or have failed to within the device's bound,
   * which its status counts.
   *
   * @throws RsmException SEG_NOT_PUBLISHED, BAD_SEG_HNDL once destroyed, INTERRUPTED
   */
  public void unpublish() {
    context.calls().callSimple(UNPUBLISH, new Request.ExportUnpublish(handle));
    Site.hit("unpublish.done");
  }

  /**
   * Frees the segment, unpublishing it first if need be: {@code rsm_memseg_export_destroy}.
   *
   * @throws RsmException BAD_SEG_HNDL if it is destroyed already
   */
  public void destroy() {
    context.calls().callSimple(DESTROY, new Request.ExportDestroy(handle));
    isGone.set(true);
  }

  /**
   * Gives the memory it exports.
   *
   * @return the region it was made with
   */
  public Region region() {
    return region;
  }

  /**
   * Gives the signals that importers post to this segment.
   *
   * @return the counter; posting to it reaches every importer
   */
  public Signals signals() {
    return signals;
  }

  /** Destroys the segment unless that is done already; never fails for a device that has gone. */
  @Override
  public void close() {
    if (isGone.compareAndSet(false, true) && context.session().isOpen()) {
      context.calls().release(DESTROY, new Request.ExportDestroy(handle));
    }
  }
}
