/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Answers pings: the node's info, for anybody to get on the reserved portal. Each change of the
 * interfaces makes a new one with the next sequence number; answers under way finish with the old
 * one. Belongs to the loop.
 */
final class PingTarget {
  private static final MemoryOptions OPTIONS =
      MemoryOptions.forGets().with(MemoryOptions.MANAGE_REMOTE | MemoryOptions.TRUNCATE);
  private static final int FIRST_SEQUENCE = 1;

  private final LnetCore core;
  private final Interfaces interfaces;
  private final boolean isDiscovering;
  private int sequence = FIRST_SEQUENCE;
  private @Nullable OwnInfo info;
  private @Nullable MatchEntry entry;

  PingTarget(LnetCore core, Interfaces interfaces, LnetSettings settings) {
    this.core = core;
    this.interfaces = interfaces;
    this.isDiscovering = settings.isDiscovering();
  }

  /** The info as it is now; whoever keeps it acquires it. */
  OwnInfo info() {
    OwnInfo known = info;
    if (known == null) {
      throw new IllegalStateException("the node has no info yet");
    }
    return known;
  }

  /** Makes the info anew. */
  void refresh() {
    OwnInfo old = info;
    MatchEntry oldEntry = entry;
    if (old != null) {
      sequence++;
    }
    OwnInfo made = new OwnInfo(content());
    info = made;
    if (oldEntry != null) {
      var _ = core.unlink(oldEntry);
    }
    MatchEntry added =
        core.attach(LnetNumbers.RESERVED_PORTAL, MatchSpec.exact(LnetNumbers.PING_MATCH_BITS));
    entry = added;
    core.attach(added, Pieces.of(made.bytes()), OPTIONS, event -> {}, null);
  }

  private PingInfo content() {
    List<LocalInterface> shown =
        interfaces.all().stream().filter(each -> !each.isLoopback()).toList();
    // Those with short NIDs stand first.
    List<PingInfo.Interface> entries =
        Stream.concat(
                shown.stream().filter(each -> !each.nid().isLarge()),
                shown.stream().filter(each -> each.nid().isLarge()))
            .map(each -> new PingInfo.Interface(each.nid(), PingInfo.UP))
            .toList();
    int features = PingInfo.NI_STATUS | PingInfo.ROUTING_DISABLED;
    if (isDiscovering) {
      features |= PingInfo.MULTI_RAIL | PingInfo.DISCOVERY;
    }
    if (!shown.isEmpty() && shown.getFirst().nid().isLarge()) {
      features |= PingInfo.PRIMARY_LARGE;
    }
    return new PingInfo(features, ProcessId.LUSTRE_PID, sequence, entries);
  }
}
