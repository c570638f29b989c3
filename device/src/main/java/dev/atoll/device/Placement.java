/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.Request;

/**
 * Where an export's memory lies in the file that was handed over.
 *
 * @param size bytes of the segment
 * @param fileOffset where in the file it begins
 * @param isPersistent whether the file keeps its content over restarts
 */
record Placement(long size, long fileOffset, boolean isPersistent) {
  static Placement of(Request.ExportCreate request) {
    return new Placement(request.size(), request.fileOffset(), request.isPersistent());
  }

  static Placement of(Request.ExportRebind request) {
    return new Placement(request.size(), request.fileOffset(), request.isPersistent());
  }
}
