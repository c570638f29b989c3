/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.AccessEntry;
import dev.atoll.link.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** An export segment as the device knows it. Owned by the loop. */
final class ExportSegmentState implements SegmentState {
  /** Where it is in its life; the names are those of the reference, plus the wait of unpublish. */
  enum Phase {
    BIND,
    PUBLISHED,
    UNPUBLISHING,
    GONE
  }

  private final ClientSession session;
  private final Request.ExportCreate properties;
  private final ExportFiles files;
  private final Set<ImportSegmentState> imports = new LinkedHashSet<>();
  private final List<Runnable> whenUnpublished = new ArrayList<>();
  private List<AccessEntry> accessList = List.of();
  private Phase phase = Phase.BIND;
  private long handle;
  private int segmentId;
  private int publications;

  ExportSegmentState(ClientSession session, Request.ExportCreate properties, ExportFiles files) {
    this.session = session;
    this.properties = properties;
    this.files = files;
  }

  @Override
  public ClientSession session() {
    return session;
  }

  @Override
  public long handle() {
    return handle;
  }

  void setHandle(long next) {
    handle = next;
  }

  Request.ExportCreate properties() {
    return properties;
  }

  ExportFiles files() {
    return files;
  }

  Phase phase() {
    return phase;
  }

  void setPhase(Phase next) {
    phase = next;
  }

  int segmentId() {
    return segmentId;
  }

  /** Importers that are connected, or that have been told to let go and have not answered. */
  Set<ImportSegmentState> imports() {
    return imports;
  }

  /** What is to happen when the last importer has let go. */
  List<Runnable> whenUnpublished() {
    return whenUnpublished;
  }

  void publishAs(int id, List<AccessEntry> list) {
    segmentId = id;
    publications++;
    accessList = list;
    phase = Phase.PUBLISHED;
  }

  /** Who may connect while it is published; empty means anybody whom the mode lets. */
  List<AccessEntry> accessList() {
    return accessList;
  }

  /** Counts publications, so that a timer of an earlier one knows that it is late. */
  int publications() {
    return publications;
  }

  /** The mask for importers of a node: -1 if the list does not name it. */
  int maskFor(int nodeId) {
    if (accessList.isEmpty()) {
      return properties.mode();
    }
    for (AccessEntry entry : accessList) {
      if (entry.nodeId() == nodeId) {
        return entry.permission();
      }
    }
    return -1;
  }
}
