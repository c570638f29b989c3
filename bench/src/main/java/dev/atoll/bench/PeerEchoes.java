/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.memory.SlotRing;
import dev.atoll.posix.Posix;
import io.aeron.ExclusivePublication;
import io.aeron.logbuffer.FragmentHandler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The far side of {@link PeerKernels}, in the process of {@link ChannelPartner}. */
final class PeerEchoes {
  /** Aeron's two drivers. */
  static final int DRIVERS = 2;

  /** In place of a directory where there is no driver. */
  static final String NONE = "-";

  static final String GOOD = "good";

  private final Duet duet;
  private final SlotRing ping;
  private final SlotRing pong;
  private final AeronPeer[] aerons = new AeronPeer[DRIVERS];
  private final List<String> states = new ArrayList<>();
  private final MemorySegment buffer = Arena.global().allocate(Duet.MESSAGE_BYTES, 64);
  private @Nullable EventCouple events;
  private @Nullable Ucx ucx;
  private long receiving;
  private long unusedSum;

  PeerEchoes(Duet duet) {
    this.duet = duet;
    this.ping = duet.attachRing(0);
    this.pong = duet.attachRing(1);
  }

  /** Meets the peers of the leader; what does not work is a state that says why. */
  void meet(List<String> drivers) {
    for (int kind = 0; kind < DRIVERS; kind++) {
      states.add(meetAeron(kind, drivers.get(kind)));
    }
    states.add(meetUcx());
  }

  /** For each of Aeron's drivers and for UCX, {@link #GOOD} or why not. */
  List<String> states() {
    return states;
  }

  void takeEvents(Posix posix, Path directory) {
    events = EventCouple.take(posix, directory);
  }

  /** Whatever is wrong with a peer belongs in its row. */
  private String meetAeron(int kind, String directory) {
    if (directory.equals(NONE)) {
      return "no driver";
    }
    try {
      aerons[kind] = AeronPeer.partner(Path.of(directory));
      aerons[kind].awaitConnected();
      return GOOD;
    } catch (RuntimeException e) {
      return reason(e);
    }
  }

  private String meetUcx() {
    if (!Ucx.isInstalled()) {
      return Ucx.REMEDY;
    }
    try {
      Ucx made = Ucx.start();
      duet.note(1, made.address());
      made.connect(duet.note(0));
      ucx = made;
      return GOOD;
    } catch (RuntimeException e) {
      return reason(e);
    }
  }

  /** One line without what separates fields. */
  static String reason(Throwable error) {
    return ("" + error).replaceAll("\\s+", " ");
  }

  void play(int mode) {
    switch (mode) {
      case Duet.EVENT -> events();
      case Duet.SLOT_ECHO -> slotEcho();
      case Duet.SLOT_SINK -> slotSink();
      case Duet.UCX_ECHO -> ucxEcho();
      case Duet.AERON_ECHO -> aeronEcho(mode, aerons[0]);
      case Duet.AERON_ECHO + 1 -> aeronEchoSeparate(mode, aerons[1]);
      case Duet.AERON_SINK -> aeronSink(mode, aerons[0]);
      case Duet.AERON_SINK + 1 -> aeronSinkSeparate(mode, aerons[1]);
      default -> {}
    }
  }

  private void events() {
    EventCouple couple = events;
    if (couple == null) {
      throw new IllegalStateException("no eventfds");
    }
    while (duet.isOn(Duet.EVENT)) {
      couple.awaitAsked();
      couple.answer();
    }
  }

  private void slotEcho() {
    SlotRing.SlotConsumer consumer =
        (words, at) -> {
          words.copyOut(at, buffer, 0, Duet.MESSAGE_BYTES);
          check(pong.offer(buffer, 0, Duet.MESSAGE_BYTES) >= 0);
        };
    while (duet.isOn(Duet.SLOT_ECHO)) {
      check(ping.poll(consumer, 64) >= 0);
    }
  }

  private void slotSink() {
    long count = 0;
    SlotRing.SlotConsumer consumer =
        (words, at) ->
            unusedSum +=
                words.longPlain(at)
                    + words.longPlain(at + 8)
                    + words.longPlain(at + 16)
                    + words.longPlain(at + 24);
    duet.write(Duet.ANSWERED, 0);
    while (duet.isOn(Duet.SLOT_SINK)) {
      long found = ping.poll(consumer, 256);
      if (found > 0) {
        count += found;
        duet.write(Duet.ANSWERED, count);
      }
    }
  }

  private void ucxEcho() {
    Ucx own = ucx;
    if (own == null) {
      throw new IllegalStateException("no UCX");
    }
    long address = buffer.address();
    while (duet.isOn(Duet.UCX_ECHO)) {
      // One that the last turn has left behind waits still.
      long received = receiving == 0 ? own.receive(address, Duet.MESSAGE_BYTES) : receiving;
      boolean isIn = received == 0;
      while (!isIn && duet.isOn(Duet.UCX_ECHO)) {
        isIn = own.isDone(received);
      }
      receiving = isIn ? 0 : received;
      if (!isIn) {
        return;
      }
      long sent = own.send(address, Duet.MESSAGE_BYTES);
      while (sent != 0 && !own.isDone(sent)) {
        // Spins.
      }
    }
  }

  private void aeronEcho(int mode, AeronPeer aeron) {
    ExclusivePublication out = aeron.out();
    FragmentHandler handler =
        (data, offset, length, header) -> {
          while (out.offer(data, offset, length) < 0 && duet.isOn(mode)) {
            // Spins.
          }
        };
    while (duet.isOn(mode)) {
      int _ = aeron.in().poll(handler, 64);
    }
  }

  /** The same code once more, so that each has a profile of its own. */
  private void aeronEchoSeparate(int mode, AeronPeer aeron) {
    ExclusivePublication out = aeron.out();
    FragmentHandler handler =
        (data, offset, length, header) -> {
          while (out.offer(data, offset, length) < 0 && duet.isOn(mode)) {
            // Spins.
          }
        };
    while (duet.isOn(mode)) {
      int _ = aeron.in().poll(handler, 64);
    }
  }

  private void aeronSink(int mode, AeronPeer aeron) {
    FragmentHandler handler =
        (data, offset, length, header) ->
            unusedSum +=
                data.getLong(offset)
                    + data.getLong(offset + 8)
                    + data.getLong(offset + 16)
                    + data.getLong(offset + 24);
    long count = 0;
    duet.write(Duet.ANSWERED, 0);
    while (duet.isOn(mode)) {
      int found = aeron.in().poll(handler, 256);
      if (found > 0) {
        count += found;
        duet.write(Duet.ANSWERED, count);
      }
    }
  }

  private void aeronSinkSeparate(int mode, AeronPeer aeron) {
    FragmentHandler handler =
        (data, offset, length, header) ->
            unusedSum +=
                data.getLong(offset)
                    + data.getLong(offset + 8)
                    + data.getLong(offset + 16)
                    + data.getLong(offset + 24);
    long count = 0;
    duet.write(Duet.ANSWERED, 0);
    while (duet.isOn(mode)) {
      int found = aeron.in().poll(handler, 256);
      if (found > 0) {
        count += found;
        duet.write(Duet.ANSWERED, count);
      }
    }
  }

  private static void check(boolean isIn) {
    if (!isIn) {
      throw new IllegalStateException("an answer found no room");
    }
  }
}
