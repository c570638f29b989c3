/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/**
 * What a barrier spans: {@code rsm_barrier_type_t}.
 *
 * <p>Whatever is asked for, a barrier spans the accesses of all threads of this program to one
 * import, as in the original library, which ignores the type too.
 */
public enum BarrierType {
  /** One segment: {@code RSM_BARRIER_SEGMENT}; also stands for {@code RSM_BAR_DEFAULT}. */
  SEGMENT(0x01),
  /** All segments of a node: {@code RSM_BARRIER_NODE}. */
  NODE(0x02),
  /** One segment, one thread: {@code RSM_BARRIER_SEGMENT_THREAD}. */
  SEGMENT_THREAD(0x11),
  /** All segments of a node, one thread: {@code RSM_BARRIER_NODE_THREAD}. */
  NODE_THREAD(0x12);

  private final int value;

  BarrierType(int value) {
    this.value = value;
  }

  /**
   * Tells the original value.
   *
   * @return 0x01, 0x02, 0x11 or 0x12
   */
  public int value() {
    return value;
  }
}
