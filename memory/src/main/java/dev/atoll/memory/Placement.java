/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

/**
 * Where a range is to be mapped.
 *
 * @param address of the first byte, zero for anywhere
 * @param isFixed true if no other address will do; what is mapped there already is never replaced
 */
public record Placement(long address, boolean isFixed) {
  /** Wherever there is room. */
  public static final Placement ANYWHERE = new Placement(0, false);
}
