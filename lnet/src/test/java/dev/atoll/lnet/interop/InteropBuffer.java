/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import dev.atoll.lnet.EventHandler;
import dev.atoll.lnet.LnetEvent;
import dev.atoll.lnet.LnetEventType;
import dev.atoll.lnet.peer.PeerLink;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Memory of the node under test, with the events of its descriptor. */
final class InteropBuffer implements EventHandler {
  /** An event, for other threads. */
  record Seen(LnetEventType type, int status, int movedLength, boolean isUnlinked) {}

  private final MemorySegment memory;
  private final List<Seen> events = new CopyOnWriteArrayList<>();

  InteropBuffer(byte[] content) {
    memory = Arena.ofAuto().allocate(Math.max(1, content.length)).asSlice(0, content.length);
    MemorySegment.copy(content, 0, memory, ValueLayout.JAVA_BYTE, 0, content.length);
  }

  @Override
  public void handle(LnetEvent event) {
    events.add(new Seen(event.type(), event.status(), event.movedLength(), event.isUnlinked()));
  }

  MemorySegment memory() {
    return memory;
  }

  byte[] bytes() {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  List<Seen> events() {
    return List.copyOf(events);
  }

  /** Waits for the next event of a type; the first that comes if there is none yet. */
  Seen await(LnetEventType type) {
    Conditions.await(
        "event " + type + " after " + events,
        PeerLink.DEADLINE,
        () -> events.stream().anyMatch(each -> each.type() == type));
    return events.stream().filter(each -> each.type() == type).findFirst().orElseThrow();
  }

  boolean isUnlinked() {
    return events.stream().anyMatch(Seen::isUnlinked);
  }
}
