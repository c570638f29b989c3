/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.SendOutcome;
import dev.atoll.memory.FrameHandler;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;

/** A message there and back, and messages one way, to {@link ChannelPartner}. */
final class ChannelKernels {
  private ChannelKernels() {}

  /** A word there and back on two lines. */
  static final class Spin implements Kernel {
    private final Duet duet;

    Spin(Duet duet) {
      this.duet = duet;
    }

    @Override
    public void run(long operations) {
      duet.play(Duet.SPIN);
      long asked = duet.read(Duet.ASKED);
      for (long i = 0; i < operations; i++) {
        asked++;
        duet.write(Duet.ASKED, asked);
        while (duet.read(Duet.ANSWERED) != asked) {
          // No hint to the processor: it would cost a third.
        }
      }
      duet.play(Duet.REST);
    }
  }

  /** futex(2) on a shared page, without a spin. */
  static final class Futex implements Kernel {
    private final Duet duet;
    private final Posix posix;

    Futex(Duet duet, Posix posix) {
      this.duet = duet;
      this.posix = posix;
    }

    @Override
    public void run(long operations) {
      duet.play(Duet.FUTEX);
      for (long i = 0; i < operations; i++) {
        int asked = SignalKernels.read(duet.pages(), Duet.ASKED) + 1;
        SignalKernels.publish(posix, duet.pages(), Duet.ASKED, asked);
        int answered = SignalKernels.read(duet.pages(), Duet.ANSWERED);
        while (answered != asked) {
          answered = SignalKernels.awaitOther(posix, duet.pages(), Duet.ANSWERED, answered);
        }
      }
      duet.stopFutex(posix);
    }
  }

  /** A message there and back through two bare rings. */
  static final class BareTrip implements Kernel {
    private final Duet duet;
    private final BareRing ping;
    private final BareRing pong;
    private final MemorySegment message;

    BareTrip(Duet duet, BareRing ping, BareRing pong, MemorySegment message) {
      this.duet = duet;
      this.ping = ping;
      this.pong = pong;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      duet.play(Duet.BARE_ECHO);
      for (long i = 0; i < operations; i++) {
        if (!ping.offer(message, Duet.MESSAGE_BYTES)) {
          throw new IllegalStateException("full");
        }
        while (pong.poll() == 0) {
          // Spins.
        }
        pong.polled();
      }
      duet.play(Duet.REST);
    }
  }

  /** Messages one way through a bare ring, until the other side has counted them all. */
  static final class BareFlow implements Kernel {
    private final Duet duet;
    private final BareRing ping;
    private final MemorySegment message;

    BareFlow(Duet duet, BareRing ping, MemorySegment message) {
      this.duet = duet;
      this.ping = ping;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      duet.write(Duet.ANSWERED, -1);
      duet.play(Duet.BARE_SINK);
      for (long i = 0; i < operations; i++) {
        while (!ping.offer(message, Duet.MESSAGE_BYTES)) {
          Thread.onSpinWait();
        }
      }
      while (duet.read(Duet.ANSWERED) != operations) {
        Thread.onSpinWait();
      }
      duet.play(Duet.REST);
    }
  }

  /** A message there and back through two channels. */
  static final class Trip implements Kernel {
    private final Duet duet;
    private final int mode;
    private final ChannelSender sender;
    private final ChannelReceiver receiver;
    private final MemorySegment message;

    Trip(
        Duet duet,
        int mode,
        ChannelSender sender,
        ChannelReceiver receiver,
        MemorySegment message) {
      this.duet = duet;
      this.mode = mode;
      this.sender = sender;
      this.receiver = receiver;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      duet.play(mode);
      FrameHandler handler = new Ignoring();
      for (long i = 0; i < operations; i++) {
        if (sender.offer(message, 0, Duet.MESSAGE_BYTES, 1) != SendOutcome.ACCEPTED) {
          throw new IllegalStateException("refused");
        }
        while (receiver.poll(handler, 1) == 0) {
          // Spins.
        }
      }
      duet.play(Duet.REST);
    }
  }

  /** Messages one way through a channel, until the other side has counted them all. */
  static final class Flow implements Kernel {
    private final Duet duet;
    private final int mode;
    private final ChannelSender sender;
    private final MemorySegment message;

    Flow(Duet duet, int mode, ChannelSender sender, MemorySegment message) {
      this.duet = duet;
      this.mode = mode;
      this.sender = sender;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      duet.write(Duet.ANSWERED, -1);
      duet.play(mode);
      for (long i = 0; i < operations; i++) {
        while (sender.offer(message, 0, Duet.MESSAGE_BYTES, 1) != SendOutcome.ACCEPTED) {
          Thread.onSpinWait();
        }
      }
      while (duet.read(Duet.ANSWERED) != operations) {
        Thread.onSpinWait();
      }
      duet.play(Duet.REST);
    }
  }

  /** {@link ChannelSender#offer} and {@link ChannelReceiver#poll} by one thread. */
  static final class OfferAndPoll implements Kernel {
    private final ChannelSender sender;
    private final ChannelReceiver receiver;
    private final MemorySegment message;
    private final FrameHandler handler = new Ignoring();

    OfferAndPoll(ChannelSender sender, ChannelReceiver receiver, MemorySegment message) {
      this.sender = sender;
      this.receiver = receiver;
      this.message = message;
    }

    @Override
    public void run(long operations) {
      for (long i = 0; i < operations; i++) {
        if (sender.offer(message, 0, Duet.MESSAGE_BYTES, 1) != SendOutcome.ACCEPTED
            || receiver.poll(handler, 4) != 1) {
          throw new IllegalStateException("not one message");
        }
      }
    }
  }

  /** Takes a message and does nothing with it. */
  record Ignoring() implements FrameHandler {
    @Override
    public void onMessage(MemorySegment buffer, long offset, int lengthBytes, int type) {}
  }
}
