/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.wire.PingInfoLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What this node says of itself, as bytes, at one time. Its memory lives until the last descriptor
 * over it is idle. Belongs to the loop.
 */
final class OwnInfo {
  private final Arena arena = Arena.ofShared();
  private final int sequence;
  private final MemorySegment bytes;
  private int users = 1;

  OwnInfo(PingInfo info) {
    sequence = info.sequence();
    bytes = arena.allocate(PingInfoLayout.bytes(info), Long.BYTES);
    PingInfoLayout.encode(info, bytes, 0);
  }

  int sequence() {
    return sequence;
  }

  MemorySegment bytes() {
    return bytes;
  }

  OwnInfo acquire() {
    users++;
    return this;
  }

  void release() {
    if (--users == 0) {
      arena.close();
    }
  }
}
