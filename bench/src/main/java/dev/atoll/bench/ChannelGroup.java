/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Messages of 32 bytes to another process and back, and one way, beside floors and peers. */
final class ChannelGroup implements Group {
  private static final int WARM = 20_000;

  @Override
  public String name() {
    return "channel";
  }

  @Override
  public String part() {
    return "channel";
  }

  @Override
  public String conditions() {
    return "two processes that spin, one on each core, and a device that takes no part; channels and"
        + " bare rings hold 1024 messages of 32 B; one way counts until the other side has read the"
        + " last; the channel for many has one sender connected, as more would not have a core";
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    try (Place place = Place.open(Carrier.ATTACHED, bench.directory());
        Exported exported = Exported.of(place.node(), Duet.BYTES);
        Arena arena = Arena.ofShared()) {
      exported.memory().fill((byte) 0);
      Duet duet = new Duet(exported.memory());
      ChannelReceiver[] receivers = new ChannelReceiver[2];
      for (int kind = 0; kind < 2; kind++) {
        receivers[kind] = ChannelPartner.receiver(place.node(), kind);
        duet.id(kind, receivers[kind].publish(0));
      }
      try (Forked partner =
          Forked.start("channel-partner", place.directory().toString(), "" + exported.id())) {
        String[] ids = partner.awaitLine("ready").split(" ", -1);
        ChannelSender[] senders = new ChannelSender[2];
        for (int kind = 0; kind < 2; kind++) {
          senders[kind] = ChannelPartner.sender(place.node(), Integer.parseInt(ids[kind + 1]));
        }
        MemorySegment message = arena.allocate(Duet.MESSAGE_BYTES, 64);
        measure(bench, duet, senders, receivers, message);
      }
    }
  }

  private static void measure(
      Bench bench,
      Duet duet,
      ChannelSender[] senders,
      ChannelReceiver[] receivers,
      MemorySegment message)
      throws InterruptedException {
    BareRing ping = duet.ring(0);
    BareRing pong = duet.ring(1);
    List<Candidate> trips = new ArrayList<>();
    trips.add(Candidate.of("spin on a word", ChannelKernels.Spin.class, duet));
    trips.add(Candidate.of("bare ring", ChannelKernels.BareTrip.class, duet, ping, pong, message));
    trips.add(trip("channel for one", duet, Duet.SINGLE_ECHO, senders[0], receivers[0], message));
    trips.add(trip("channel for many", duet, Duet.MANY_ECHO, senders[1], receivers[1], message));
    trips.add(Candidate.of("futex", ChannelKernels.Futex.class, duet, Posix.system()));
    List<Candidate> flows = new ArrayList<>();
    flows.add(Candidate.of("bare ring", ChannelKernels.BareFlow.class, duet, ping, message));
    flows.add(flow("channel for one", duet, Duet.SINGLE_SINK, senders[0], message));
    flows.add(flow("channel for many", duet, Duet.MANY_SINK, senders[1], message));
    for (List<Candidate> each : List.of(trips, flows)) {
      for (Candidate candidate : each) {
        // The partner compiles its side too.
        candidate.kernels().getFirst().run(WARM);
      }
    }
    bench.measure(new Trial("round trip", 32, "two processes", Trial.Unit.NANOS, trips, true));
    bench.measure(new Trial("one way", 32, "two processes", Trial.Unit.NANOS, flows, true));
  }

  private static Candidate trip(
      String name,
      Duet duet,
      int mode,
      ChannelSender sender,
      ChannelReceiver receiver,
      MemorySegment message) {
    return Candidate.of(name, ChannelKernels.Trip.class, duet, mode, sender, receiver, message);
  }

  private static Candidate flow(
      String name, Duet duet, int mode, ChannelSender sender, MemorySegment message) {
    return Candidate.of(name, ChannelKernels.Flow.class, duet, mode, sender, message);
  }
}
