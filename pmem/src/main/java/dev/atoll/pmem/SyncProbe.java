/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Errno;

/**
 * How the kernel answered a request for {@code MAP_SYNC}, which alone tells whether a file lies on
 * persistent memory: the DAX bit of statx is set on virtio-pmem too, where the flag is refused.
 *
 * @param isAsked whether it was asked
 * @param errno the refusal, 0 if granted or not asked
 */
record SyncProbe(boolean isAsked, int errno) {
  static final SyncProbe GRANTED = new SyncProbe(true, 0);
  static final SyncProbe NOT_ASKED = new SyncProbe(false, 0);

  static SyncProbe refused(int errno) {
    return new SyncProbe(true, errno);
  }

  boolean isGranted() {
    return isAsked && errno == 0;
  }

  String reason() {
    if (!isAsked) {
      return "MAP_SYNC was not asked for";
    }
    return isGranted() ? "MAP_SYNC was granted" : "MAP_SYNC was refused with " + Errno.of(errno);
  }
}
