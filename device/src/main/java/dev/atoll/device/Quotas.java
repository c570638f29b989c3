/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

/**
 * How much of a device its users may take; who wants more is refused with words, and others go on.
 *
 * @param sessionsMax sessions at a time
 * @param sessionsPerUserMax of them for one uid
 * @param exportsPerUserMax export segments of one uid at a time
 * @param importsPerUserMax imports of one uid at a time
 * @param bytesPerUserMax bytes that the exports of one uid have together, counted in full whether
 *     or not they were touched
 */
public record Quotas(
    int sessionsMax,
    int sessionsPerUserMax,
    int exportsPerUserMax,
    int importsPerUserMax,
    long bytesPerUserMax) {
  /** Checks that all are positive. */
  public Quotas {
    boolean arePositive =
        sessionsMax > 0
            && sessionsPerUserMax > 0
            && exportsPerUserMax > 0
            && importsPerUserMax > 0
            && bytesPerUserMax > 0;
    if (!arePositive) {
      throw new IllegalArgumentException(
          "sessionsMax="
              + sessionsMax
              + " sessionsPerUserMax="
              + sessionsPerUserMax
              + " exportsPerUserMax="
              + exportsPerUserMax
              + " importsPerUserMax="
              + importsPerUserMax
              + " bytesPerUserMax="
              + bytesPerUserMax
              + ": each must be positive");
    }
  }

  /**
   * Gives the defaults: 1,024 sessions and 256 for one user, 16,384 exports, 65,536 imports, and no
   * bound on bytes.
   *
   * @return the quotas
   */
  public static Quotas standard() {
    return new Quotas(1024, 256, 16_384, 65_536, Long.MAX_VALUE);
  }
}
