/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/** How an address given to map is meant: {@code rsm_attribute_t}. */
public enum MapAttribute {
  /** As a hint: {@code RSM_MAP_NONE}. */
  NONE(0x0),
  /** As the only one that will do: {@code RSM_MAP_FIXED}. What is mapped there already stays. */
  FIXED(0x1),
  /** As a hint: {@code RSM_MAP_RESERVED}, which the original accepts and ignores. */
  RESERVED(0x2);

  private final int value;

  MapAttribute(int value) {
    this.value = value;
  }

  /**
   * Tells the original value.
   *
   * @return 0, 1 or 2
   */
  public int value() {
    return value;
  }
}
