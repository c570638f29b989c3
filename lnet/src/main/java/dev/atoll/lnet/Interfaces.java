/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interfaces of a node, loopback first. Finding one allocates nothing. Belongs to the loop. */
final class Interfaces {
  private final List<LocalInterface> all = new ArrayList<>();

  void add(LocalInterface added) {
    all.add(added);
  }

  void remove(LocalInterface removed) {
    all.remove(removed);
  }

  List<LocalInterface> all() {
    return all;
  }

  LocalInterface loopback() {
    return all.getFirst();
  }

  /** The interface of a NID. */
  @Nullable LocalInterface find(Nid nid) {
    for (int i = 0; i < all.size(); i++) {
      LocalInterface each = all.get(i);
      if (each.nid().equals(nid)) {
        return each;
      }
    }
    return null;
  }

  boolean isOwn(Nid nid) {
    return find(nid) != null;
  }

  /** The first interface on a network. */
  @Nullable LocalInterface on(Network network) {
    for (int i = 0; i < all.size(); i++) {
      LocalInterface each = all.get(i);
      if (each.network().code() == network.code()) {
        return each;
      }
    }
    return null;
  }
}
