/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.wire.PingInfoLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What this node says of itself, as bytes, at one time. Its memory goes with the last descriptor
 * over it. Belongs to the loop.
 */
final class OwnInfo {
  private final int sequence;
  private final MemorySegment bytes;

  OwnInfo(PingInfo info) {
    sequence = info.sequence();
    // To close a shared arena makes every thread of the program stop for a moment.
    bytes = Arena.ofAuto().allocate(PingInfoLayout.bytes(info), Long.BYTES);
    PingInfoLayout.encode(info, bytes, 0);
  }

  int sequence() {
    return sequence;
  }

  MemorySegment bytes() {
    return bytes;
  }
}
