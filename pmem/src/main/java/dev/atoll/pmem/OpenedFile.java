/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileStatus;

/**
 * A file that has been opened, and created or extended where that was asked.
 *
 * @param descriptor the open file, owned by whoever holds this
 * @param status its attributes after all changes
 * @param media what it lies on
 * @param reservation what was done about its blocks
 * @param shared what all who use the inode share, counted for whoever holds this
 */
record OpenedFile(
    Descriptor descriptor,
    FileStatus status,
    Media media,
    Reservation reservation,
    SharedFile shared) {

  /** Gives both back, the descriptor last: once it is closed, the inode may be another file's. */
  void release() {
    try {
      shared.release();
    } finally {
      descriptor.close();
    }
  }
}
