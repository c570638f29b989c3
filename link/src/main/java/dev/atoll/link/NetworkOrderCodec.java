/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.link.NetworkOrder.Allows;
import dev.atoll.link.NetworkOrder.Discover;
import dev.atoll.link.NetworkOrder.Events;
import dev.atoll.link.NetworkOrder.Get;
import dev.atoll.link.NetworkOrder.Match;
import dev.atoll.link.NetworkOrder.NetAdd;
import dev.atoll.link.NetworkOrder.NetDelete;
import dev.atoll.link.NetworkOrder.Peek;
import dev.atoll.link.NetworkOrder.PeerAdd;
import dev.atoll.link.NetworkOrder.PeerDelete;
import dev.atoll.link.NetworkOrder.Ping;
import dev.atoll.link.NetworkOrder.Put;
import dev.atoll.link.NetworkOrder.RouteAdd;
import dev.atoll.link.NetworkOrder.RouteDelete;
import dev.atoll.link.NetworkOrder.Serve;
import dev.atoll.link.NetworkOrder.Show;
import dev.atoll.link.NetworkOrder.Target;
import dev.atoll.link.NetworkOrder.View;
import dev.atoll.link.NetworkOrder.Withdraw;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of the NETWORK request: a word that says which order, then words of 8 bytes. A text is
 * its length in bytes, then the bytes, padded to words; a list is a count, then texts.
 *
 * <pre>
 *    1 SHOW         view
 *    2 PING         nid, timeout
 *    3 DISCOVER     nid, timeout
 *    4 NET_ADD      network, list of interfaces
 *    5 NET_DELETE   network, list of interfaces
 *    6 PEER_ADD     primary, list of nids, multi-rail (0|1)
 *    7 PEER_DELETE  primary, list of nids
 *    8 ROUTE_ADD    network, gateway, hops : i32, priority : i32
 *    9 ROUTE_DELETE network, gateway
 *   10 PUT          target, wants ack (0|1), header data, timeout
 *   11 GET          target, timeout
 *   12 SERVE        portal, nid, bits, ignored bits, size, put, get, managed, truncating (0|1 each)
 *   13 EVENTS       number, timeout
 *   14 PEEK         number, offset, length
 *   15 WITHDRAW     number
 *   target          nid, portal, match bits, offset, length
 * </pre>
 */
final class NetworkOrderCodec {
  private static final int SHOW = 1;
  private static final int PING = 2;
  private static final int DISCOVER = 3;
  private static final int NET_ADD = 4;
  private static final int NET_DELETE = 5;
  private static final int PEER_ADD = 6;
  private static final int PEER_DELETE = 7;
  private static final int ROUTE_ADD = 8;
  private static final int ROUTE_DELETE = 9;
  private static final int PUT = 10;
  private static final int GET = 11;
  private static final int SERVE = 12;
  private static final int EVENTS = 13;
  private static final int PEEK = 14;
  private static final int WITHDRAW = 15;

  /** Bytes of a list's longest form, so that two of them and their word fit a block. */
  private static final int LIST_BYTES_MAX = 880;

  private NetworkOrderCodec() {}

  static void encode(BlockWriter block, NetworkOrder order) {
    switch (order) {
      case Show show -> block.word(SHOW).word(show.view().number());
      case Ping ping -> word(block.word(PING), ping.nid()).word(ping.timeoutNanos());
      case Discover discover ->
          word(block.word(DISCOVER), discover.nid()).word(discover.timeoutNanos());
      case NetAdd add -> list(word(block.word(NET_ADD), add.network()), add.interfaces());
      case NetDelete delete ->
          list(word(block.word(NET_DELETE), delete.network()), delete.interfaces());
      case PeerAdd add ->
          list(word(block.word(PEER_ADD), add.primary()), add.nids())
              .word(add.isMultiRail() ? 1 : 0);
      case PeerDelete delete ->
          list(word(block.word(PEER_DELETE), delete.primary()), delete.nids());
      case RouteAdd add ->
          word(word(block.word(ROUTE_ADD), add.network()), add.gateway())
              .pair(add.hops(), add.priority());
      case RouteDelete delete ->
          word(word(block.word(ROUTE_DELETE), delete.network()), delete.gateway());
      case Put put ->
          target(block.word(PUT), put.target())
              .word(put.wantsAck() ? 1 : 0)
              .word(put.headerData())
              .word(put.timeoutNanos());
      case Get get -> target(block.word(GET), get.target()).word(get.timeoutNanos());
      case Serve serve -> encode(block.word(SERVE), serve);
      case Events events -> block.word(EVENTS).word(events.number()).word(events.timeoutNanos());
      case Peek peek ->
          block.word(PEEK).word(peek.number()).word(peek.offset()).word(peek.lengthBytes());
      case Withdraw withdraw -> block.word(WITHDRAW).word(withdraw.number());
    }
  }

  private static void encode(BlockWriter block, Serve serve) {
    word(block.word(Integer.toUnsignedLong(serve.portal())), serve.match().nid())
        .word(serve.match().bits())
        .word(serve.match().ignoredBits())
        .word(serve.sizeBytes())
        .word(serve.allows().put() ? 1 : 0)
        .word(serve.allows().get() ? 1 : 0)
        .word(serve.allows().isOffsetManaged() ? 1 : 0)
        .word(serve.allows().isTruncating() ? 1 : 0);
  }

  private static BlockWriter target(BlockWriter block, Target target) {
    return word(block, target.nid())
        .word(Integer.toUnsignedLong(target.portal()))
        .word(target.matchBits())
        .word(target.offset())
        .word(target.lengthBytes());
  }

  private static BlockWriter word(BlockWriter block, String word) {
    return block.text(checked(word), NetworkOrder.WORD_BYTES_MAX);
  }

  /** A word that is cut would mean something else. */
  private static String checked(String word) {
    int bytes = bytesOf(word);
    if (bytes > NetworkOrder.WORD_BYTES_MAX) {
      throw new IllegalArgumentException(
          "'" + word + "' has more than " + NetworkOrder.WORD_BYTES_MAX + " bytes");
    }
    return word;
  }

  private static int bytesOf(String word) {
    return word.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  private static BlockWriter list(BlockWriter block, List<String> words) {
    int bytes = words.stream().mapToInt(word -> 2 * Long.BYTES + bytesOf(word)).sum();
    if (words.size() > NetworkOrder.WORDS_MAX || bytes > LIST_BYTES_MAX) {
      throw new IllegalArgumentException(
          words.size() + " words of " + bytes + " bytes are too many for one order: " + words);
    }
    block.word(words.size());
    words.forEach(word -> word(block, word));
    return block;
  }

  static NetworkOrder decode(BlockReader block) {
    int order = block.half();
    return switch (order) {
      case SHOW -> new Show(view(block));
      case PING -> new Ping(word(block), time(block));
      case DISCOVER -> new Discover(word(block), time(block));
      case NET_ADD -> new NetAdd(word(block), list(block));
      case NET_DELETE -> new NetDelete(word(block), list(block));
      case PEER_ADD -> new PeerAdd(word(block), list(block), block.flag());
      case PEER_DELETE -> new PeerDelete(word(block), list(block));
      case ROUTE_ADD -> routeAdd(block);
      case ROUTE_DELETE -> new RouteDelete(word(block), word(block));
      case PUT -> new Put(target(block), block.flag(), block.word(), time(block));
      case GET -> new Get(target(block), time(block));
      case SERVE -> serve(block);
      case EVENTS -> new Events(block.word(), time(block));
      case PEEK -> new Peek(block.word(), block.word(), length(block));
      case WITHDRAW -> new Withdraw(block.word());
      default -> throw block.malformed("has an unknown order " + order);
    };
  }

  private static View view(BlockReader block) {
    int number = block.half();
    for (View view : View.values()) {
      if (view.number() == number) {
        return view;
      }
    }
    throw block.malformed("asks for an unknown view " + number);
  }

  private static RouteAdd routeAdd(BlockReader block) {
    String network = word(block);
    String gateway = word(block);
    long pair = block.word();
    return new RouteAdd(network, gateway, (int) pair, (int) (pair >>> 32));
  }

  private static Serve serve(BlockReader block) {
    int portal = block.half();
    Match match = new Match(word(block), block.word(), block.word());
    long size = block.word();
    if (size < 0 || size > NetworkOrder.SERVED_BYTES_MAX) {
      throw block.malformed("wants " + size + " bytes behind a portal");
    }
    Allows allows = new Allows(block.flag(), block.flag(), block.flag(), block.flag());
    return new Serve(portal, match, size, allows);
  }

  private static Target target(BlockReader block) {
    return new Target(word(block), block.half(), block.word(), block.word(), length(block));
  }

  private static int length(BlockReader block) {
    return block.count(NetworkOrder.PAYLOAD_BYTES_MAX);
  }

  private static long time(BlockReader block) {
    long nanos = block.word();
    if (nanos < 0) {
      throw block.malformed("has a negative time " + nanos);
    }
    return nanos;
  }

  private static String word(BlockReader block) {
    return block.text(NetworkOrder.WORD_BYTES_MAX);
  }

  private static List<String> list(BlockReader block) {
    int count = block.count(NetworkOrder.WORDS_MAX);
    List<String> words = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      words.add(word(block));
    }
    return words;
  }
}
