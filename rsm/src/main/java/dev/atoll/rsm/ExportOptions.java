/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How an export segment is created.
 *
 * @param options what it is told
 * @param mode rights of who connects without an access list, three octal digits of 4 (read) and 2
 *     (write); empty means 0777 minus this process's umask, as the original has it
 */
public record ExportOptions(Set<ExportOption> options, OptionalInt mode) {
  private static final int READ_WRITE_DIGITS = 0666;

  /**
   * Copies the set.
   *
   * @throws IllegalArgumentException if the mode has other bits than those of reading and writing
   */
  public ExportOptions {
    EnumSet<ExportOption> copy = EnumSet.noneOf(ExportOption.class);
    copy.addAll(options);
    options = Collections.unmodifiableSet(copy);
    if (mode.isPresent() && (mode.getAsInt() & ~READ_WRITE_DIGITS) != 0) {
      throw new IllegalArgumentException(
          "mode=0"
              + Integer.toOctalString(mode.getAsInt())
              + " has digits other than 0, 2, 4 and 6");
    }
  }

  /**
   * Gives the options of the original's plain create.
   *
   * @return none, and the mode that the umask gives
   */
  public static ExportOptions standard() {
    return of();
  }

  /**
   * Gives some options and the mode that the umask gives.
   *
   * @param options what the segment is told
   * @return the options
   */
  public static ExportOptions of(ExportOption... options) {
    return new ExportOptions(Set.copyOf(List.of(options)), OptionalInt.empty());
  }

  /**
   * Gives the same options with another mode.
   *
   * @param next rights of owner, group and others, such as 0640
   * @return the changed copy
   * @throws IllegalArgumentException if the mode has other bits than those of reading and writing
   */
  public ExportOptions withMode(int next) {
    return new ExportOptions(options, OptionalInt.of(next));
  }

  /** The flags as they travel. */
  int flags() {
    return options.stream().mapToInt(ExportOption::bit).sum();
  }
}
