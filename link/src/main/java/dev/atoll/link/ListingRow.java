/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

/** One thing that a device holds, as {@link DeviceListing} tells it. */
public sealed interface ListingRow {
  /** Where an export is in its life. */
  enum ExportState {
    /** Created, not published. */
    BOUND(0),
    /** Importers may connect. */
    PUBLISHED(1),
    /** Its importers have been told to let go and not all have. */
    UNPUBLISHING(2);

    private final int number;

    ExportState(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /** Where an import is in its life. */
  enum ImportState {
    /** Usable. */
    CONNECTED(0),
    /** Told to let go, not answered yet. */
    REVOKING(1),
    /** Ended by the exporter; the program has not disconnected yet. */
    DISCONNECTED(2);

    private final int number;

    ImportState(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /**
   * The session it belongs to.
   *
   * @return number of the session, as the device counts them
   */
  long session();

  /**
   * A program's session.
   *
   * @param session its number
   * @param processId of the program when it attached, as the device's process sees it; 0 for a
   *     program that the device can not see
   * @param userId whom it runs as
   * @param descriptors descriptors that the device holds for it
   */
  record OfSession(long session, int processId, int userId, int descriptors)
      implements ListingRow {}

  /**
   * An export segment.
   *
   * @param session its exporter's session
   * @param handle in that session
   * @param state where it is in its life
   * @param segmentId the id it has or last had, 0 if it was never published
   * @param mode the creator's mode, which counts without an access list
   * @param sizeBytes of the segment
   * @param importers connected, or told to let go and not answered
   * @param isPersistent whether its file keeps its content over restarts
   */
  record OfExport(
      long session,
      long handle,
      ExportState state,
      int segmentId,
      int mode,
      long sizeBytes,
      int importers,
      boolean isPersistent)
      implements ListingRow {}

  /**
   * An entry of the access list of an export; comes after the export.
   *
   * @param session its exporter's session
   * @param handle of the export in that session
   * @param entry the entry
   */
  record OfAccess(long session, long handle, AccessEntry entry) implements ListingRow {}

  /**
   * An import segment.
   *
   * @param session its importer's session
   * @param handle in that session
   * @param state where it is in its life
   * @param segmentId the id it was connected by
   * @param sizeBytes of the segment
   * @param exporterSession session of the exporter
   * @param isOverdue whether it did not answer a revocation in time and still lives
   */
  record OfImport(
      long session,
      long handle,
      ImportState state,
      int segmentId,
      long sizeBytes,
      long exporterSession,
      boolean isOverdue)
      implements ListingRow {}
}
