/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A segment as the command line names it: {@code NODE:ID}.
 *
 * @param nodeId the exporting node
 * @param segmentId the id it is published under
 */
record SegmentName(int nodeId, int segmentId) {
  @Override
  public String toString() {
    return nodeId + ":" + idText(segmentId);
  }

  static String idText(int segmentId) {
    return String.format(Locale.ROOT, "0x%x", segmentId);
  }

  /** Reads a name. */
  static final class Converter implements ITypeConverter<SegmentName> {
    @Override
    public SegmentName convert(String text) {
      int colon = text.indexOf(':');
      try {
        if (colon > 0) {
          return new SegmentName(
              Integer.parseInt(text.substring(0, colon)),
              Integer.decode(text.substring(colon + 1)));
        }
      } catch (NumberFormatException e) {
        throw refusal(text);
      }
      throw refusal(text);
    }

    private static TypeConversionException refusal(String text) {
      return new TypeConversionException(
          "'" + text + "' is no NODE:ID, such as 1:0x600000; `atoll export` prints it");
    }
  }
}
