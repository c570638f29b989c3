/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes: decimal, 0x hexadecimal, or with k, m or g for powers of 1024. */
final class ByteCount implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    int shift =
        switch (word.isEmpty() ? ' ' : word.charAt(word.length() - 1)) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    String digits = shift == 0 ? word : word.substring(0, word.length() - 1);
    try {
      long value = Long.decode(digits);
      if (value >= 0 && value <= Long.MAX_VALUE >> shift && !digits.startsWith("-")) {
        return value << shift;
      }
    } catch (NumberFormatException e) {
      throw refusal(text);
    }
    throw refusal(text);
  }

  private static TypeConversionException refusal(String text) {
    return new TypeConversionException(
        "'" + text + "' is no number of bytes, such as 4096, 0x1000, 4k, 16m or 1g");
  }
}
