/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A HELLO of socklnd in any of its versions; every field may be wrong on purpose.
 *
 * @param magic the first word; version 1 sets its own
 * @param version 1 to 4; others are written in the form of 3
 * @param source who says it
 * @param target to whom
 * @param sourcePid 12345 for nodes
 * @param targetPid 0 from kernels
 * @param incarnation of the sender
 * @param targetIncarnation 0 from kernels
 * @param type of the connection, see {@link ConnType}
 * @param ips the number of addresses it says that follow
 */
public record PeerHello(
    int magic,
    int version,
    PeerNid source,
    PeerNid target,
    int sourcePid,
    int targetPid,
    long incarnation,
    long targetIncarnation,
    int type,
    int ips) {
  /** "cirE" on the wire. */
  public static final int MAGIC = 0x45726963;

  private static final int OLD_MAGIC = 0xeebc0ded;
  private static final int OLD_TYPE = 4;

  /** A good HELLO. */
  public static PeerHello of(
      int version, PeerNid source, PeerNid target, long incarnation, int type) {
    return new PeerHello(MAGIC, version, source, target, 12345, 0, incarnation, 0, type, 0);
  }

  /** The same with another magic. */
  public PeerHello withMagic(int value) {
    return new PeerHello(
        value,
        version,
        source,
        target,
        sourcePid,
        targetPid,
        incarnation,
        targetIncarnation,
        type,
        ips);
  }

  /** The same with another version. */
  public PeerHello withVersion(int value) {
    return new PeerHello(
        magic,
        value,
        source,
        target,
        sourcePid,
        targetPid,
        incarnation,
        targetIncarnation,
        type,
        ips);
  }

  /** The same from another NID. */
  public PeerHello withSource(PeerNid value) {
    return new PeerHello(
        magic,
        version,
        value,
        target,
        sourcePid,
        targetPid,
        incarnation,
        targetIncarnation,
        type,
        ips);
  }

  /** The same from another pid. */
  public PeerHello withSourcePid(int value) {
    return new PeerHello(
        magic,
        version,
        source,
        target,
        value,
        targetPid,
        incarnation,
        targetIncarnation,
        type,
        ips);
  }

  /** The same of another incarnation. */
  public PeerHello withIncarnation(long value) {
    return new PeerHello(
        magic, version, source, target, sourcePid, targetPid, value, targetIncarnation, type, ips);
  }

  /** The same for another type of connection. */
  public PeerHello withType(int value) {
    return new PeerHello(
        magic,
        version,
        source,
        target,
        sourcePid,
        targetPid,
        incarnation,
        targetIncarnation,
        value,
        ips);
  }

  /** The same that announces addresses. */
  public PeerHello withIps(int value) {
    return new PeerHello(
        magic,
        version,
        source,
        target,
        sourcePid,
        targetPid,
        incarnation,
        targetIncarnation,
        type,
        value);
  }

  /** How many bytes a version has in front of the addresses. */
  public static int sizeOf(int version) {
    return switch (version) {
      case 1 -> 72;
      case 4 -> 80;
      default -> 56;
    };
  }

  /** The bytes of it, without addresses. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(sizeOf(version)).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      out.putInt(OLD_MAGIC).putShort((short) 1).putShort((short) 0);
      out.putLong(source.nid4()).putInt(0).putInt(sourcePid).putInt(OLD_TYPE).putInt(4 * ips);
      out.putLong(incarnation).putInt(type);
      return out.array();
    }
    out.putInt(magic).putInt(version);
    if (version == 4) {
      out.put(source.nid20()).put(target.nid20());
    } else {
      out.putLong(source.nid4()).putLong(target.nid4());
    }
    out.putInt(sourcePid).putInt(targetPid).putLong(incarnation).putLong(targetIncarnation);
    out.putInt(type).putInt(ips);
    return out.array();
  }

  /** The version that the first eight bytes announce. */
  public static int versionOf(byte[] start) {
    ByteBuffer in = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    return in.getInt(0) == OLD_MAGIC ? in.getShort(4) : in.getInt(4);
  }

  /** Reads a whole HELLO without its addresses. */
  public static PeerHello decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = versionOf(bytes);
    int magic = in.getInt();
    in.getInt();
    if (version == 1) {
      PeerNid source = PeerNid.of4(in.getLong());
      int targetPid = in.getInt();
      int sourcePid = in.getInt();
      int kind = in.getInt();
      if (kind != OLD_TYPE) {
        throw new AssertionError("a HELLO of version 1 has type 4, not " + kind);
      }
      int ips = in.getInt() / 4;
      return new PeerHello(
          magic, 1, source, PeerNid.ANY, sourcePid, targetPid, in.getLong(), 0, in.getInt(), ips);
    }
    PeerNid source = nid(in, version);
    PeerNid target = nid(in, version);
    return new PeerHello(
        magic,
        version,
        source,
        target,
        in.getInt(),
        in.getInt(),
        in.getLong(),
        in.getLong(),
        in.getInt(),
        in.getInt());
  }

  private static PeerNid nid(ByteBuffer in, int version) {
    if (version != 4) {
      return PeerNid.of4(in.getLong());
    }
    byte[] bytes = new byte[20];
    in.get(bytes);
    return PeerNid.of20(bytes);
  }
}
