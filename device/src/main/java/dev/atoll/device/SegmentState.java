/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

/** What a handle stands for. */
sealed interface SegmentState permits ExportSegmentState, ImportSegmentState {
  /** The session whose handle it is. */
  ClientSession session();

  /** The handle in that session. */
  long handle();
}
