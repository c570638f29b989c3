/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.posix.Descriptor;
import java.util.List;

/**
 * The open files behind an export, which the device owns.
 *
 * @param readWrite the memory, for importers who may write
 * @param readOnly the same file opened for reading only, which other users can not widen
 * @param control the region's control page, for reading only
 * @param isSealedMemory whether it is a memfd that can not change its size
 * @param inode which file the memory is, among those that are sealed
 */
record ExportFiles(
    Descriptor readWrite,
    Descriptor readOnly,
    Descriptor control,
    boolean isSealedMemory,
    long inode) {
  private static final int WRITE = 0200;

  /** What an importer with these rights, 0400 and 0200, may hold: the memory, the control page. */
  List<Descriptor> forRights(int permission) {
    return List.of((permission & WRITE) != 0 ? readWrite : readOnly, control);
  }

  void closeBy(AgentPorts ports) {
    ports.close(readWrite);
    ports.close(readOnly);
    ports.close(control);
  }
}
