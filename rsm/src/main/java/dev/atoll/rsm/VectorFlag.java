/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/** What a scatter-gather transfer does beyond moving data: the flags of {@code rsm_scat_gath_t}. */
public enum VectorFlag {
  /** Post a signal to the exporter after all entries: {@code RSM_IMPLICIT_SIGPOST}. */
  IMPLICIT_SIGNAL(0x01),
  /**
   * With {@link #IMPLICIT_SIGNAL}, post none if one is pending: {@code RSM_SIGPOST_NO_ACCUMULATE}.
   */
  NO_ACCUMULATE(0x02);

  private final int bits;

  VectorFlag(int bits) {
    this.bits = bits;
  }

  /**
   * Tells the original value.
   *
   * @return one bit
   */
  public int bits() {
    return bits;
  }
}
