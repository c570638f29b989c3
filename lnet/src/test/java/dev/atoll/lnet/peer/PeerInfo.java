/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a ping answers and a push brings.
 *
 * @param features the bits below
 * @param pid of the node
 * @param sequence counts changes
 * @param nids of the node without 0@lo
 */
public record PeerInfo(int features, int pid, int sequence, List<PeerNid> nids) {
  /** "gnip" on the wire. */
  public static final int MAGIC = 0x70696e67;

  /** Base, status, no router, multi-rail, discovery: what a plain kernel node says. */
  public static final int FULL = 0x1e;

  /** Status and no router: can be pinged, is never pushed to. */
  public static final int PINGABLE = 0x06;

  /** Of {@link #features}: more than one network interface is understood. */
  public static final int MULTI_RAIL = 8;

  /** Of {@link #features}: entries with 20-byte NIDs follow. */
  public static final int LARGE = 32;

  /** Of {@link #features}: the first of those is the primary one. */
  public static final int PRIMARY_LARGE = 64;

  private static final int UP = 0x15aac0de;

  /** The information of a node with one NID. */
  public static PeerInfo of(int features, int sequence, PeerNid nid) {
    return new PeerInfo(features, 12345, sequence, List.of(nid));
  }

  /** The bytes of it. */
  public byte[] encode() {
    List<PeerNid> small = nids.stream().filter(nid -> !nid.isLarge()).toList();
    List<PeerNid> large = nids.stream().filter(PeerNid::isLarge).toList();
    int size = 16 + 16 * (1 + small.size()) + 24 * large.size();
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(features).putInt(pid).putInt(1 + small.size());
    out.putLong(PeerNid.LOOPBACK.nid4()).putInt(sequence);
    out.putInt((features & LARGE) == 0 ? 0 : size);
    small.forEach(nid -> out.putLong(nid.nid4()).putInt(UP).putInt(0));
    large.forEach(nid -> out.putInt(UP).put(nid.nid20()));
    return out.array();
  }

  /** Reads one, and says what is wrong with it. */
  public static PeerInfo decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 32 || in.getInt() != MAGIC) {
      throw new AssertionError("no ping information: " + bytes.length + " bytes");
    }
    int features = in.getInt();
    int pid = in.getInt();
    int count = in.getInt();
    long first = in.getLong();
    int sequence = in.getInt();
    int total = in.getInt();
    if (first != PeerNid.LOOPBACK.nid4() || (features & 2) == 0) {
      throw new AssertionError("entry 0 is " + Long.toHexString(first) + ", features " + features);
    }
    var nids = new ArrayList<PeerNid>();
    for (int index = 1; index < count; index++) {
      nids.add(PeerNid.of4(in.getLong()));
      in.getLong();
    }
    if ((features & LARGE) != 0) {
      while (in.position() < total) {
        in.getInt();
        byte[] nid = new byte[20];
        in.get(nid);
        nids.add(PeerNid.of20(nid));
      }
    }
    return new PeerInfo(features, pid, sequence, List.copyOf(nids));
  }
}
