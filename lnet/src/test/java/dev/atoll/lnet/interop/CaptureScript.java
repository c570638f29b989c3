/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import dev.atoll.lnet.wire.CapturedConversation;
import dev.atoll.lnet.wire.CapturedConversation.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What happened in a capture, on all of its connections, in the order of time. */
final class CaptureScript {
  /** A step and when it was. */
  private record Timed(long micros, CapturedStep step) {}

  private CaptureScript() {}

  /** Reads one of {@link CapturedConversation#CAPTURES}. */
  static List<CapturedStep> of(String capture) {
    var all = new ArrayList<Timed>();
    int connection = 0;
    for (CapturedConversation conversation : CapturedConversation.of(capture)) {
      connection++;
      all.addAll(steps(connection, conversation));
    }
    return all.stream().sorted(Comparator.comparingLong(Timed::micros)).map(Timed::step).toList();
  }

  private static List<Timed> steps(int connection, CapturedConversation conversation) {
    var steps = new ArrayList<Timed>();
    Map<Side, FrameSplitter> splitters = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      splitters.put(
          side, new FrameSplitter(connection, side == Side.ACTIVE, conversation.isComplete()));
    }
    for (CapturedConversation.Event event : conversation.events()) {
      if (steps.isEmpty()) {
        steps.add(
            new Timed(
                event.micros(),
                new CapturedStep.Opened(
                    connection, conversation.active(), conversation.passive())));
      }
      // What is no greeting ends where the other side speaks, or hangs up.
      splitters.get(event.side().other()).broken().ifPresent(said -> add(steps, event, said));
      switch (event) {
        case CapturedConversation.Said said -> {
          FrameSplitter splitter = splitters.get(said.side());
          splitter.add(said.bytes());
          for (var next = splitter.next(); next.isPresent(); next = splitter.next()) {
            add(steps, event, next.get());
          }
        }
        case CapturedConversation.Ended ended -> {
          splitters.get(ended.side()).leftover().ifPresent(said -> add(steps, event, said));
          add(
              steps,
              event,
              new CapturedStep.Ended(
                  connection, ended.side() == Side.ACTIVE, ended.isReset(), steps.size()));
        }
      }
    }
    return steps;
  }

  private static void add(List<Timed> steps, CapturedConversation.Event event, CapturedStep step) {
    steps.add(new Timed(event.micros(), step));
  }
}
