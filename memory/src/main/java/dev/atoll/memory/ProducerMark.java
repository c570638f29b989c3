/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/**
 * Who a producer of a {@link FrameRing} is, so that the consumer can tell whether it lives.
 *
 * @param processId of its process, positive
 * @param start of that process, in clock ticks since boot, positive
 * @param namespace inode of its process id namespace, positive
 */
public record ProducerMark(int processId, long start, long namespace) {
  /** Checks the fields. */
  public ProducerMark {
    if (processId <= 0 || start <= 0 || namespace <= 0) {
      throw new IllegalArgumentException(
          "processId=" + processId + " start=" + start + " namespace=" + namespace);
    }
  }
}
