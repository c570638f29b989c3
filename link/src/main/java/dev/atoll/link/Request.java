/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Descriptor;
import java.util.List;

/**
 * Everything a program asks of its device.
 *
 * <p>The socket carrier sends it as a block ({@link RequestCodec}), the embedded one hands over the
 * record. Numbers 0x21 to 0x4f are those of Motr's device calls and kept free for them.
 */
public sealed interface Request {

  /**
   * Opens the session; must be the first.
   *
   * @param version {@link LinkLimits#VERSION} of the program
   * @param pageSize bytes of a page as the program sees it
   */
  record Hello(int version, long pageSize) implements Request {}

  /**
   * Asks for an empty memfd that the device owns, sealed against changes of size; the program
   * reserves its pages.
   *
   * @param size bytes, a multiple of the page size
   */
  record MemoryCreate(long size) implements Request {}

  /**
   * Creates an export segment: {@code rsm_memseg_export_create}. Goes with two or three
   * descriptors: the file for reading and writing, the control page, and the same file opened for
   * reading only, which may be left out for memory that the device made.
   *
   * @param size bytes of the segment
   * @param fileOffset where in the file it begins
   * @param isPersistent whether the file keeps its content over restarts
   * @param mode 0777 minus the creator's umask: rights of who connects without an access list
   * @param flags the flags of the original
   */
  record ExportCreate(long size, long fileOffset, boolean isPersistent, int mode, int flags)
      implements Request {}

  /**
   * Publishes an export segment: {@code rsm_memseg_export_publish}.
   *
   * @param handle of the export
   * @param segmentId wanted id, or zero to have one assigned
   * @param accessList who may connect; empty means any node with the creator's mode
   */
  record ExportPublish(long handle, int segmentId, List<AccessEntry> accessList)
      implements Request {
    /** Copies the list. */
    public ExportPublish {
      accessList = List.copyOf(accessList);
    }
  }

  /**
   * Creates an export segment that a device of this directory had before it died, under the handle
   * that the program knows. Goes with the same descriptors as {@link ExportCreate}.
   *
   * @param handle of the export, not in use in this session yet
   * @param posted signals posted to it so far, modulo 2^32
   * @param create what it is
   */
  record ExportResume(long handle, int posted, ExportCreate create) implements Request {}

  /**
   * Publishes a resumed export under the id it had; unlike {@link ExportPublish} also one that an
   * earlier device of the directory assigned.
   *
   * @param handle of the export
   * @param segmentId the id it had
   * @param accessList who may connect; empty means any node with the creator's mode
   */
  record PublishResume(long handle, int segmentId, List<AccessEntry> accessList)
      implements Request {
    /** Copies the list. */
    public PublishResume {
      accessList = List.copyOf(accessList);
    }
  }

  /**
   * Replaces the access list of a published segment: {@code rsm_memseg_export_republish}.
   * Connections that exist keep their rights.
   *
   * @param handle of the export
   * @param accessList who may connect from now on; empty means any node with the creator's mode
   */
  record ExportRepublish(long handle, List<AccessEntry> accessList) implements Request {
    /** Copies the list. */
    public ExportRepublish {
      accessList = List.copyOf(accessList);
    }
  }

  /**
   * Puts other memory of the same length behind an export segment: {@code
   * rsm_memseg_export_rebind}. Goes with the same descriptors as {@link ExportCreate}; answered
   * once no importer uses the old memory any more.
   *
   * @param handle of the export
   * @param size bytes of the new memory
   * @param fileOffset where in the file it begins
   * @param isPersistent whether the file keeps its content over restarts
   */
  record ExportRebind(long handle, long size, long fileOffset, boolean isPersistent)
      implements Request {}

  /**
   * Withdraws an export segment's id: {@code rsm_memseg_export_unpublish}.
   *
   * @param handle of the export
   */
  record ExportUnpublish(long handle) implements Request {}

  /**
   * Frees an export segment: {@code rsm_memseg_export_destroy}.
   *
   * @param handle of the export
   */
  record ExportDestroy(long handle) implements Request {}

  /**
   * Connects to a published segment: {@code rsm_memseg_import_connect}.
   *
   * @param nodeId the exporting node
   * @param segmentId the id it is published under
   * @param permission wanted rights: a combination of 0400 and 0200
   */
  record ImportConnect(int nodeId, int segmentId, int permission) implements Request {}

  /**
   * Ends a connection: {@code rsm_memseg_import_disconnect}.
   *
   * @param handle of the import
   */
  record ImportDisconnect(long handle) implements Request {}

  /**
   * Answers a {@link Notification.Revoke}: the program's mappings of the segment are swapped.
   *
   * @param handle of the import
   */
  record Revoked(long handle) implements Request {}

  /**
   * Answers a {@link Notification.Rebind}: the program's mappings show the new memory.
   *
   * @param handle of the import
   */
  record Rebound(long handle) implements Request {}

  /**
   * Posts a signal: {@code rsm_intr_signal_post}.
   *
   * @param handle of an import, whose exporter gets it, or of an export, whose importers all get it
   * @param flags the flags of the original; {@link #NO_ACCUMULATE} counts, others are ignored
   */
  record SignalPost(long handle, int flags) implements Request {
    /** Drops the signal where one is pending: {@code RSM_SIGPOST_NO_ACCUMULATE}. */
    public static final int NO_ACCUMULATE = 0x02;
  }

  /**
   * Asks for one {@link Notification.Signalled}: at once if the handle has signals that were not
   * taken, else at the next one. Asking again before it came changes nothing. Not answered.
   *
   * @param handle of an export or an import
   */
  record SignalWatch(long handle) implements Request {}

  /**
   * Asks for the rings of the session; asked again, the same come again. The session's first need
   * of them opens them, so most sessions never do.
   */
  record RingsOpen() implements Request {}

  /** Tells a device that said it sleeps to look at the session's ring; never answered. */
  record RingsWake() implements Request {}

  /** Asks what the device holds; for the device's owner and root only. */
  record Status() implements Request {}

  /**
   * Asks for all sessions, exports and imports, one by one; for the device's owner and root only.
   */
  record ListSegments() implements Request {}

  /** Asks the device to end; for its owner and root only. */
  record Stop() implements Request {}

  /**
   * Asks something of the device's network; for its owner and root only. {@link NetworkOrder.Put}
   * and {@link NetworkOrder.Serve} go with one descriptor of a file that holds their bytes, unless
   * there are none.
   *
   * @param order what
   */
  record Network(NetworkOrder order) implements Request {}

  /**
   * A request with the descriptors that go with it, which the receiver owns.
   *
   * @param correlation number that the reply repeats
   * @param request what is asked
   * @param descriptors what goes with it
   */
  record Envelope(long correlation, Request request, List<Descriptor> descriptors) {
    /** Closes all descriptors that came with it. */
    public void closeDescriptors() {
      descriptors.forEach(Descriptor::close);
    }
  }
}
