/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.DropReason;
import dev.atoll.lnet.LnetStatistics;
import dev.atoll.lnet.peer.ConnType;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.lnet.peer.PeerLink.Ending;
import dev.atoll.lnet.peer.SimplePeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A node, a peer that means it no good, and a bystander that must be served all the while. */
abstract class HostileFixture extends InteropFixture {
  InteropNode node;
  SimplePeer attacker;
  private SimplePeer bystander;
  private PeerLink witness;
  private long descriptorsBefore;

  /** Begins with a node whose bystander is connected. */
  void begin(InteropNode.Plan plan) {
    node = start(plan);
    attacker = peer(node);
    bystander = peer(node);
    witness = bystander.connect(node.nid(), ConnType.CONTROL);
    assertBystanderIsServed();
    descriptorsBefore = descriptors();
  }

  void assertBystanderIsServed() {
    assertThat(pingOn(witness, bystander, node)).contains(node.nid());
  }

  SimplePeer bystander() {
    return bystander;
  }

  PeerLink witness() {
    return witness;
  }

  static void assertEnded(PeerLink link) {
    assertThat(link.ending()).isNotEqualTo(Ending.OPEN);
    link.close();
  }

  long dropped(DropReason reason) {
    return node.ask(engine -> engine.counters().droppedMessages(reason));
  }

  /** Nothing of the attacker is left: no connection, no descriptor, no message under way. */
  void assertNothingIsLeft() {
    eventually("no connection", () -> node.connectionLetters(attacker.nid()).isEmpty());
    eventually(
        "as many descriptors as before: " + descriptorsBefore,
        () -> descriptors() <= descriptorsBefore);
    eventually(
        "no message is under way",
        () -> node.ask(engine -> engine.statistics()).messagesUnderWay() == 0);
    LnetStatistics statistics = node.ask(engine -> engine.statistics());
    assertThat(statistics.answersAwaited()).isZero();
    assertBystanderIsServed();
  }

  private static long descriptors() {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
