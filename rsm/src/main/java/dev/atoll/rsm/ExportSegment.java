/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.base.Site;
import dev.atoll.link.AccessEntry;
import dev.atoll.link.Answer;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlot;
import dev.atoll.memory.Region;
import dev.atoll.memory.RegionKind;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Memory that this process offers: {@code rsm_memseg_export_handle_t}.
 *
 * <p>It begins bound and invisible; {@link #publish} gives it an id under which others connect,
 * {@link #unpublish} takes that away and ends all their connections. When this process dies, the
 * device does the same. When the device dies, a node that lasts makes it anew on the next one, with
 * its id, access list, memory and pending signals; who had imported it connects again.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class ExportSegment implements AutoCloseable {
  static final String CREATE = "rsm_memseg_export_create";
  private static final String PUBLISH = "rsm_memseg_export_publish";
  private static final String REPUBLISH = "rsm_memseg_export_republish";
  private static final String REBIND = "rsm_memseg_export_rebind";
  private static final String UNPUBLISH = "rsm_memseg_export_unpublish";
  private static final String DESTROY = "rsm_memseg_export_destroy";
  private static final int ALL_MODE_BITS = 0777;

  private static final System.Logger LOG = System.getLogger(ExportSegment.class.getName());

  /** How often an export is offered to a device that has come back and is busy. */
  private static final int RESUME_ATTEMPTS = 50;

  private static final long RESUME_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final RsmContext context;
  private final ExportOptions options;
  private final long handle;
  private final Signals signals;
  private final AtomicBoolean isGone = new AtomicBoolean();
  private final ReentrantLock rebindLock = new ReentrantLock();
  private final int mode;
  private volatile Region region;

  /**
   * Guarded by the lock: whether a rebind ended without an answer, so that the device may differ.
   */
  private boolean isRegionUncertain;

  private volatile @Nullable Publication publication;

  private ExportSegment(
      RsmContext context, Region region, ExportOptions options, long handle, int mode) {
    this.mode = mode;
    this.context = context;
    this.region = region;
    this.options = options;
    this.handle = handle;
    this.signals = new Signals(context, handle, () -> isGone.get() ? RsmError.BAD_SEG_HNDL : null);
  }

  static ExportSegment create(RsmContext context, Region region, ExportOptions options) {
    Posix posix = context.posix();
    int mode = options.mode().orElseGet(() -> ALL_MODE_BITS & ~posix.umask());
    Request.ExportCreate request = request(region, mode, options);
    try (OfferedMemory offered = OfferedMemory.of(posix, region)) {
      Site.hit("export.requested");
      Answer answer = context.calls().call(CREATE, request, offered.descriptors());
      if (answer.reply() instanceof Reply.ExportCreated created) {
        Site.hit("export.held");
        var export = new ExportSegment(context, region, options, created.handle(), mode);
        context.exports().add(export);
        return export;
      }
      throw DeviceCalls.unexpected(CREATE, answer);
    }
  }

  private static Request.ExportCreate request(Region region, int mode, ExportOptions options) {
    return new Request.ExportCreate(
        region.size(),
        region.fileOffset(),
        region.kind() == RegionKind.PERSISTENT,
        mode,
        options.flags());
  }

  /**
   * The device has died and another is there: makes the segment anew, with the generation of its
   * memory counted up. What the device refuses is destroyed for this program.
   */
  void resume(DeviceCalls fresh) {
    if (isGone.get()) {
      return;
    }
    try {
      int posted = SignalSlot.of(context.session().signalPages(), handle).postedAcquire();
      if (region.control().isWritable()) {
        region.control().nextGeneration();
      }
      offerAgain(fresh, posted);
      Site.hit("resume.created");
    } catch (RsmException | ErrnoException | IllegalStateException e) {
      LOG.log(Level.WARNING, "event=export-not-resumed handle=" + handle, e);
      isGone.set(true);
      context.exports().remove(this);
      return;
    }
    resumePublication(fresh);
  }

  /** A device that has just started may be busy with what everybody brings back at once. */
  private void offerAgain(DeviceCalls fresh, int posted) {
    for (int attempt = 1; ; attempt++) {
      try (OfferedMemory offered = OfferedMemory.of(context.posix(), region)) {
        var request = new Request.ExportResume(handle, posted, request(region, mode, options));
        fresh.call(CREATE, request, offered.descriptors()).closeDescriptors();
        return;
      } catch (RsmException e) {
        if (e.error() != RsmError.INSUFFICIENT_RESOURCES || attempt == RESUME_ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(RESUME_REST_NANOS);
      }
    }
  }

  private void resumePublication(DeviceCalls fresh) {
    Publication last = publication;
    if (last == null) {
      return;
    }
    try {
      fresh.callSimple(PUBLISH, new Request.PublishResume(handle, last.segmentId(), last.list()));
      Site.hit("resume.published");
    } catch (RsmException e) {
      LOG.log(Level.WARNING, "event=export-not-republished id=" + last.segmentId(), e);
      publication = null;
    }
  }

  /** Whoever closed it meanwhile could not tell the new device. */
  void resumed() {
    if (isGone.get()) {
      context.exports().remove(this);
      context.calls().release(DESTROY, new Request.ExportDestroy(handle));
    }
  }

  private record Publication(int segmentId, List<AccessEntry> list) {}

  /**
   * Makes the segment importable: {@code rsm_memseg_export_publish}.
   *
   * <p>After INTERRUPTED the segment is not published, or is so for a moment: when the device's
   * answer comes it is unpublished again, and whoever connected in between loses that connection.
   * To have it published after all, clear the thread's interrupt status and call again, for as long
   * as that is refused with SEG_ALREADY_PUBLISHED. Later calls about the publication wait until it
   * was taken back.
   *
   * @param segmentId wanted id, 0x400000 to 0x7fffffff, or 0 to have one assigned
   * @param accessList who may connect, at most 64 entries, the first for a node counts; empty means
   *     every node with 0666 minus this process's umask
   * @return the id it has
   * @throws RsmException SEG_ALREADY_PUBLISHED, RESERVED_SEGID, SEGID_IN_USE, BAD_ACL,
   *     INSUFFICIENT_RESOURCES, INTERRUPTED, or BAD_SEG_HNDL once destroyed
   */
  public int publish(int segmentId, Access... accessList) {
    List<AccessEntry> entries = entriesOf(PUBLISH, accessList);
    Answer answer =
        context
            .calls()
            .call(PUBLISH, new Request.ExportPublish(handle, segmentId, entries), List.of());
    if (answer.reply() instanceof Reply.Published published) {
      publication = new Publication(published.segmentId(), entries);
      Site.hit("publish.done");
      return published.segmentId();
    }
    throw DeviceCalls.unexpected(PUBLISH, answer);
  }

  private static List<AccessEntry> entriesOf(String operation, Access... accessList) {
    if (accessList.length > LinkLimits.ACCESS_ENTRIES_MAX) {
      // More do not fit a block, so the device can not be the one to refuse them.
      throw new RsmException(RsmError.BAD_ACL, operation, accessList.length + " entries", null);
    }
    return Arrays.stream(accessList).map(Access::toEntry).toList();
  }

  /**
   * Replaces the access list of a published segment: {@code rsm_memseg_export_republish}. The id
   * stays, and so do connections that exist, with their rights; later ones are judged by the new
   * list. After INTERRUPTED either list counts: call again with the one that is wanted.
   *
   * @param accessList who may connect, as for {@link #publish}; empty means every node with the
   *     mode the segment was created with
   * @throws RsmException SEG_NOT_PUBLISHED, BAD_ACL, BAD_SEG_HNDL once destroyed, INTERRUPTED
   */
  public void republish(Access... accessList) {
    List<AccessEntry> entries = entriesOf(REPUBLISH, accessList);
    context.calls().callSimple(REPUBLISH, new Request.ExportRepublish(handle, entries));
    Publication last = publication;
    publication = last == null ? null : new Publication(last.segmentId(), entries);
  }

  /**
   * Puts other memory of the same length behind the segment: {@code rsm_memseg_export_rebind}. The
   * id and all connections stay; importers, mapped or not, see the new memory. Nothing is copied.
   * What they read and write while it happens may go to either memory. When it returns, nobody uses
   * the old region any more and the caller may close it; an importer that did not follow within the
   * device's bound has lost its connection.
   *
   * <p>After INTERRUPTED the segment has either memory, or comes to have the new one in a moment:
   * keep both regions open, and call again with the one that is wanted.
   *
   * @param next readable and writable memory; the very region it has already changes nothing
   * @throws RsmException REBIND_NOT_ALLOWED unless created with {@link ExportOption#ALLOW_REBIND},
   *     BAD_LENGTH for another size, PERM_DENIED for memory that can not be written, BAD_SEG_HNDL
   *     once destroyed, INTERRUPTED, and as for create
   * @throws dev.atoll.link.LinkException if the session is lost
   */
  public void rebind(Region next) {
    rebindLock.lock();
    try {
      checkRebind(next);
      if (next.equals(region) && !isRegionUncertain) {
        return;
      }
      var request =
          new Request.ExportRebind(
              handle, next.size(), next.fileOffset(), next.kind() == RegionKind.PERSISTENT);
      try (OfferedMemory offered = OfferedMemory.of(context.posix(), next)) {
        context.calls().call(REBIND, request, offered.descriptors()).closeDescriptors();
      } catch (RsmException e) {
        isRegionUncertain |= e.error() == RsmError.INTERRUPTED;
        throw e;
      }
      region = next;
      isRegionUncertain = false;
      Site.hit("rebind.done");
    } finally {
      rebindLock.unlock();
    }
  }

  private void checkRebind(Region next) {
    if (isGone.get()) {
      throw new RsmException(RsmError.BAD_SEG_HNDL, REBIND, "destroyed", null);
    }
    if (!options.options().contains(ExportOption.ALLOW_REBIND)) {
      throw new RsmException(
          RsmError.REBIND_NOT_ALLOWED, REBIND, "create the segment with ALLOW_REBIND", null);
    }
    if (next.size() != region.size()) {
      throw new RsmException(
          RsmError.BAD_LENGTH,
          REBIND,
          "size=" + next.size() + ", the segment has " + region.size(),
          null);
    }
    if (!next.isWritable()) {
      throw new RsmException(
          RsmError.PERM_DENIED, REBIND, "the region is mapped for reading only", null);
    }
  }

  /**
   * Withdraws the id and ends every connection: {@code rsm_memseg_export_unpublish}. When it
   * returns, all importers have let go of the memory, or have failed to within the device's bound,
   * which its status counts.
   *
   * <p>After INTERRUPTED it goes through in a moment, unless the thread was interrupted before the
   * request was sent. To be certain, clear the thread's interrupt status and call again, for which
   * SEG_NOT_PUBLISHED means that it is done; but only a call that returns has waited for the
   * importers.
   *
   * @throws RsmException SEG_NOT_PUBLISHED, BAD_SEG_HNDL once destroyed, INTERRUPTED
   */
  public void unpublish() {
    try {
      context.calls().callSimple(UNPUBLISH, new Request.ExportUnpublish(handle));
    } catch (RsmException e) {
      if (e.error() == RsmError.INTERRUPTED || e.error() == RsmError.SEG_NOT_PUBLISHED) {
        // What was to be withdrawn must not come back on the next device.
        publication = null;
      }
      throw e;
    }
    publication = null;
    Site.hit("unpublish.done");
  }

  /**
   * Frees the segment, unpublishing it first if need be: {@code rsm_memseg_export_destroy}.
   *
   * @throws RsmException BAD_SEG_HNDL if it is destroyed already, POLLFD_IN_USE while poll
   *     descriptors are open
   */
  public void destroy() {
    signals.retire(DESTROY);
    boolean isDone = false;
    try {
      context.calls().callSimple(DESTROY, new Request.ExportDestroy(handle));
      isGone.set(true);
      context.exports().remove(this);
      isDone = true;
    } finally {
      if (isDone) {
        signals.retireForGood();
      } else {
        signals.unretire();
      }
    }
  }

  /**
   * Gives the memory it exports.
   *
   * @return the region it was made with, or last rebound to; see {@link #rebind} for one that was
   *     interrupted
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

  /**
   * Destroys the segment unless that is done already, and closes its poll descriptors; never fails
   * for a device that has gone.
   */
  @Override
  public void close() {
    if (isGone.compareAndSet(false, true)) {
      signals.retireForGood();
      if (context.session().isOpen()) {
        context.exports().remove(this);
        context.calls().release(DESTROY, new Request.ExportDestroy(handle));
      }
    }
  }
}
