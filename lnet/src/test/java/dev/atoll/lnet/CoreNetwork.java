/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.lnet.LndPort.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Two cores and a network between them that does everything in a random order and loses what it
 * likes: a message may leave and not arrive, fail and arrive, break off in the middle.
 */
final class CoreNetwork {
  private final Random random;
  private final int lossPercent;
  private final Map<Nid, LnetCore> cores = new HashMap<>();
  private final List<Flight> flights = new ArrayList<>();

  /** A message under way: to be reported as sent, to arrive, to be received. */
  private final class Flight {
    private final LnetCore from;
    private final OutgoingMessage out;
    private final IncomingMessage in = new IncomingMessage();
    private boolean isSent;
    private int step;

    Flight(LnetCore from, OutgoingMessage out) {
      this.from = from;
      this.out = out;
      in.header().copyFrom(out.header());
      in.neighbour(ProcessId.of(out.header().source));
    }

    /** Does one thing that can happen now; tells whether nothing is left. */
    boolean goOn() {
      boolean isToSend = !isSent && (step == 2 || random.nextInt(3) == 0);
      if (isToSend) {
        if (step == 0 && lost()) {
          step = 2;
        }
        if (step == 1) {
          // Its memory is the network's until it is reported: take the rest now.
          end(0);
        }
        isSent = true;
        if (step == 0) {
          begin();
          if (step == 1) {
            end(0);
          }
        }
        from.sent(out, lost() ? -104 : 0);
      } else if (step == 0) {
        if (lost()) {
          step = 2;
        } else {
          begin();
        }
      } else if (step == 1) {
        end(lost() ? -104 : 0);
      }
      return isSent && step == 2;
    }

    private void begin() {
      LnetCore to = cores.get(in.header().destination);
      Verdict verdict = to == null ? Verdict.CUT : to.arrived(in);
      step = verdict == Verdict.CUT ? 2 : 1;
      if (verdict == Verdict.ACCEPT) {
        int part = random.nextInt(in.acceptedLength() + 1);
        out.pieces().storeTo(in, out.payloadOffset(), part);
      }
    }

    private void end(int status) {
      step = 2;
      if (status == 0) {
        int missing = in.missingLength();
        long at = out.payloadOffset() + in.acceptedLength() - missing;
        if (missing > 0) {
          out.pieces().storeTo(in, at, missing);
        }
      }
      cores.get(in.header().destination).received(in, status);
    }
  }

  CoreNetwork(Random random, int lossPercent) {
    this.random = random;
    this.lossPercent = lossPercent;
  }

  LnetCore add(Nid nid, CoreLoop time, LnetCounters counters) {
    LnetCore[] made = new LnetCore[1];
    made[0] =
        new LnetCore(
            time.loop(),
            random.nextLong(),
            message -> transmit(made[0], nid, message),
            PrimaryNids.UNKNOWN,
            counters);
    cores.put(nid, made[0]);
    return made[0];
  }

  boolean isQuiet() {
    return flights.isEmpty();
  }

  /** Does one thing. */
  void step() {
    if (flights.isEmpty()) {
      return;
    }
    Flight flight = flights.get(random.nextInt(flights.size()));
    if (flight.goOn()) {
      flights.remove(flight);
    }
  }

  private int transmit(LnetCore from, Nid source, OutgoingMessage message) {
    if (random.nextInt(50) == 0 && lossPercent > 0) {
      return -113;
    }
    if (message.header().source.equals(Nid.ANY)) {
      message.header().source = source;
    }
    flights.add(new Flight(from, message));
    return 0;
  }

  private boolean lost() {
    return random.nextInt(100) < lossPercent;
  }
}
