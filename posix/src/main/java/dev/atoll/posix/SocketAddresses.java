/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Socket addresses as the kernel lays them out: {@code sockaddr_un} (unix(7)), {@code sockaddr_in}
 * (ip(7)), {@code sockaddr_in6} (ipv6(7)).
 *
 * <pre>
 *   un:   family 2 | path ... 0                                    at most 110
 *   in:   family 2 | port 2 | address 4 | zero 8                            16
 *   in6:  family 2 | port 2 | flow 4 | address 16 | scope 4                 28
 * </pre>
 */
final class SocketAddresses {
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  /** No address here is longer. */
  static final int BYTES_MAX = 128;

  private static final int UNIX_PATH_MAX = 107;
  private static final int PORT = 2;
  private static final int INET_ADDRESS = 4;
  private static final int INET_BYTES = 16;
  private static final int INET6_ADDRESS = 8;
  private static final int INET6_SCOPE = 24;
  private static final int INET6_BYTES = 28;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  /** Tells the family of an IP address. */
  static int family(InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("address=" + address + " is not resolved");
    }
    return address.getAddress() instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  /** Writes an IP address and gives its length. */
  static int write(InetSocketAddress address, MemorySegment target) {
    int family = family(address);
    target.asSlice(0, INET6_BYTES).fill((byte) 0);
    target.set(JAVA_SHORT, 0, (short) family);
    target.set(NETWORK_SHORT, PORT, (short) address.getPort());
    byte[] bytes = address.getAddress().getAddress();
    long at = family == AF_INET ? INET_ADDRESS : INET6_ADDRESS;
    MemorySegment.copy(bytes, 0, target, JAVA_BYTE, at, bytes.length);
    if (address.getAddress() instanceof Inet6Address six) {
      target.set(JAVA_INT, INET6_SCOPE, six.getScopeId());
    }
    return family == AF_INET ? INET_BYTES : INET6_BYTES;
  }

  /** Reads an IP address. */
  static InetSocketAddress read(MemorySegment source) {
    int family = source.get(JAVA_SHORT, 0);
    int port = Short.toUnsignedInt(source.get(NETWORK_SHORT, PORT));
    try {
      if (family == AF_INET) {
        byte[] bytes = source.asSlice(INET_ADDRESS, 4).toArray(JAVA_BYTE);
        return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
      }
      if (family == AF_INET6) {
        byte[] bytes = source.asSlice(INET6_ADDRESS, 16).toArray(JAVA_BYTE);
        int scope = source.get(JAVA_INT, INET6_SCOPE);
        InetAddress address =
            scope == 0
                ? InetAddress.getByAddress(bytes)
                : Inet6Address.getByAddress(null, bytes, scope);
        return new InetSocketAddress(address, port);
      }
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
    throw new IllegalArgumentException("family=" + family + " is no IP address");
  }

  /** Writes a Unix address and gives its length. */
  static int write(Path path, MemorySegment target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.path(arena, path);
      if (name.byteSize() - 1 > UNIX_PATH_MAX) {
        throw new ErrnoException(
            "bind",
            Errno.ENAMETOOLONG.number(),
            path + ", length=" + (name.byteSize() - 1) + ", most=" + UNIX_PATH_MAX);
      }
      target.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, target, 2, name.byteSize());
      return (int) (2 + name.byteSize());
    }
  }
}
