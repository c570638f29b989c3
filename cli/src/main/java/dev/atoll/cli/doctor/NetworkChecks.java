/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.lnet.IdentityMode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether this host can be a node of LNet: ports, privilege, the kernel's own LNet, firewall. */
final class NetworkChecks {
  /** capabilities(7). */
  private static final int CAP_NET_BIND_SERVICE = 10;

  /** The lowest port that nodes of Lustre connect from. */
  private static final int RESERVED_PORT_FIRST = 512;

  private static final String LISTENING = "0A";
  private static final int LOCAL_COLUMN = 1;
  private static final int STATE_COLUMN = 3;
  private static final int PRIVILEGED_PORTS = 1024;

  private final Host host;

  NetworkChecks(Host host) {
    this.host = host;
  }

  List<Finding> findings() {
    return List.of(
        port(IdentityMode.PLAIN), port(IdentityMode.LUSTRE), privilege(), kernel(), firewall());
  }

  /** A port that somebody has at every address can be had at none. */
  private Finding port(IdentityMode mode) {
    int port = mode.defaultPort();
    String name = "lnet-port-" + mode.name().toLowerCase(Locale.ROOT);
    List<String> places = new ArrayList<>();
    boolean isEverywhere = false;
    for (String table : List.of("proc/net/tcp", "proc/net/tcp6")) {
      for (String local : listenersAt(table, port)) {
        boolean isAny = local.chars().allMatch(digit -> digit == '0');
        isEverywhere |= isAny;
        places.add(isAny ? "every address" : addressOf(local));
      }
    }
    if (places.isEmpty()) {
      return Finding.ok(name, "TCP " + port + " is free");
    }
    return Finding.warnUnless(
        !isEverywhere,
        name,
        "TCP " + port + " is held at " + String.join(", ", places),
        "a node needs it at its own address; see who with ss -ltnp 'sport = :"
            + port
            + "' and bind that program to one address"
            + (mode == IdentityMode.PLAIN ? ", or give the whole network another port" : ""));
  }

  private List<String> listenersAt(String table, int port) {
    String end = ":" + String.format(Locale.ROOT, "%04X", port);
    List<String> found = new ArrayList<>();
    for (String line : host.lines(table)) {
      String[] columns = line.trim().split("\\s+", -1);
      if (columns.length > STATE_COLUMN
          && columns[STATE_COLUMN].equals(LISTENING)
          && columns[LOCAL_COLUMN].endsWith(end)) {
        found.add(
            columns[LOCAL_COLUMN].substring(0, columns[LOCAL_COLUMN].length() - end.length()));
      }
    }
    return found;
  }

  /**
   * proc(5) shows IPv4 addresses as a word of this machine; of IPv6 ones it is enough to say so.
   */
  private static String addressOf(String hex) {
    if (hex.length() != Integer.BYTES * 2) {
      return "an IPv6 address";
    }
    int word = Integer.reverseBytes(Integer.parseUnsignedInt(hex, 16));
    return (word >>> 24)
        + "."
        + (word >>> 16 & 0xff)
        + "."
        + (word >>> 8 & 0xff)
        + "."
        + (word & 0xff);
  }

  private Finding privilege() {
    long first = host.number("proc/sys/net/ipv4/ip_unprivileged_port_start");
    boolean isAllowed = first >= 0 && first <= RESERVED_PORT_FIRST;
    boolean isCapable = hasCapability();
    String value =
        "CAP_NET_BIND_SERVICE "
            + (isCapable ? "yes" : "no")
            + ", unprivileged ports from "
            + (first < 0 ? "unknown" : Long.toString(first));
    return Finding.warnUnless(
        isCapable || isAllowed,
        "lnet-privilege",
        value,
        "plain mode works; lustre mode needs ports below "
            + PRIVILEGED_PORTS
            + ": AmbientCapabilities=CAP_NET_BIND_SERVICE in its unit, setpriv --ambient-caps"
            + " +net_bind_service, or in a network namespace of its own sysctl"
            + " net.ipv4.ip_unprivileged_port_start="
            + RESERVED_PORT_FIRST);
  }

  private boolean hasCapability() {
    for (String line : host.lines("proc/self/status")) {
      if (line.startsWith("CapEff:")) {
        long set = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
        return (set >>> CAP_NET_BIND_SERVICE & 1) == 1;
      }
    }
    return false;
  }

  private Finding kernel() {
    List<String> signs = new ArrayList<>();
    for (String each :
        List.of(
            "sys/module/lnet", "sys/module/ksocklnd", "proc/sys/lnet", "sys/kernel/debug/lnet")) {
      if (Files.exists(host.root().resolve(each))) {
        signs.add("/" + each);
      }
    }
    return Finding.warnUnless(
        signs.isEmpty(),
        "lnet-kernel",
        signs.isEmpty() ? "Lustre's own LNet is not loaded" : "loaded: " + String.join(" ", signs),
        "the kernel has TCP 988 at the addresses of its interfaces (lctl list_nids): give an Atoll"
            + " node in lustre mode an address of its own, such as ip addr add 10.0.0.5/24 dev eth0");
  }

  private Finding firewall() {
    List<String> seen = new ArrayList<>();
    for (String module : List.of("nf_tables", "ip_tables")) {
      if (Files.exists(host.root().resolve("sys/module").resolve(module))) {
        seen.add(module);
      }
    }
    boolean hasTables = !host.lines("proc/net/ip_tables_names").isEmpty();
    String ports =
        "TCP "
            + IdentityMode.PLAIN.defaultPort()
            + " (plain) or "
            + IdentityMode.LUSTRE.defaultPort()
            + " (lustre)";
    if (seen.isEmpty() && !hasTables) {
      return Finding.ok("lnet-firewall", "no packet filter is loaded");
    }
    return Finding.warnUnless(
        !hasTables,
        "lnet-firewall",
        String.join(" ", seen)
            + " loaded"
            + (hasTables ? ", with tables" : "")
            + "; nodes of other hosts need "
            + ports,
        "see iptables -S INPUT or nft list ruleset, and let "
            + ports
            + " in from the hosts of the network; connections go both ways");
  }
}
