/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a connecting node says first: whom it wants.
 *
 * @param magic the first word
 * @param version 1 with the 8-byte NID, 2 with the 20-byte one; others are written as 1
 * @param target whom it wants
 */
public record PeerRequest(int magic, int version, PeerNid target) {
  /** The acceptor's magic. */
  public static final int MAGIC = 0xacce7100;

  /** A good request. */
  public static PeerRequest of(PeerNid target) {
    return new PeerRequest(MAGIC, target.isLarge() ? 2 : 1, target);
  }

  /** How many bytes a version has. */
  public static int sizeOf(int version) {
    return version == 2 ? 28 : 16;
  }

  /** The bytes of it. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(sizeOf(version)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(magic).putInt(version);
    if (version == 2) {
      out.put(target.nid20());
    } else {
      out.putLong(target.nid4());
    }
    return out.array();
  }

  /** The version that the first eight bytes announce. */
  public static int versionOf(byte[] start) {
    return ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
  }

  /** Reads a whole request. */
  public static PeerRequest decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int magic = in.getInt();
    int version = in.getInt();
    if (version != 2) {
      return new PeerRequest(magic, version, PeerNid.of4(in.getLong()));
    }
    byte[] nid = new byte[20];
    in.get(nid);
    return new PeerRequest(magic, version, PeerNid.of20(nid));
  }
}
