/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * What may be done with the memory of a descriptor, and how often.
 *
 * <p>As it comes from {@link #forPuts}, {@link #forGets} or {@link #forInitiator}: any number of
 * operations, offsets managed locally, nothing truncated, acknowledged if asked, and unlinked once
 * exhausted.
 *
 * @param flags the bits of LNet that are constants of this class
 * @param threshold how many operations; {@link #ENDLESS} for any number. An own put counts one,
 *     with ACK or as a get two
 * @param maxSize the most bytes of one operation, or zero for no bound. A descriptor that has less
 *     room left is exhausted
 * @param isRetained whether it stays, out of work, once exhausted ({@code LNET_RETAIN})
 */
public record MemoryOptions(int flags, int threshold, int maxSize, boolean isRetained) {
  /** Counts nothing. */
  public static final int ENDLESS = -1;

  /** Others may put ({@code LNET_MD_OP_PUT}). */
  public static final int OP_PUT = 1;

  /** Others may get ({@code LNET_MD_OP_GET}). */
  public static final int OP_GET = 2;

  /** The initiator chooses the offset ({@code LNET_MD_MANAGE_REMOTE}). */
  public static final int MANAGE_REMOTE = 4;

  /** What does not fit is cut off instead of refused ({@code LNET_MD_TRUNCATE}). */
  public static final int TRUNCATE = 0x10;

  /** No ACK is sent ({@code LNET_MD_ACK_DISABLE}). */
  public static final int ACK_DISABLE = 0x20;

  private static final int KNOWN = OP_PUT | OP_GET | MANAGE_REMOTE | TRUNCATE | ACK_DISABLE;

  /** Checks the values. */
  public MemoryOptions {
    if ((flags & ~KNOWN) != 0 || threshold < ENDLESS || maxSize < 0) {
      throw new IllegalArgumentException(
          "flags=" + flags + ", threshold=" + threshold + ", maxSize=" + maxSize);
    }
  }

  /**
   * Lets others put.
   *
   * @return options
   */
  public static MemoryOptions forPuts() {
    return new MemoryOptions(OP_PUT, ENDLESS, 0, false);
  }

  /**
   * Lets others get.
   *
   * @return options
   */
  public static MemoryOptions forGets() {
    return new MemoryOptions(OP_GET, ENDLESS, 0, false);
  }

  /**
   * Lets others do nothing: for own puts and gets.
   *
   * @return options
   */
  public static MemoryOptions forInitiator() {
    return new MemoryOptions(0, ENDLESS, 0, false);
  }

  /**
   * Adds flags.
   *
   * @param added constants of this class
   * @return the changed options
   */
  public MemoryOptions with(int added) {
    return new MemoryOptions(flags | added, threshold, maxSize, isRetained);
  }

  /**
   * Bounds the number of operations.
   *
   * @param operations how many, or {@link #ENDLESS}
   * @return the changed options
   */
  public MemoryOptions withThreshold(int operations) {
    return new MemoryOptions(flags, operations, maxSize, isRetained);
  }

  /**
   * Bounds the size of one operation ({@code LNET_MD_MAX_SIZE}).
   *
   * @param bytes the most
   * @return the changed options
   */
  public MemoryOptions withMaxSize(int bytes) {
    return new MemoryOptions(flags, threshold, bytes, isRetained);
  }

  /**
   * Keeps the descriptor when it is exhausted ({@code LNET_RETAIN}); it ends when it is unlinked.
   *
   * @return the changed options
   */
  public MemoryOptions retained() {
    return new MemoryOptions(flags, threshold, maxSize, true);
  }

  /** Tells whether a flag is set. */
  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
