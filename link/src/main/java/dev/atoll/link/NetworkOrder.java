/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import java.util.List;

/**
 * What the owner of a device and root may ask of its network.
 *
 * <p>Words travel as they were typed; the network reads them, and refuses what it can not read.
 * Times are in nanoseconds, and zero means the network's own.
 */
public sealed interface NetworkOrder {
  /** The most words of a list. */
  int WORDS_MAX = 16;

  /** Bytes of the longest word: a NID, a network, the name of an interface or a value. */
  int WORD_BYTES_MAX = 64;

  /** Bytes of the longest payload of a message. */
  int PAYLOAD_BYTES_MAX = 1 << 20;

  /** Bytes of the most memory that one served entry has. */
  long SERVED_BYTES_MAX = 1L << 30;

  /** What a report shows. */
  enum View {
    /** Interfaces, with statistics. */
    NETS(0),
    /** Peers, with statistics. */
    PEERS(1),
    /** Routes. */
    ROUTES(2),
    /** Connections. */
    CONNECTIONS(3),
    /** Values of the whole node. */
    GLOBAL(4),
    /** Counters of the whole node, and of what was dropped and why. */
    STATISTICS(5);

    private final int number;

    View(int number) {
      this.number = number;
    }

    /**
     * Gives the number it travels as.
     *
     * @return the number
     */
    int number() {
      return number;
    }
  }

  /**
   * Asks for a report.
   *
   * @param view of what
   */
  record Show(View view) implements NetworkOrder {}

  /**
   * Asks another node who it is.
   *
   * @param nid one of its names
   * @param timeoutNanos how long to wait
   */
  record Ping(String nid, long timeoutNanos) implements NetworkOrder {}

  /**
   * Learns all names of another node, and tells it this node's.
   *
   * @param nid one of its names
   * @param timeoutNanos how long to wait
   */
  record Discover(String nid, long timeoutNanos) implements NetworkOrder {}

  /**
   * Adds an interface to a network.
   *
   * @param network such as {@code tcp1}
   * @param interfaces names or addresses
   */
  record NetAdd(String network, List<String> interfaces) implements NetworkOrder {
    /** Copies the list. */
    public NetAdd {
      interfaces = List.copyOf(interfaces);
    }
  }

  /**
   * Takes interfaces out of a network.
   *
   * @param network such as {@code tcp1}
   * @param interfaces names or addresses; none means all
   */
  record NetDelete(String network, List<String> interfaces) implements NetworkOrder {
    /** Copies the list. */
    public NetDelete {
      interfaces = List.copyOf(interfaces);
    }
  }

  /**
   * Makes a peer known.
   *
   * @param primary its first name
   * @param nids its other names
   * @param isMultiRail whether all of its names may be used
   */
  record PeerAdd(String primary, List<String> nids, boolean isMultiRail) implements NetworkOrder {
    /** Copies the list. */
    public PeerAdd {
      nids = List.copyOf(nids);
    }
  }

  /**
   * Forgets a peer, or some names of it.
   *
   * @param primary its first name
   * @param nids the names; none means the peer
   */
  record PeerDelete(String primary, List<String> nids) implements NetworkOrder {
    /** Copies the list. */
    public PeerDelete {
      nids = List.copyOf(nids);
    }
  }

  /**
   * Adds a way to another network.
   *
   * @param network which
   * @param gateway who forwards
   * @param hops how many routers there are on it; -1 for unknown
   * @param priority ways with lower numbers are taken first
   */
  record RouteAdd(String network, String gateway, int hops, int priority) implements NetworkOrder {}

  /**
   * Takes a way to another network away.
   *
   * @param network which
   * @param gateway who forwards
   */
  record RouteDelete(String network, String gateway) implements NetworkOrder {}

  /**
   * Sends bytes to a portal of another node; they go with the order.
   *
   * @param target where to
   * @param wantsAck whether to wait until the other node says how much it kept
   * @param headerData a word for the other side
   * @param timeoutNanos how long to wait
   */
  record Put(Target target, boolean wantsAck, long headerData, long timeoutNanos)
      implements NetworkOrder {}

  /**
   * Fetches bytes from a portal of another node.
   *
   * @param target where from
   * @param timeoutNanos how long to wait
   */
  record Get(Target target, long timeoutNanos) implements NetworkOrder {}

  /**
   * Memory behind a portal of another node.
   *
   * @param nid one of its names
   * @param portal which
   * @param matchBits what its entries are compared with
   * @param offset where in the memory, if the other side leaves that to us
   * @param lengthBytes how much
   */
  record Target(String nid, int portal, long matchBits, long offset, int lengthBytes) {}

  /**
   * Puts memory behind a portal of this node. What it begins with may go with the order; it stays
   * until it is closed or the session ends.
   *
   * @param portal which
   * @param match what messages must say
   * @param sizeBytes of the memory
   * @param allows what may be done with it
   */
  record Serve(int portal, Match match, long sizeBytes, Allows allows) implements NetworkOrder {}

  /**
   * Which messages are meant.
   *
   * @param nid whose; {@code *} means everybody's
   * @param bits what their match bits must be
   * @param ignoredBits where they may differ
   */
  record Match(String nid, long bits, long ignoredBits) {}

  /**
   * What may be done with memory behind a portal.
   *
   * @param put whether messages may change it
   * @param get whether it may be fetched
   * @param isOffsetManaged whether this node says where each message goes, one after the other
   * @param isTruncating whether what is too long is cut and not refused
   */
  record Allows(boolean put, boolean get, boolean isOffsetManaged, boolean isTruncating) {}

  /**
   * Waits for events of served memory.
   *
   * @param number which, as {@link Serve} was answered
   * @param timeoutNanos how long to wait for the first
   */
  record Events(long number, long timeoutNanos) implements NetworkOrder {}

  /**
   * Reads served memory.
   *
   * @param number which
   * @param offset where
   * @param lengthBytes how much
   */
  record Peek(long number, long offset, int lengthBytes) implements NetworkOrder {}

  /**
   * Takes served memory away.
   *
   * @param number which
   */
  record Withdraw(long number) implements NetworkOrder {}
}
