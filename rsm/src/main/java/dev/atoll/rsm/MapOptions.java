/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/**
 * Where and how an import is mapped.
 *
 * @param attribute how the address is meant
 * @param address where, zero for anywhere; a multiple of the page size if it is FIXED
 * @param isPopulated whether all pages are made present at once, which takes its time but spares
 *     the first access to each page a trap into the kernel
 */
public record MapOptions(MapAttribute attribute, long address, boolean isPopulated) {
  private static final MapOptions ANYWHERE = new MapOptions(MapAttribute.NONE, 0, false);

  /**
   * Maps wherever there is room.
   *
   * @return the options
   */
  public static MapOptions anywhere() {
    return ANYWHERE;
  }

  /**
   * Maps at an address if there is room, otherwise elsewhere: {@code RSM_MAP_NONE} with an address.
   *
   * @param address a hint
   * @return the options
   */
  public static MapOptions near(long address) {
    return new MapOptions(MapAttribute.NONE, address, false);
  }

  /**
   * Maps at an address or not at all: {@code RSM_MAP_FIXED}. What is mapped there already is never
   * replaced.
   *
   * @param address a multiple of the page size
   * @return the options
   */
  public static MapOptions at(long address) {
    return new MapOptions(MapAttribute.FIXED, address, false);
  }

  /**
   * Also makes all pages present at once.
   *
   * @return the options with that added
   */
  public MapOptions populated() {
    return new MapOptions(attribute, address, true);
  }

  boolean isFixed() {
    return attribute == MapAttribute.FIXED;
  }
}
