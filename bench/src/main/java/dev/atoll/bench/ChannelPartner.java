/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.atoll.Node;
import dev.atoll.channel.ChannelOptions;
import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.Channels;
import dev.atoll.channel.IdlePolicy;
import dev.atoll.channel.SendOutcome;
import dev.atoll.memory.FrameHandler;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** The process at the other end of {@link ChannelGroup}: sends back, or only counts. */
final class ChannelPartner {
  private static final int SINGLE = 0;
  private static final int MANY = 1;
  private static final int MANY_SENDERS = 8;

  private final Duet duet;
  private final ChannelReceiver[] receivers = new ChannelReceiver[2];
  private final ChannelSender[] senders = new ChannelSender[2];
  private final BareRing ping;
  private final BareRing pong;
  private final PeerEchoes peers;
  private long unusedSum;

  private ChannelPartner(Duet duet) {
    this.duet = duet;
    this.ping = duet.ring(0);
    this.pong = duet.ring(1);
    this.peers = new PeerEchoes(duet);
  }

  static ChannelReceiver receiver(Node node, int kind) {
    int count = kind == SINGLE ? 1 : MANY_SENDERS;
    SharedMemory memory = node.allocate(Channels.sizeFor(Duet.CHANNEL_BYTES, count));
    return ChannelReceiver.create(
        node.controller(Controller.LOOPBACK),
        memory,
        count,
        ChannelOptions.standard().withIdle(IdlePolicy.busySpin()));
  }

  static ChannelSender sender(Node node, int id) {
    return ChannelSender.connect(node.controller(Controller.LOOPBACK), node.nodeId(), id);
  }

  /** Runs until the leash is let go, which ends the process. */
  static void run(Path directory, int segmentId, List<String> drivers) {
    Node node = Node.attach(directory);
    ImportSegment segment =
        node.controller(Controller.LOOPBACK)
            .connect(node.nodeId(), segmentId, Permission.READ_WRITE);
    ImportMapping mapping = segment.map(0, segment.size(), Permission.READ_WRITE);
    ChannelPartner partner = new ChannelPartner(new Duet(mapping.segment()));
    StringBuilder ids = new StringBuilder("ready");
    for (int kind = SINGLE; kind <= MANY; kind++) {
      partner.senders[kind] = sender(node, partner.duet.id(kind));
      partner.receivers[kind] = receiver(node, kind);
      ids.append(' ').append(partner.receivers[kind].publish(0));
    }
    System.out.println(ids);
    partner.peers.takeEvents(Posix.system(), directory);
    partner.peers.meet(drivers);
    System.out.println("peers\t" + String.join("\t", partner.peers.states()));
    System.out.flush();
    partner.play();
  }

  private void play() {
    int mode = Duet.REST;
    while (true) {
      mode = duet.awaitOther(mode);
      duet.begin(mode);
      switch (mode) {
        case Duet.SPIN -> spin();
        case Duet.FUTEX -> futex();
        case Duet.BARE_ECHO -> bareEcho();
        case Duet.BARE_SINK -> bareSink();
        case Duet.SINGLE_ECHO -> echo(mode, receivers[SINGLE], senders[SINGLE]);
        case Duet.MANY_ECHO -> echoMany(mode, receivers[MANY], senders[MANY]);
        case Duet.SINGLE_SINK -> sink(mode, receivers[SINGLE]);
        case Duet.MANY_SINK -> sinkMany(mode, receivers[MANY]);
        default -> peers.play(mode);
      }
    }
  }

  private void spin() {
    long seen = duet.read(Duet.ASKED);
    duet.write(Duet.ANSWERED, seen);
    while (duet.isOn(Duet.SPIN)) {
      long asked = duet.read(Duet.ASKED);
      if (asked != seen) {
        seen = asked;
        duet.write(Duet.ANSWERED, asked);
      }
    }
  }

  private void futex() {
    Posix posix = Posix.system();
    MemorySegment pages = duet.pages();
    int seen = SignalKernels.read(pages, Duet.ASKED);
    SignalKernels.publish(posix, pages, Duet.ANSWERED, seen);
    while (duet.isOn(Duet.FUTEX)) {
      seen = SignalKernels.awaitOther(posix, pages, Duet.ASKED, seen);
      SignalKernels.publish(posix, pages, Duet.ANSWERED, seen);
    }
  }

  private void bareEcho() {
    while (duet.isOn(Duet.BARE_ECHO)) {
      long at = ping.poll();
      if (at != 0) {
        boolean isIn = pong.offer(ping.memory().asSlice(at, Duet.MESSAGE_BYTES), 32);
        check(isIn);
        ping.polled();
      }
    }
  }

  private void bareSink() {
    long count = 0;
    MemorySegment memory = ping.memory();
    duet.write(Duet.ANSWERED, 0);
    while (duet.isOn(Duet.BARE_SINK)) {
      int found = 0;
      long at = ping.poll();
      while (at != 0) {
        add(memory, at);
        ping.polled();
        found++;
        at = ping.poll();
      }
      if (found > 0) {
        count += found;
        duet.write(Duet.ANSWERED, count);
      }
    }
  }

  private void echo(int mode, ChannelReceiver receiver, ChannelSender sender) {
    FrameHandler handler =
        (buffer, offset, length, type) ->
            check(sender.offer(buffer, offset, length, type) == SendOutcome.ACCEPTED);
    while (duet.isOn(mode)) {
      int _ = receiver.poll(handler, 64);
    }
  }

  /** The same code once more, so that each has a profile of its own. */
  private void echoMany(int mode, ChannelReceiver receiver, ChannelSender sender) {
    FrameHandler handler =
        (buffer, offset, length, type) ->
            check(sender.offer(buffer, offset, length, type) == SendOutcome.ACCEPTED);
    while (duet.isOn(mode)) {
      int _ = receiver.poll(handler, 64);
    }
  }

  private void sink(int mode, ChannelReceiver receiver) {
    long count = 0;
    FrameHandler handler = (buffer, offset, length, type) -> add(buffer, offset);
    duet.write(Duet.ANSWERED, 0);
    while (duet.isOn(mode)) {
      int found = receiver.poll(handler, 256);
      if (found > 0) {
        count += found;
        duet.write(Duet.ANSWERED, count);
      }
    }
  }

  private void sinkMany(int mode, ChannelReceiver receiver) {
    long count = 0;
    FrameHandler handler = (buffer, offset, length, type) -> add(buffer, offset);
    duet.write(Duet.ANSWERED, 0);
    while (duet.isOn(mode)) {
      int found = receiver.poll(handler, 256);
      if (found > 0) {
        count += found;
        duet.write(Duet.ANSWERED, count);
      }
    }
  }

  private void add(MemorySegment memory, long at) {
    unusedSum +=
        memory.get(JAVA_LONG, at)
            + memory.get(JAVA_LONG, at + 8)
            + memory.get(JAVA_LONG, at + 16)
            + memory.get(JAVA_LONG, at + 24);
  }

  private static void check(boolean isIn) {
    if (!isIn) {
      throw new IllegalStateException("an answer found no room");
    }
  }
}
