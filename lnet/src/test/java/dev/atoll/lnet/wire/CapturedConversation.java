/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import dev.atoll.lnet.Network;
import dev.atoll.lnet.Nid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One TCP connection out of a capture file: what either end said, and when it ended.
 *
 * <p>Reads little-endian pcap files of Ethernet with IPv4 and IPv6. What was sent twice is there
 * once; what is missing in the capture is an error.
 */
@SuppressWarnings("ArrayRecordComponent") // The records are never compared.
public final class CapturedConversation {
  /** The captures that the tests have, without their suffix. */
  public static final List<String> CAPTURES =
      List.of(
          "01-ping",
          "02-discover",
          "03-selftest-brw",
          "04-ipv6-discover-ping",
          "05-kernel-pings-user",
          "06-user-pings-kernel-errors",
          "07-handshake-variants",
          "08-proto-versions",
          "10-race",
          "13-router");

  /** An end of a connection. */
  public enum Side {
    /** The end that connected. */
    ACTIVE,
    /** The end that accepted. */
    PASSIVE;

    /** The end at the other end. */
    public Side other() {
      return this == ACTIVE ? PASSIVE : ACTIVE;
    }
  }

  /** Something that an end did. */
  public sealed interface Event {
    /** Who did it. */
    Side side();

    /** When, counted from the first packet of the capture. */
    long micros();
  }

  /** An end sent bytes. */
  public record Said(Side side, long micros, byte[] bytes) implements Event {}

  /** An end closed the connection, or broke it off. */
  public record Ended(Side side, long micros, boolean isReset) implements Event {}

  private static final int LISTENING_PORT = 988;
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int ACK = 16;

  private final InetSocketAddress active;
  private final InetSocketAddress passive;
  private final boolean complete;
  private final List<Event> events = new ArrayList<>();

  /** The sequence numbers that come next, by side; absent until the first packet of a side. */
  private final Map<Side, Integer> expected = new HashMap<>();

  private CapturedConversation(
      InetSocketAddress active, InetSocketAddress passive, boolean complete) {
    this.active = active;
    this.passive = passive;
    this.complete = complete;
  }

  /** Reads all conversations of one of {@link #CAPTURES}, in the order of their begin. */
  public static List<CapturedConversation> of(String capture) {
    String name = "/vectors/" + capture + ".pcap";
    try (InputStream in = CapturedConversation.class.getResourceAsStream(name)) {
      return new Capture(Objects.requireNonNull(in, name).readAllBytes()).conversations();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end that connected. */
  public InetSocketAddress active() {
    return active;
  }

  /** The end that accepted. */
  public InetSocketAddress passive() {
    return passive;
  }

  /** Whether the begin of the connection is in the capture. */
  public boolean isComplete() {
    return complete;
  }

  /** What happened, in order. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /** All that one end sent. */
  public byte[] bytesOf(Side side) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Event event : events) {
      if (event instanceof Said said && said.side() == side) {
        all.writeBytes(said.bytes());
      }
    }
    return all.toByteArray();
  }

  @Override
  public String toString() {
    return text(active) + " -> " + text(passive);
  }

  private static String text(InetSocketAddress address) {
    String nid = Nid.of(Network.TCP, address.getAddress()).toString();
    return nid.substring(0, nid.indexOf('@')) + ":" + address.getPort();
  }

  private void add(Packet packet, long micros) {
    Side side = packet.from.equals(active) ? Side.ACTIVE : Side.PASSIVE;
    if ((packet.flags & SYN) != 0) {
      expected.put(side, packet.sequence + 1);
      return;
    }
    int next = expected.computeIfAbsent(side, _ -> packet.sequence);
    int again = next - packet.sequence;
    if (packet.payload.length > Math.max(again, 0)) {
      if (again < 0) {
        throw new IllegalStateException("capture misses " + -again + " bytes of " + this);
      }
      byte[] fresh = new byte[packet.payload.length - again];
      System.arraycopy(packet.payload, again, fresh, 0, fresh.length);
      events.add(new Said(side, micros, fresh));
      expected.put(side, next + fresh.length);
    }
    if ((packet.flags & (FIN | RST)) != 0) {
      events.add(new Ended(side, micros, (packet.flags & RST) != 0));
    }
  }

  /** One TCP packet. */
  private record Packet(
      InetSocketAddress from, InetSocketAddress to, int sequence, int flags, byte[] payload) {}

  /** Takes a file apart. */
  private static final class Capture {
    private static final int MAGIC = 0xa1b2_c3d4;
    private static final int ETHERNET = 1;
    private static final int IP4 = 0x0800;
    private static final int IP6 = 0x86dd;
    private static final int TCP = 6;

    private final MemorySegment file;

    Capture(byte[] bytes) {
      file = MemorySegment.ofArray(bytes);
      if (word(0) != MAGIC || word(20) != ETHERNET) {
        throw new IllegalStateException("not a pcap file of Ethernet");
      }
    }

    List<CapturedConversation> conversations() throws UnknownHostException {
      List<CapturedConversation> all = new ArrayList<>();
      Map<List<InetSocketAddress>, CapturedConversation> current = new HashMap<>();
      long start = micros(24);
      for (long at = 24; at < file.byteSize(); at += 16 + word(at + 8)) {
        Packet packet = packet(at + 16);
        boolean opens = (packet.flags & (SYN | ACK)) == SYN;
        List<InetSocketAddress> ends = ends(packet, opens);
        CapturedConversation conversation = current.get(ends);
        if (conversation == null || (opens && conversation.isStarted())) {
          conversation = new CapturedConversation(ends.getFirst(), ends.getLast(), opens);
          current.put(ends, conversation);
          all.add(conversation);
        }
        conversation.add(packet, micros(at) - start);
      }
      return all;
    }

    /** Gives who connected, then who accepted; where that is not seen, the port tells. */
    private static List<InetSocketAddress> ends(Packet packet, boolean opens) {
      boolean outward = opens || packet.to.getPort() == LISTENING_PORT;
      return outward ? List.of(packet.from, packet.to) : List.of(packet.to, packet.from);
    }

    private Packet packet(long ethernet) throws UnknownHostException {
      long ip = ethernet + 14;
      return switch (big16(ethernet + 12)) {
        case IP4 -> {
          check(octet(ip + 9) == TCP && (big16(ip + 6) & 0x3fff) == 0);
          long tcp = ip + 4L * (octet(ip) & 15);
          yield tcp(address(ip + 12, 4), address(ip + 16, 4), tcp, ip + big16(ip + 2));
        }
        case IP6 -> {
          check(octet(ip + 6) == TCP);
          long tcp = ip + 40;
          yield tcp(address(ip + 8, 16), address(ip + 24, 16), tcp, tcp + big16(ip + 4));
        }
        default -> throw new IllegalStateException("capture holds something else than IP");
      };
    }

    private Packet tcp(InetAddress from, InetAddress to, long tcp, long end) {
      long data = tcp + 4L * (octet(tcp + 12) >> 4);
      return new Packet(
          new InetSocketAddress(from, big16(tcp)),
          new InetSocketAddress(to, big16(tcp + 2)),
          Integer.reverseBytes(word(tcp + 4)),
          octet(tcp + 13),
          file.asSlice(data, end - data).toArray(ValueLayout.JAVA_BYTE));
    }

    private InetAddress address(long at, int bytes) throws UnknownHostException {
      return InetAddress.getByAddress(file.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE));
    }

    private static void check(boolean holds) {
      if (!holds) {
        throw new IllegalStateException("capture holds something else than whole TCP packets");
      }
    }

    private long micros(long at) {
      return Integer.toUnsignedLong(word(at)) * 1_000_000 + word(at + 4);
    }

    private int word(long at) {
      return file.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
    }

    private int big16(long at) {
      return octet(at) << 8 | octet(at + 1);
    }

    private int octet(long at) {
      return file.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }
  }

  private boolean isStarted() {
    return expected.size() == Side.values().length;
  }
}
