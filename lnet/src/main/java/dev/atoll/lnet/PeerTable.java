/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Peers by NID and process id, and the strangers among them by their last sign of life.
 *
 * <p>Finding one allocates nothing. Belongs to the loop.
 */
final class PeerTable {
  private static final int FIRST_BUCKETS = 64;

  private @Nullable Peer[] buckets = new @Nullable Peer[FIRST_BUCKETS];
  private int size;
  private int strangers;

  /** The stranger that was silent for longest, and the one that was heard last. */
  private @Nullable Peer oldest;

  private @Nullable Peer newest;

  int size() {
    return size;
  }

  int strangers() {
    return strangers;
  }

  @Nullable Peer find(Nid nid, int pid) {
    Peer each = buckets[bucketOf(nid, pid, buckets.length)];
    while (each != null && !(each.id.pid() == pid && each.id.nid().equals(nid))) {
      each = each.nextInBucket;
    }
    return each;
  }

  /** Adds a peer that is not in the table. */
  void add(Peer peer) {
    if (size >= buckets.length) {
      grow();
    }
    link(buckets, peer);
    size++;
    if (peer.isStranger) {
      strangers++;
      addNewest(peer);
    }
  }

  void remove(Peer peer) {
    int at = bucketOf(peer.id.nid(), peer.id.pid(), buckets.length);
    Peer before = null;
    Peer each = buckets[at];
    while (each != null && each != peer) {
      before = each;
      each = each.nextInBucket;
    }
    if (each == null) {
      return;
    }
    if (before == null) {
      buckets[at] = peer.nextInBucket;
    } else {
      before.nextInBucket = peer.nextInBucket;
    }
    peer.nextInBucket = null;
    peer.isForgotten = true;
    size--;
    if (peer.isStranger) {
      strangers--;
      takeOut(peer);
    }
  }

  /** Notes that a peer was heard. */
  void touch(Peer peer) {
    if (peer.isStranger && peer != newest) {
      takeOut(peer);
      addNewest(peer);
    }
  }

  /** Notes that somebody here wants the peer. */
  void adopt(Peer peer) {
    if (peer.isStranger) {
      peer.isStranger = false;
      strangers--;
      takeOut(peer);
    }
  }

  /** The stranger that was silent for longest. */
  @Nullable Peer oldestStranger() {
    return oldest;
  }

  /** Visits all; the visitor must not change the table. */
  void forEach(Consumer<Peer> visitor) {
    for (Peer first : buckets) {
      for (Peer each = first; each != null; each = each.nextInBucket) {
        visitor.accept(each);
      }
    }
  }

  private void grow() {
    @Nullable Peer[] wider = new @Nullable Peer[buckets.length * 2];
    for (Peer first : buckets) {
      Peer each = first;
      while (each != null) {
        Peer next = each.nextInBucket;
        link(wider, each);
        each = next;
      }
    }
    buckets = wider;
  }

  private static void link(@Nullable Peer[] into, Peer peer) {
    int at = bucketOf(peer.id.nid(), peer.id.pid(), into.length);
    peer.nextInBucket = into[at];
    into[at] = peer;
  }

  private static int bucketOf(Nid nid, int pid, int length) {
    int hash = (nid.hashCode() * 31 + pid) * 0x9e3779b9;
    return (hash ^ hash >>> 16) & (length - 1);
  }

  private void addNewest(Peer peer) {
    peer.older = newest;
    peer.newer = null;
    if (newest == null) {
      oldest = peer;
    } else {
      newest.newer = peer;
    }
    newest = peer;
  }

  private void takeOut(Peer peer) {
    Peer before = peer.older;
    Peer after = peer.newer;
    if (before == null) {
      oldest = after;
    } else {
      before.newer = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.older = before;
    }
    peer.older = null;
    peer.newer = null;
  }
}
