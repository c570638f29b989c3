/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.peer.PeerFrame;
import dev.atoll.lnet.peer.PeerHello;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.PeerMessage;
import dev.atoll.lnet.peer.PeerRequest;
import dev.atoll.lnet.peer.SimplePeer;
import dev.atoll.testkit.Conditions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Plays a captured conversation with a node of ours in the place of one host. What the others said
 * is said again; what that host said, the node must say, byte for byte but for the {@link
 * ReplayMask}s, with the addresses of the test in place of the captured ones.
 *
 * <p>What a host did of its own accord is asked of the node just before it is expected.
 */
final class Replay {
  private static final int REORDER_MOST = 12;
  private static final int ROUNDS_MOST = 200;
  private static final Duration ROUND = Duration.ofMillis(100);

  private final List<CapturedStep> steps;
  private final InetAddress host;
  private final InteropNode node;
  private final Function<InetAddress, SimplePeer> peers;
  private final ReplayWords words;
  private final Map<Integer, CapturedStep.Opened> opened = new HashMap<>();
  private final Map<Integer, PeerLink> links = new HashMap<>();
  private final Set<Integer> skipped = new HashSet<>();
  private final Set<Integer> ended = new HashSet<>();
  private final Set<CapturedStep> done = new HashSet<>();
  private final Set<CapturedStep> asked = new HashSet<>();
  private final Set<Integer> pingedAt = new HashSet<>();
  private final Map<InteropBuffer, byte[]> awaited = new LinkedHashMap<>();
  private Optional<InteropAnswer> ping = Optional.empty();
  private boolean usesCapturedPorts;
  private boolean leavesOutEnds;
  private final EnumSet<ReplayMask> used = EnumSet.noneOf(ReplayMask.class);

  /**
   * Prepares a replay.
   *
   * @param steps of the capture
   * @param host whose place the node takes
   * @param node the node
   * @param peers who plays each other host
   */
  Replay(
      List<CapturedStep> steps,
      InetAddress host,
      InteropNode node,
      Function<InetAddress, SimplePeer> peers) {
    this.steps = steps;
    this.host = host;
    this.node = node;
    this.peers = peers;
    this.words =
        new ReplayWords(address -> {
          if (address.equals(host)) {
            return node.address();
          }
          SimplePeer peer = peers.apply(address);
          return peer == null ? address : peer.nid().address();
        });
    for (CapturedStep step : steps) {
      if (step instanceof CapturedStep.Opened each) {
        opened.put(each.connection(), each);
      }
    }
  }

  /** Leaves connections out. */
  Replay skipping(Integer... connections) {
    skipped.addAll(Arrays.asList(connections));
    return this;
  }

  /** Connects from the ports of the capture, which only Lustre's mode cares for. */
  Replay fromCapturedPorts() {
    usesCapturedPorts = true;
    return this;
  }

  /** Has the node ping where the captured host tried to connect and was refused. */
  Replay pingingAt(int connection) {
    pingedAt.add(connection);
    return this;
  }

  /** Ends of connections that the captured host made when it left. */
  Replay withoutEndsOfTheNode() {
    leavesOutEnds = true;
    return this;
  }

  /**
   * Gives the node the memory that its host had: for each PUT and GET that it got from others.
   * After the replay it must hold what came.
   */
  void postMemory() {
    for (CapturedStep step : steps) {
      if (step instanceof CapturedStep.Said said
          && !isNodes(said.connection(), said.byActive())
          && isOperation(said)) {
        post(said);
      }
    }
  }

  private void post(CapturedStep.Said said) {
    PeerMessage message = ReplayWords.message(said.bytes(), said.version()).orElseThrow();
    if (message.type() == PeerMessage.GET) {
      byte[] content = replyTo(message);
      node.attach(
          message.portal(), message.matchBits(), content, MemoryOptions.forGets().withThreshold(1));
    } else {
      byte[] content = ReplayWords.payload(said.bytes(), said.version());
      InteropBuffer buffer =
          node.attach(
              message.portal(),
              message.matchBits(),
              new byte[content.length],
              MemoryOptions.forPuts().withThreshold(1));
      awaited.put(buffer, content);
    }
  }

  /** The payload of the captured REPLY to a GET. */
  private byte[] replyTo(PeerMessage get) {
    return steps.stream()
        .filter(CapturedStep.Said.class::isInstance)
        .map(CapturedStep.Said.class::cast)
        .filter(said ->
            ReplayWords.message(said.bytes(), said.version())
                .filter(message -> message.type() == PeerMessage.REPLY)
                .filter(message -> message.handleHigh() == get.handleHigh())
                .filter(message -> message.handleLow() == get.handleLow())
                .isPresent())
        .map(said -> ReplayWords.payload(said.bytes(), said.version()))
        .findFirst()
        .orElseThrow();
  }

  /** Uses a connection that stood before the capture began. */
  Replay with(int connection, PeerLink link) {
    links.put(connection, link);
    return this;
  }

  /** Plays it, and tells what was masked. */
  Set<ReplayMask> run() {
    for (int index = 0; index < steps.size(); index++) {
      CapturedStep step = steps.get(index);
      if (!skipped.contains(step.connection()) && done.add(step)) {
        try {
          play(index, step);
        } catch (AssertionError failed) {
          throw new AssertionError("step " + index + ": " + step, failed);
        }
      }
    }
    awaited.forEach((buffer, content) -> {
      Conditions.await("memory that was written", PeerLink.DEADLINE, () -> buffer.isUnlinked());
      assertThat(buffer.bytes()).isEqualTo(content);
    });
    return used;
  }

  private void play(int index, CapturedStep step) {
    switch (step) {
      case CapturedStep.Opened open -> open(open);
      case CapturedStep.Said said -> {
        if (isNodes(said.connection(), said.byActive())) {
          expect(index, said);
        } else {
          say(said);
        }
      }
      case CapturedStep.Ended end -> end(end);
    }
  }

  private boolean isNodes(int connection, boolean byActive) {
    CapturedStep.Opened open = opened.get(connection);
    return (byActive ? open.active() : open.passive()).getAddress().equals(host);
  }

  private SimplePeer peerOf(int connection) {
    CapturedStep.Opened open = opened.get(connection);
    return peers.apply(
        open.active().getAddress().equals(host)
            ? open.passive().getAddress()
            : open.active().getAddress());
  }

  private void open(CapturedStep.Opened open) {
    if (links.containsKey(open.connection())) {
      return;
    }
    SimplePeer peer = peerOf(open.connection());
    if (!open.active().getAddress().equals(host)) {
      int port = usesCapturedPorts ? open.active().getPort() : SimplePeer.ANY_PORT;
      links.put(open.connection(), peer.dial(node.nid(), port));
    } else if (pingedAt.contains(open.connection())) {
      node.beginPing(peer.nid());
      skipped.add(open.connection());
    } else if (saysNothing(open.connection())) {
      // An attempt that was refused; when a node makes one more is its own affair.
      skipped.add(open.connection());
    }
  }

  private boolean saysNothing(int connection) {
    return steps.stream()
        .noneMatch(step -> step instanceof CapturedStep.Said && step.connection() == connection);
  }

  private void say(CapturedStep.Said said) {
    PeerLink link = links.get(said.connection());
    if (ended.contains(said.connection())) {
      return;
    }
    words.toNode(said).ifPresentOrElse(link::writeAtBest, () -> used.add(ReplayMask.COOKIE));
  }

  private void end(CapturedStep.Ended end) {
    PeerLink link = links.get(end.connection());
    if (isNodes(end.connection(), end.byActive())) {
      if (leavesOutEnds) {
        return;
      }
      assertThat(link.ending()).as(end.toString()).isNotEqualTo(Ending.OPEN);
      ended.add(end.connection());
    } else if (!ended.contains(end.connection())) {
      if (end.isReset()) {
        link.reset();
        ended.add(end.connection());
      } else {
        link.shutdownOutput();
      }
    }
  }

  private void expect(int index, CapturedStep.Said said) {
    CapturedStep.Said wanted = said;
    ask(index, said);
    PeerLink link = links.computeIfAbsent(said.connection(), this::accept);
    while (true) {
      byte[] actual = read(link, wanted);
      Optional<CapturedStep.Said> same = sameKind(index, wanted, actual);
      if (same.isEmpty()) {
        assertThat(actual).as(wanted.toString()).isEqualTo(wanted.bytes());
        return;
      }
      byte[] expected = words.fromNode(same.get(), actual, used);
      assertThat(actual).as(same.get().toString()).isEqualTo(expected);
      if (same.get().equals(wanted)) {
        return;
      }
      used.add(ReplayMask.ORDER);
      done.add(same.get());
    }
  }

  /** A node that has just failed to connect tries again when it is asked again. */
  private PeerLink accept(int connection) {
    SimplePeer peer = peerOf(connection);
    for (int round = 0; round < ROUNDS_MOST; round++) {
      Optional<PeerLink> link = peer.acceptWithin(ROUND);
      if (link.isPresent()) {
        return link.get();
      }
      if (ping.isPresent() && ping.get().hasFailed()) {
        ping = Optional.of(node.beginPing(peer.nid()));
      }
    }
    throw new AssertionError("nobody connected to " + peer.nid());
  }

  /** The frame that the node has said, if the captured host said one like it about now. */
  private Optional<CapturedStep.Said> sameKind(int index, CapturedStep.Said wanted, byte[] actual) {
    if (wanted.kind() != CapturedStep.Kind.FRAME || isAlike(wanted, actual)) {
      return Optional.of(wanted);
    }
    return steps.stream()
        .skip(index + 1L)
        .limit(REORDER_MOST)
        .filter(CapturedStep.Said.class::isInstance)
        .map(CapturedStep.Said.class::cast)
        .filter(step -> step.connection() == wanted.connection() && !done.contains(step))
        .filter(step -> isNodes(step.connection(), step.byActive()) && isAlike(step, actual))
        .findFirst();
  }

  private static boolean isAlike(CapturedStep.Said said, byte[] actual) {
    Optional<PeerMessage> one = ReplayWords.message(said.bytes(), said.version());
    Optional<PeerMessage> other = ReplayWords.message(actual, said.version());
    return one.map(PeerMessage::type).equals(other.map(PeerMessage::type));
  }

  private static byte[] read(PeerLink link, CapturedStep.Said said) {
    return switch (said.kind()) {
      case REQUEST -> {
        byte[] start = link.read(PeerRequest.sizeOf(1));
        int whole = PeerRequest.sizeOf(PeerRequest.versionOf(start));
        yield SimplePeer.join(start, link.read(whole - start.length));
      }
      case HELLO -> {
        byte[] start = link.read(8);
        int whole = PeerHello.sizeOf(PeerHello.versionOf(start));
        yield SimplePeer.join(start, link.read(whole - start.length));
      }
      case FRAME -> readFrame(link, said.version());
      case OTHER -> link.read(said.bytes().length);
    };
  }

  private static byte[] readFrame(PeerLink link, int version) {
    byte[] head = version == 1 ? new byte[0] : link.read(PeerFrame.SIZE);
    if (head.length > 0 && (head[0] & 0xff) == PeerFrame.NOOP) {
      return head;
    }
    byte[] header = link.read(PeerMessage.sizeOf(version));
    return SimplePeer.join(
        head, header, link.read(PeerMessage.decode(header, version).payloadLength()));
  }

  /** Asks the node for what the captured host did of its own accord. */
  private void ask(int index, CapturedStep.Said said) {
    if (said.kind() == CapturedStep.Kind.REQUEST && said.byActive()) {
      Optional<CapturedStep.Said> first = firstOperation(index, said.connection());
      if (first.isEmpty()) {
        ping = Optional.of(node.beginPing(peerOf(said.connection()).nid()));
      } else if (asked.add(first.get())) {
        operate(first.get());
      }
    } else if (isOperation(said) && asked.add(said)) {
      operate(said);
    }
  }

  /** What a host connected for: the first PUT or GET to the same neighbour before it gives up. */
  private Optional<CapturedStep.Said> firstOperation(int index, int connection) {
    SimplePeer peer = peerOf(connection);
    for (CapturedStep step : steps.subList(index + 1, steps.size())) {
      if (step instanceof CapturedStep.Ended && step.connection() == connection) {
        return Optional.empty();
      }
      if (step instanceof CapturedStep.Said said
          && isNodes(said.connection(), said.byActive())
          && peerOf(said.connection()) == peer
          && isOperation(said)) {
        return Optional.of(said);
      }
    }
    return Optional.empty();
  }

  private static boolean isOperation(CapturedStep.Said said) {
    return said.kind() == CapturedStep.Kind.FRAME
        && ReplayWords.message(said.bytes(), said.version())
            .map(message -> message.type() == PeerMessage.PUT || message.type() == PeerMessage.GET)
            .orElse(false);
  }

  private void operate(CapturedStep.Said said) {
    PeerMessage message = ReplayWords.message(said.bytes(), said.version()).orElseThrow();
    var target = words.translate(message.target());
    boolean isReserved = message.portal() == 0 && message.matchBits() == PeerMessage.PING_BITS;
    if (isReserved) {
      if (message.type() == PeerMessage.GET && message.length() == InteropNode.PING_LENGTH) {
        ping = Optional.of(node.beginPing(target));
      } else if (message.type() == PeerMessage.GET) {
        node.beginDiscover(target);
      }
    } else if (message.type() == PeerMessage.GET) {
      InteropBuffer buffer =
          node.get(target, message.portal(), message.matchBits(), message.length());
      awaited.put(buffer, replyTo(message));
    } else {
      byte[] payload = ReplayWords.payload(said.bytes(), said.version());
      boolean isAcked = message.handleLow() != -1;
      node.put(target, message.portal(), message.matchBits(), payload, isAcked);
    }
  }
}
