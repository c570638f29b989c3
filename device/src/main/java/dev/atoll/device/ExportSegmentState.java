/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.AccessEntry;
import dev.atoll.link.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An export segment as the device knows it. Owned by the loop. */
final class ExportSegmentState implements SegmentState {
  /** Where it is in its life; the names are those of the reference, plus the wait of unpublish. */
  enum Phase {
    BIND,
    PUBLISHED,
    UNPUBLISHING,
    GONE
  }

  private static final int ALLOW_REBIND = 0x01;
  private static final int WRITE = 0200;

  private final ClientSession session;
  private final Request.ExportCreate properties;
  private final LentMemory lent;
  private ExportFiles files;
  private Placement placement;
  private final Set<ImportSegmentState> imports = new LinkedHashSet<>();
  private final List<Runnable> whenUnpublished = new ArrayList<>();
  private final List<Runnable> whenRebound = new ArrayList<>();
  private Rebinding.@Nullable Swap rebind;
  private List<AccessEntry> accessList = List.of();
  private Phase phase = Phase.BIND;
  private long handle;
  private int segmentId;
  private int publications;

  ExportSegmentState(
      ClientSession session, Request.ExportCreate properties, ExportFiles files, LentMemory lent) {
    this.lent = lent;
    this.session = session;
    this.properties = properties;
    this.files = files;
    this.placement = Placement.of(properties);
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

  Placement placement() {
    return placement;
  }

  /** Puts other memory of the same length in place. */
  void setMemory(Placement nextPlacement, ExportFiles nextFiles) {
    placement = nextPlacement;
    files = nextFiles;
  }

  /**
   * Whether a program of another user was ever given the memory for writing: it can keep the
   * descriptor, and hold up whoever writes by reserving or freeing pages.
   */
  boolean isWritableByOthers() {
    return lent.isLent(files);
  }

  /** Another program gets descriptors of the memory. */
  void lendTo(ClientSession importer, int permission) {
    if ((permission & WRITE) != 0) {
      lent.lend(files, session.credentials().uid(), importer.credentials().uid());
    }
  }

  boolean isRebindAllowed() {
    return (properties.flags() & ALLOW_REBIND) != 0;
  }

  /** The change of memory under way, if one is. */
  Rebinding.@Nullable Swap rebind() {
    return rebind;
  }

  void setRebind(Rebinding.@Nullable Swap next) {
    rebind = next;
  }

  /** Changes of memory that wait for the one under way. */
  List<Runnable> whenRebound() {
    return whenRebound;
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

  /** Judges later connections by another list; those that exist keep their rights. */
  void republish(List<AccessEntry> list) {
    accessList = list;
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
