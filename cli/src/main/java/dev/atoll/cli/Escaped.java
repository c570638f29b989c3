/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.Locale;

/**
 * Names that somebody else chose, made harmless for a terminal and for programs that read lines.
 */
final class Escaped {
  private Escaped() {}

  /**
   * Replaces what is not to be seen as it is: control characters, which could move the cursor or
   * end the line, and those that only change how others are shown.
   *
   * @param name any text
   * @return the same with such characters as {@code \\n}, {@code \\t} or {@code \\u001b}
   */
  static String text(String name) {
    StringBuilder result = new StringBuilder(name.length());
    name.codePoints()
        .forEach(each -> {
          switch (each) {
            case '\n' -> result.append("\\n");
            case '\r' -> result.append("\\r");
            case '\t' -> result.append("\\t");
            default -> {
              if (isHarmless(each)) {
                result.appendCodePoint(each);
              } else {
                result.append(String.format(Locale.ROOT, "\\u%04x", each));
              }
            }
          }
        });
    return result.toString();
  }

  private static boolean isHarmless(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
