/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.List;

/** All groups, in the order of the table. */
final class Groups {
  static final List<Group> ALL =
      List.of(
          new PersistGroup(),
          new PersistPagesGroup(),
          new CopyGroup(),
          new PutGetGroup(Carrier.EMBEDDED),
          new PutGetGroup(Carrier.ATTACHED),
          new AccessGroup(),
          new TypedGroup(),
          new MediatedGroup(Carrier.EMBEDDED),
          new MediatedGroup(Carrier.ATTACHED),
          new SignalGroup(),
          new ConnectGroup(Carrier.EMBEDDED),
          new ConnectGroup(Carrier.ATTACHED),
          new CrowdGroup(Carrier.EMBEDDED),
          new CrowdGroup(Carrier.ATTACHED),
          new ChannelGroup(),
          new LnetGroup(),
          new LnetPeersGroup());

  private Groups() {}

  /** The groups of a part; of "all", all. */
  static List<Group> of(String part) {
    return ALL.stream().filter(g -> part.equals("all") || g.part().equals(part)).toList();
  }

  static Group named(String name) {
    return ALL.stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("group=" + name + " is unknown"));
  }
}
