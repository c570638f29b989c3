/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import org.jspecify.annotations.Nullable;

/** An import segment as the device knows it. Owned by the loop. */
final class ImportSegmentState implements SegmentState {
  /** Where it is in its life. */
  enum Phase {
    CONNECTED,
    REVOKING,
    DISCONNECTED
  }

  private final ClientSession session;
  private final ExportSegmentState export;
  private final int permission;
  private final boolean isMediated;
  private Phase phase = Phase.CONNECTED;
  private boolean isOverdue;
  private boolean isLetGo;
  private boolean isGone;
  private int transfers;
  private int oldTransfers;
  private int rebinds;
  private Broadcast.@Nullable Posts joinedDuring;
  private Broadcast.@Nullable Posts missed;
  private long handle;

  ImportSegmentState(
      ClientSession session, ExportSegmentState export, int permission, boolean isMediated) {
    this.session = session;
    this.export = export;
    this.permission = permission;
    this.isMediated = isMediated;
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

  ExportSegmentState export() {
    return export;
  }

  /** The granted rights, 0400 and 0200. */
  int permission() {
    return permission;
  }

  /** Whether the importer was given descriptors of the memory. */
  boolean holdsMemory() {
    return permission != 0 && !isMediated;
  }

  Phase phase() {
    return phase;
  }

  void setPhase(Phase next) {
    phase = next;
  }

  /** Whether its program holds no descriptor of the memory, so that nothing can be left with it. */
  boolean isMediated() {
    return isMediated;
  }

  /**
   * A worker is about to move bytes for it.
   *
   * @return goes to {@link #endTransfer}: which memory it was begun on
   */
  int beginTransfer() {
    transfers++;
    return rebinds;
  }

  void endTransfer(int begunOn) {
    if (begunOn == rebinds) {
      transfers--;
    } else {
      oldTransfers--;
    }
  }

  /**
   * The exporter has put other memory behind the segment, and no earlier such change is under way;
   * one that was given up may have left bytes on their way to memory that is older still.
   *
   * @return whether bytes are still on their way to old memory
   */
  boolean rebound() {
    rebinds++;
    oldTransfers += transfers;
    transfers = 0;
    return oldTransfers > 0;
  }

  boolean isMovingOld() {
    return oldTransfers > 0;
  }

  boolean isMoving() {
    return transfers + oldTransfers > 0;
  }

  /** Whether it was to let go of the segment while bytes were on their way. */
  boolean isLetGo() {
    return isLetGo;
  }

  void setLetGo() {
    isLetGo = true;
  }

  /**
   * Whether its program has given the handle back or has ended: nothing may be told to it, while
   * the export may have to wait for bytes that are on their way.
   */
  boolean isGone() {
    return isGone;
  }

  void setGone() {
    isGone = true;
  }

  /** It connected while posts were being added up; some had been added before. */
  void setMissed(Broadcast.Posts during, Broadcast.Posts before) {
    joinedDuring = during;
    missed = before;
  }

  /** Which of these posts came before it connected; null if none did. */
  Broadcast.@Nullable Posts missedOf(Broadcast.Posts posts) {
    return posts == joinedDuring ? missed : null;
  }

  /** Whether it did not answer a revocation in time and still lives. */
  boolean isOverdue() {
    return isOverdue;
  }

  void setOverdue() {
    isOverdue = true;
  }
}
