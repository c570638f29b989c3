/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.rsm.Access;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads rights: three octal digits, and entries of access lists, NODE:MODE. */
final class AccessText implements ITypeConverter<Access> {
  private static final int READ_AND_WRITE = 0666;
  private static final int OCTAL = 8;

  @Override
  public Access convert(String text) {
    int colon = text.indexOf(':');
    if (colon > 0) {
      try {
        int node = Integer.parseInt(text.substring(0, colon));
        return Access.node(node, modeOf(text.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw refusal(text);
      }
    }
    throw refusal(text);
  }

  private static TypeConversionException refusal(String text) {
    return new TypeConversionException("'" + text + "' is no NODE:MODE, such as 1:0640 for node 1");
  }

  /** Reads the digits for owner, group and others. */
  static int modeOf(String digits) {
    int bits;
    try {
      bits = Integer.parseInt(digits, OCTAL);
    } catch (NumberFormatException e) {
      throw wrongDigits(digits);
    }
    if ((bits & ~READ_AND_WRITE) != 0) {
      throw wrongDigits(digits);
    }
    return bits;
  }

  private static TypeConversionException wrongDigits(String digits) {
    return new TypeConversionException(
        "'"
            + digits
            + "' must be three octal digits, for owner, group and others, each of 4 to read and"
            + " 2 to write: 0, 2, 4 or 6; segments know no 1 to execute");
  }

  /** Reads the value of an option that is only digits. */
  static final class Mode implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return modeOf(text);
    }
  }
}
