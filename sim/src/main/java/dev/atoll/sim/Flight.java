/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

import dev.atoll.lnet.LnetHeader;
import dev.atoll.lnet.OutgoingMessage;
import java.lang.foreign.MemorySegment;

/** A message between two nodes: a copy of what was sent, as of the moment it was sent. */
final class Flight {
  final LnetHeader header = new LnetHeader();
  final MemorySegment payload;

  Flight(OutgoingMessage message) {
    copy(message.header(), header);
    int length = message.payloadLength();
    payload = MemorySegment.ofArray(new byte[length]);
    message.pieces().copyTo(message.payloadOffset(), payload, 0, length);
  }

  static void copy(LnetHeader from, LnetHeader to) {
    to.destination = from.destination;
    to.source = from.source;
    to.destinationPid = from.destinationPid;
    to.sourcePid = from.sourcePid;
    to.type = from.type;
    to.payloadLength = from.payloadLength;
    to.wireInterfaceCookie = from.wireInterfaceCookie;
    to.wireObjectCookie = from.wireObjectCookie;
    to.matchBits = from.matchBits;
    to.headerData = from.headerData;
    to.portal = from.portal;
    to.offset = from.offset;
    to.length = from.length;
  }
}
