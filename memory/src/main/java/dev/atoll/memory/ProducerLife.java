/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/** Says which producers of a {@link FrameRing} can not write to it any more. */
@FunctionalInterface
public interface ProducerLife {
  /**
   * Is asked about the owner of a producer's record. The fields are what the producer wrote: a
   * hostile one can say what it likes, and harm nobody but the messages of this ring.
   *
   * @param generation of the ring that the producer connected to
   * @param processId of the producer
   * @param start of that process, in clock ticks since boot; 0 if not written yet
   * @param namespace inode of its process id namespace; 0 if not written yet
   * @return true only if no thread of that process can store to the ring any more
   */
  boolean isGone(int generation, int processId, long start, long namespace);
}
