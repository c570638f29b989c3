/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.lnet.LnetException;
import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Interfaces by the words people use: the name that the system has, such as eth0, or an address.
 */
public final class LnetInterfaces {
  private LnetInterfaces() {}

  /**
   * Finds the NID that an interface gives a node.
   *
   * @param network such as tcp1
   * @param word the name of an interface, or an address
   * @return the NID; of an interface with several addresses that of the first IPv4 one, else of the
   *     first that is not link-local
   * @throws LnetException CONFIG if there is no such interface, or it has no address
   */
  public static Nid nid(Network network, String word) {
    return Nid.of(network, addressOf(word));
  }

  /** The word that always means the same: the address. */
  static String wordOf(Nid nid) {
    return nid.hasInetAddress() ? nid.inetAddress().getHostAddress() : nid.toString();
  }

  private static InetAddress addressOf(String word) {
    if (word.matches("[0-9.]+") || word.indexOf(':') >= 0) {
      // A NID's parser takes addresses and never asks a name server.
      Nid nid = Nid.parse(word + "@tcp");
      return nid.inetAddress();
    }
    NetworkInterface found;
    try {
      found = NetworkInterface.getByName(word);
    } catch (SocketException e) {
      throw new LnetException(
          LnetException.CONFIG, "the interfaces of this host can not be read: " + e, e);
    }
    if (found == null) {
      throw new LnetException(
          LnetException.CONFIG, "interface='" + word + "' is none of this host; see ip link", null);
    }
    List<InetAddress> addresses = Collections.list(found.getInetAddresses());
    return addresses.stream()
        .filter(each -> !each.isLinkLocalAddress())
        .min(Comparator.comparing(each -> !(each instanceof Inet4Address)))
        .orElseThrow(() ->
            new LnetException(
                LnetException.CONFIG,
                "interface='" + word + "' has no address; see ip addr",
                null));
  }
}
