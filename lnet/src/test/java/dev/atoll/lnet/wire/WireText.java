/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import dev.atoll.lnet.LnetHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Bytes written down: octets in hexadecimal, {@code 00*8} for eight zeros, the rest is layout. */
final class WireText {
  private static final Pattern RUN = Pattern.compile("([0-9a-f]{2})\\*(\\d+)");

  private WireText() {}

  static byte[] bytes(String text) {
    String spread =
        RUN.matcher(text).replaceAll(run -> run.group(1).repeat(Integer.parseInt(run.group(2))));
    return HexFormat.of().parseHex(spread.replaceAll("[ |\n]", ""));
  }

  static MemorySegment segment(String text) {
    return MemorySegment.ofArray(bytes(text));
  }

  /** Room for an encoder, filled with what must not stay. */
  static MemorySegment room(long bytes) {
    return MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]).fill((byte) 0x55);
  }

  static byte[] bytes(MemorySegment segment, long from, long length) {
    return segment.asSlice(from, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The fields of a header, to be compared. */
  static List<Object> fields(LnetHeader header) {
    return List.of(
        header.destination,
        header.source,
        header.destinationPid,
        header.sourcePid,
        header.type,
        header.payloadLength,
        header.wireInterfaceCookie,
        header.wireObjectCookie,
        header.matchBits,
        header.headerData,
        header.portal,
        header.offset,
        header.length);
  }

  static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
