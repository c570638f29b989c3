/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.memory.SlotRing;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Messages of 32 bytes to another process and back, and one way, beside floors and peers. */
final class ChannelGroup implements Group {
  private static final int WARM = 40_000;
  private static final int WARM_BLOCK = 200;
  private static final long WARM_NANOS = 2_000_000_000L;

  @Override
  public String name() {
    return "channel";
  }

  @Override
  public String part() {
    return "channel";
  }

  @Override
  public boolean needsPeers() {
    return true;
  }

  @Override
  public String conditions() {
    return "two processes that spin, one on each core, and a device that takes no part; channels and"
        + " rings hold 1024 messages of 32 B; one way counts until the other side has read the last;"
        + " the channel for many has one sender connected, as more would not have a core. Aeron:"
        + " exclusive publications, terms of 4 MiB, a driver of one thread that backs off, in the"
        + " process that measures or in one of its own, which makes three processes on the cores;"
        + " both drivers and four conductors stand by while others are measured. UCX: tagged"
        + " messages, UCX_TLS="
        + Peers.ENVIRONMENT.get("UCX_TLS")
        + ". Eventfds are written, polled and read. These JVMs run with "
        + String.join(" ", Peers.JVM_OPTIONS);
  }

  @Override
  public void run(Bench bench) throws InterruptedException {
    Posix posix = Posix.system();
    try (Place place = Place.open(Carrier.ATTACHED, bench.directory());
        Exported exported = Exported.of(place.node(), Duet.BYTES);
        Arena arena = Arena.ofShared()) {
      exported.memory().fill((byte) 0);
      Duet duet = new Duet(exported.memory());
      SlotRing[] rings = {duet.layRing(0), duet.layRing(1)};
      ChannelReceiver[] receivers = receivers(place, duet);
      try (ChannelPeers peers = new ChannelPeers(duet);
          Descriptor listener = EventCouple.listen(posix, place.directory())) {
        peers.start();
        try (Forked partner = startPartner(place, exported, peers)) {
          String[] ids = partner.awaitLine("ready").split(" ", -1);
          EventCouple events = EventCouple.give(posix, place.directory(), listener);
          peers.meet(partner.awaitLine("peers"));
          ChannelSender[] senders = senders(place, ids);
          MemorySegment message = arena.allocate(Duet.MESSAGE_BYTES, 64);
          MemorySegment answer = arena.allocate(Duet.MESSAGE_BYTES, 64);
          Ends ends = Ends.of(duet, senders, receivers, rings, events);
          trips(bench, ends, peers.trips(message, answer), peers.missing());
          flows(bench, ends, peers.flows(), peers.missing());
        }
      }
    }
  }

  private static ChannelReceiver[] receivers(Place place, Duet duet) {
    ChannelReceiver[] receivers = new ChannelReceiver[2];
    for (int kind = 0; kind < 2; kind++) {
      receivers[kind] = ChannelPartner.receiver(place.node(), kind);
      duet.id(kind, receivers[kind].publish(0));
    }
    return receivers;
  }

  private static ChannelSender[] senders(Place place, String[] ids) {
    ChannelSender[] senders = new ChannelSender[2];
    for (int kind = 0; kind < 2; kind++) {
      senders[kind] = ChannelPartner.sender(place.node(), Integer.parseInt(ids[kind + 1]));
    }
    return senders;
  }

  private static Forked startPartner(Place place, Exported exported, ChannelPeers peers) {
    List<String> arguments = new ArrayList<>();
    arguments.add("channel-partner");
    arguments.add(place.directory().toString());
    arguments.add("" + exported.id());
    arguments.addAll(peers.arguments());
    return Forked.start(Peers.command(arguments.toArray(String[]::new)), "channel-partner");
  }

  /** The leader's ends of all there is. */
  @SuppressWarnings("ArrayRecordComponent") // pairs that nobody compares
  private record Ends(
      Duet duet,
      BareRing ping,
      BareRing pong,
      ChannelSender[] senders,
      ChannelReceiver[] receivers,
      SlotRing[] rings,
      EventCouple events,
      MemorySegment message) {
    static Ends of(
        Duet duet,
        ChannelSender[] senders,
        ChannelReceiver[] receivers,
        SlotRing[] rings,
        EventCouple events) {
      MemorySegment message = Arena.ofAuto().allocate(Duet.MESSAGE_BYTES, 64);
      return new Ends(duet, duet.ring(0), duet.ring(1), senders, receivers, rings, events, message);
    }
  }

  private static void trips(
      Bench bench, Ends ends, List<Candidate> peers, Map<String, String> missing)
      throws InterruptedException {
    Duet duet = ends.duet();
    MemorySegment message = ends.message();
    SlotRing[] rings = ends.rings();
    List<Candidate> trips = new ArrayList<>();
    trips.add(Candidate.of("spin on a word", ChannelKernels.Spin.class, duet));
    trips.add(
        Candidate.of(
            "bare ring", ChannelKernels.BareTrip.class, duet, ends.ping(), ends.pong(), message));
    trips.add(
        Candidate.of("slot ring", PeerKernels.SlotTrip.class, duet, rings[0], rings[1], message));
    trips.add(trip("channel for one", ends, 0, Duet.SINGLE_ECHO));
    trips.add(trip("channel for many", ends, 1, Duet.MANY_ECHO));
    trips.add(Candidate.waiting("futex", ChannelKernels.Futex.class, duet, Posix.system()));
    trips.add(Candidate.waiting("eventfd", PeerKernels.Events.class, duet, ends.events()));
    trips.addAll(peers);
    measure(bench, "round trip", trips, missing);
  }

  private static void flows(
      Bench bench, Ends ends, List<Candidate> peers, Map<String, String> missing)
      throws InterruptedException {
    Duet duet = ends.duet();
    MemorySegment message = ends.message();
    List<Candidate> flows = new ArrayList<>();
    flows.add(Candidate.of("bare ring", ChannelKernels.BareFlow.class, duet, ends.ping(), message));
    flows.add(
        Candidate.of("slot ring", PeerKernels.SlotFlow.class, duet, ends.rings()[0], message));
    flows.add(flow("channel for one", ends, 0, Duet.SINGLE_SINK));
    flows.add(flow("channel for many", ends, 1, Duet.MANY_SINK));
    flows.addAll(peers);
    measure(bench, "one way", flows, missing);
  }

  private static void measure(
      Bench bench, String name, List<Candidate> candidates, Map<String, String> missing)
      throws InterruptedException {
    Trial trial = new Trial(name, 32, "two processes", Trial.Unit.NANOS, candidates, true);
    for (Candidate candidate : candidates) {
      try {
        warm(candidate, bench.plan().isQuick());
      } catch (StalledPeerException e) {
        missing.put(e.candidate(), e.reason());
        trial = trial.without(e.candidate());
      }
    }
    bench.measure(trial);
    for (var each : missing.entrySet()) {
      bench.skip(trial, each.getKey(), each.getValue());
    }
  }

  /** The partner compiles its side too; where others use the cores, it takes what time it may. */
  private static void warm(Candidate candidate, boolean isQuick) throws InterruptedException {
    long end = System.nanoTime() + (isQuick ? WARM_NANOS / 2 : WARM_NANOS);
    for (int done = 0; done < WARM && System.nanoTime() - end < 0; done += WARM_BLOCK) {
      candidate.kernels().getFirst().run(WARM_BLOCK);
    }
  }

  private static Candidate trip(String name, Ends ends, int kind, int mode) {
    return Candidate.of(
        name,
        ChannelKernels.Trip.class,
        ends.duet(),
        mode,
        ends.senders()[kind],
        ends.receivers()[kind],
        ends.message());
  }

  private static Candidate flow(String name, Ends ends, int kind, int mode) {
    return Candidate.of(
        name, ChannelKernels.Flow.class, ends.duet(), mode, ends.senders()[kind], ends.message());
  }
}
