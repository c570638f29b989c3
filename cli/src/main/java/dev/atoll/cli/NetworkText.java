/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.NidFormatException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Words of LNet in the form in which nodes print them. */
final class NetworkText {
  private NetworkText() {}

  /** {@code tcp0} is {@code tcp}. */
  static String network(String word) {
    try {
      return Network.parse(word).toString();
    } catch (NidFormatException e) {
      throw new Refusal(ExitCode.USAGE, "LNET_CONFIG", String.valueOf(e.getMessage()));
    }
  }

  /** {@code 10.0.0.1} is {@code 10.0.0.1@tcp}. */
  static String nid(String word) {
    try {
      return Nid.parse(word).toString();
    } catch (NidFormatException e) {
      throw new Refusal(ExitCode.USAGE, "LNET_CONFIG", String.valueOf(e.getMessage()));
    }
  }

  /** Reads 64 bits, decimal or hexadecimal; also those that make a negative number. */
  static final class Bits implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      String word = text.strip().replace("_", "");
      try {
        if (word.startsWith("0x") || word.startsWith("0X")) {
          return Long.parseUnsignedLong(word.substring(2), 16);
        }
        return word.startsWith("-") ? Long.parseLong(word) : Long.parseUnsignedLong(word);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'" + text + "' is no number of 64 bits, such as 23 or 0x8000000000000000");
      }
    }
  }

  /** Reads a time; a bare number is seconds, as for the tools of LNet. */
  static final class Seconds implements ITypeConverter<java.time.Duration> {
    @Override
    public java.time.Duration convert(String text) {
      return new DurationText().convert(text.strip().matches("[0-9]+") ? text.strip() + "s" : text);
    }
  }
}
