/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/** What an importer asks for, and what a mapping allows: {@code rsm_permission_t}. */
public enum Permission {
  /** Signals only: {@code RSM_PERM_NONE}. */
  NONE(0),
  /** get and loads: {@code RSM_PERM_READ}. */
  READ(0400),
  /** put and stores: {@code RSM_PERM_WRITE}. */
  WRITE(0200),
  /** Both: {@code RSM_PERM_RDWR}. */
  READ_WRITE(0600);

  private static final int READ_BIT = 0400;
  private static final int WRITE_BIT = 0200;

  private final int bits;

  Permission(int bits) {
    this.bits = bits;
  }

  /**
   * Tells the original value.
   *
   * @return 0, 0400, 0200 or 0600
   */
  public int bits() {
    return bits;
  }

  /**
   * Tells whether reading is allowed.
   *
   * @return true for READ and READ_WRITE
   */
  public boolean isReading() {
    return (bits & READ_BIT) != 0;
  }

  /**
   * Tells whether writing is allowed.
   *
   * @return true for WRITE and READ_WRITE
   */
  public boolean isWriting() {
    return (bits & WRITE_BIT) != 0;
  }

  /**
   * Tells whether another permission asks for nothing beyond this one.
   *
   * @param other what is asked for
   * @return true if this one is enough
   */
  public boolean covers(Permission other) {
    return (other.bits & ~bits) == 0;
  }
}
