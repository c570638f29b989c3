/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import org.jspecify.annotations.Nullable;

/**
 * A place in the list of a portal that takes certain messages ({@code struct lnet_me}). It works
 * while a descriptor is attached. Belongs to the loop.
 */
public final class MatchEntry {
  final MatchTable table;
  private final MatchSpec spec;

  @Nullable MemoryDescriptor descriptor;

  /** Says where it stands among all of its portal. */
  long rank;

  @Nullable MatchEntry next;
  @Nullable MatchEntry previous;

  /** Its neighbours among those that are searched together. */
  @Nullable MatchEntry nextOfChain;

  @Nullable MatchEntry previousOfChain;

  boolean isListed;

  MatchEntry(MatchTable table, MatchSpec spec) {
    this.table = table;
    this.spec = spec;
  }

  /**
   * Gives what it takes.
   *
   * @return as it was given
   */
  public MatchSpec spec() {
    return spec;
  }

  /**
   * Names its portal.
   *
   * @return the index
   */
  public int portal() {
    return table.portal();
  }

  /**
   * Tells whether it stands in its portal's list.
   *
   * @return false once it was unlinked, or went with its descriptor
   */
  public boolean isListed() {
    return isListed;
  }

  boolean ignoresBits() {
    return spec.ignoreBits() != 0;
  }
}
