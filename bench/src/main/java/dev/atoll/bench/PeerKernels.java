/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.memory.SlotRing;
import dev.atoll.memory.Words;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.lang.foreign.MemorySegment;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A message there and back, and messages one way, by other means than channels. */
final class PeerKernels {
  private PeerKernels() {}

  /** Two eventfds: write, then poll and read. */
  static final class Events implements Kernel {
    private final Duet duet;
    private final EventCouple events;

    Events(Duet duet, EventCouple events) {
      this.duet = duet;
      this.events = events;
    }

    @Override
    public void run(long operations) {
      duet.play(Duet.EVENT);
      for (long i = 0; i < operations; i++) {
        events.ask();
        events.awaitAnswer();
      }
      duet.stopEvents(events);
    }
  }

  /** Two eventfds, to {@link Echo}. */
  static final class BareEvents implements Kernel {
    private final EventCouple events;

    BareEvents(EventCouple events) {
      this.events = events;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        events.ask();
        events.awaitAnswer();
      }
    }
  }

  /** A message there and back through two {@link SlotRing}s. */
  static final class SlotTrip implements Kernel {
    private final Duet duet;
    private final SlotRing ping;
    private final SlotRing pong;
    private final MemorySegment message;

    SlotTrip(Duet duet, SlotRing ping, SlotRing pong, MemorySegment message) {
      this.duet = duet;
      this.ping = ping;
      this.pong = pong;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      duet.play(Duet.SLOT_ECHO);
      SlotRing.SlotConsumer consumer = new IgnoringSlot();
      for (long i = 0; i < operations; i++) {
        if (ping.offer(message, 0, Duet.MESSAGE_BYTES) < 0) {
          throw new IllegalStateException("full");
        }
        while (pong.poll(consumer, 1) == 0) {
          // Spins.
        }
      }
      duet.play(Duet.REST);
    }
  }

  /** Messages one way through a {@link SlotRing}, until the other side has counted them all. */
  static final class SlotFlow implements Kernel {
    private final Duet duet;
    private final SlotRing ping;
    private final MemorySegment message;

    SlotFlow(Duet duet, SlotRing ping, MemorySegment message) {
      this.duet = duet;
      this.ping = ping;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      duet.write(Duet.ANSWERED, -1);
      duet.play(Duet.SLOT_SINK);
      for (long i = 0; i < operations; i++) {
        while (ping.offer(message, 0, Duet.MESSAGE_BYTES) < 0) {
          Thread.onSpinWait();
        }
      }
      while (duet.read(Duet.ANSWERED) != operations) {
        Thread.onSpinWait();
      }
      duet.play(Duet.REST);
    }
  }

  /** A message there and back through two streams of Aeron. */
  static final class AeronTrip implements Kernel {
    private final Duet duet;
    private final int mode;
    private final ExclusivePublication out;
    private final Subscription in;
    private final UnsafeBuffer message = AeronPeer.message();
    private final Patience patience;

    AeronTrip(Duet duet, int mode, AeronPeer peer, String name) {
      this.duet = duet;
      this.mode = mode;
      this.out = peer.out();
      this.in = peer.in();
      this.patience = new Patience(name);
    }

    @Override
    public void run(long operations) {
      FragmentHandler handler = new IgnoringFragment();
      patience.recover();
      duet.play(mode);
      try {
        for (long i = 0; i < operations; i++) {
          while (out.offer(message, 0, Duet.MESSAGE_BYTES) < 0) {
            patience.tire();
          }
          while (in.poll(handler, 1) == 0) {
            patience.tire();
          }
          patience.recover();
        }
      } finally {
        duet.play(Duet.REST);
      }
    }
  }

  /** Messages one way through a stream of Aeron, until the other side has counted them all. */
  static final class AeronFlow implements Kernel {
    private final Duet duet;
    private final int mode;
    private final ExclusivePublication out;
    private final UnsafeBuffer message = AeronPeer.message();
    private final Patience patience;

    AeronFlow(Duet duet, int mode, AeronPeer peer, String name) {
      this.duet = duet;
      this.mode = mode;
      this.out = peer.out();
      this.patience = new Patience(name);
    }

    @Override
    public void run(long operations) {
      patience.recover();
      duet.write(Duet.ANSWERED, -1);
      duet.play(mode);
      try {
        for (long i = 0; i < operations; i++) {
          while (out.offer(message, 0, Duet.MESSAGE_BYTES) < 0) {
            Thread.onSpinWait();
            patience.tire();
          }
          patience.recover();
        }
        while (duet.read(Duet.ANSWERED) != operations) {
          Thread.onSpinWait();
          patience.tire();
        }
      } finally {
        duet.play(Duet.REST);
      }
    }
  }

  /** A tagged message of UCX there and back. */
  static final class UcxTrip implements Kernel {
    private final Duet duet;
    private final Ucx ucx;
    private final long message;
    private final long answer;
    private final Patience patience;

    UcxTrip(Duet duet, Ucx ucx, MemorySegment message, MemorySegment answer, String name) {
      this.duet = duet;
      this.ucx = ucx;
      this.message = message.address();
      this.answer = answer.address();
      this.patience = new Patience(name);
    }

    @Override
    public void run(long operations) {
      patience.recover();
      duet.play(Duet.UCX_ECHO);
      try {
        for (long i = 0; i < operations; i++) {
          long received = ucx.receive(answer, Duet.MESSAGE_BYTES);
          long sent = ucx.send(message, Duet.MESSAGE_BYTES);
          while (sent != 0 && !ucx.isDone(sent)) {
            patience.tire();
          }
          while (received != 0 && !ucx.isDone(received)) {
            patience.tire();
          }
          patience.recover();
        }
      } finally {
        duet.play(Duet.REST);
      }
    }
  }

  record IgnoringSlot() implements SlotRing.SlotConsumer {
    @Override
    public void accept(Words words, long payloadOffset) {}
  }

  record IgnoringFragment() implements FragmentHandler {
    @Override
    public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {}
  }
}
