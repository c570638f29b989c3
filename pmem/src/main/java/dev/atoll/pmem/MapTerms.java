/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import java.util.Objects;

/**
 * On which terms a file is mapped; immutable, built by steps.
 *
 * <p>{@code file.map(MapTerms.of(MapMode.SHARED).range(0, 4096).requiring(Granularity.CACHE_LINE))}
 *
 * @param mode how the pages relate to the file
 * @param offset first byte, a multiple of the page size
 * @param length bytes, or {@link #TO_THE_END}
 * @param worst the worst granularity that the program accepts
 * @param isPretending whether cache lines are flushed even where that makes nothing durable
 */
public record MapTerms(
    MapMode mode, long offset, long length, Granularity worst, boolean isPretending) {
  /** As a length: all from the offset to the end of the file. */
  public static final long TO_THE_END = -1;

  /**
   * Checks what can be checked without the file.
   *
   * @throws IllegalArgumentException if the range is none, or a private mapping requires a
   *     granularity although it is never flushed
   */
  public MapTerms {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(worst, "worst");
    if (offset < 0) {
      throw new IllegalArgumentException("offset=" + offset + " must not be negative");
    }
    if (length != TO_THE_END && length <= 0) {
      throw new IllegalArgumentException("length=" + length + " must be positive");
    }
    if (mode == MapMode.PRIVATE && (worst != Granularity.PAGE || isPretending)) {
      throw new IllegalArgumentException(
          "mode=PRIVATE is never flushed, so worst="
              + worst
              + " isPretending="
              + isPretending
              + " say nothing");
    }
  }

  /**
   * Starts with the whole file and any granularity.
   *
   * @param mode how the pages relate to the file
   * @return the terms
   */
  public static MapTerms of(MapMode mode) {
    return new MapTerms(mode, 0, TO_THE_END, Granularity.PAGE, false);
  }

  /**
   * Restricts the mapping to a part of the file.
   *
   * @param offset first byte, a multiple of the page size
   * @param length bytes, positive
   * @return new terms
   * @throws IllegalArgumentException if that is no range
   */
  public MapTerms range(long offset, long length) {
    return new MapTerms(mode, offset, length, worst, isPretending);
  }

  /**
   * States the worst granularity that the program accepts.
   *
   * @param worst that or better, or the mapping is refused with the reason
   * @return new terms
   * @throws IllegalArgumentException for a private mapping
   */
  public MapTerms requiring(Granularity worst) {
    return new MapTerms(mode, offset, length, worst, isPretending);
  }

  /**
   * Flushes cache lines even where that makes nothing durable; see {@link PmemOption#PRETEND}.
   *
   * @return new terms
   * @throws IllegalArgumentException for a private mapping
   */
  public MapTerms pretending() {
    return new MapTerms(mode, offset, length, worst, true);
  }
}
