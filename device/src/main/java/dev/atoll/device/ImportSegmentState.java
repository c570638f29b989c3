/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

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
  private Phase phase = Phase.CONNECTED;
  private boolean isOverdue;
  private long handle;

  ImportSegmentState(ClientSession session, ExportSegmentState export, int permission) {
    this.session = session;
    this.export = export;
    this.permission = permission;
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
    return permission != 0;
  }

  Phase phase() {
    return phase;
  }

  void setPhase(Phase next) {
    phase = next;
  }

  /** Whether it did not answer a revocation in time and still lives. */
  boolean isOverdue() {
    return isOverdue;
  }

  void setOverdue() {
    isOverdue = true;
  }
}
