/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.Site;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What both carriers share: calls, the handshake, the signal pages, and who is told of what. */
abstract class CallingSession implements Session {
  private final Posix posix;
  private final CallTable calls = new CallTable(this::sendOneWay);
  private final AtomicBoolean isLost = new AtomicBoolean();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private volatile @Nullable SessionListener listener;
  private Reply.@Nullable Welcome welcome;
  private @Nullable MappedRange signalRange;
  private final List<Descriptor> kept = new ArrayList<>(2);
  private final ReentrantLock opening = new ReentrantLock();
  private volatile @Nullable SessionRings rings;
  private @Nullable MappedRange takenRange;

  CallingSession(Posix posix) {
    this.posix = posix;
  }

  /** Sends a request; duplicates the descriptors if the other side is to own them. */
  abstract void transmit(long correlation, Request request, List<Descriptor> passed)
      throws InterruptedException;

  /** Stops the carrier; called once. */
  abstract void shutCarrier();

  final Posix posix() {
    return posix;
  }

  /**
   * The handshake; the carrier runs by now. Closes the session if it fails.
   *
   * @param isKeeping whether {@link #keptFiles} stay open, for another mapping of the pages
   */
  final void greet(boolean isKeeping) throws InterruptedException {
    boolean isDone = false;
    try {
      Answer answer = hello();
      try {
        welcome = checked(answer.reply());
        mapPages(answer.descriptors());
        if (isKeeping) {
          for (Descriptor each : answer.descriptors()) {
            kept.add(posix.duplicate(each));
          }
        }
      } finally {
        answer.closeDescriptors();
      }
      isDone = true;
    } finally {
      if (!isDone) {
        close();
      }
    }
  }

  private Answer hello() throws InterruptedException {
    try {
      return call(new Request.Hello(LinkLimits.VERSION, posix.pageSize()), List.of());
    } catch (LinkException e) {
      throw new LinkException(
          LinkException.REFUSED,
          "The device hangs up on this program before it greets: it does not take programs of this"
              + " user, or has as many sessions as it takes.",
          e);
    }
  }

  private Reply.Welcome checked(Reply reply) {
    if (reply instanceof Reply.Refused refused) {
      throw refusedSession(refused.detail());
    }
    if (!(reply instanceof Reply.Welcome heard)) {
      throw refusedSession("it answers the greeting with " + reply);
    }
    if (heard.version() != LinkLimits.VERSION || heard.pageSize() != posix.pageSize()) {
      throw refusedSession(
          "it speaks version "
              + heard.version()
              + " with pages of "
              + heard.pageSize()
              + " bytes; this program speaks version "
              + LinkLimits.VERSION
              + " with pages of "
              + posix.pageSize());
    }
    return heard;
  }

  private void mapPages(List<Descriptor> descriptors) {
    if (descriptors.size() != 2
        || posix.statx(descriptors.get(0)).size() != SignalSlotLayout.TOTAL_BYTES
        || posix.statx(descriptors.get(1)).size() != TakenLayout.TOTAL_BYTES) {
      throw refusedSession("its greeting lacks the signal pages");
    }
    signalRange =
        MappedRange.map(
            posix,
            new MapRequest(
                SignalSlotLayout.TOTAL_BYTES,
                MemoryCalls.PROT_READ,
                MemoryCalls.MAP_SHARED,
                descriptors.get(0),
                0,
                "signal pages"));
    takenRange =
        MappedRange.map(
            posix,
            new MapRequest(
                TakenLayout.TOTAL_BYTES,
                MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE,
                MemoryCalls.MAP_SHARED,
                descriptors.get(1),
                0,
                "taken pages"));
  }

  private static LinkException refusedSession(String why) {
    return new LinkException(
        LinkException.REFUSED, "The device refuses this program: " + why + ".", null);
  }

  /** The files of the signal pages and the taken pages, which the session owns. */
  final List<Descriptor> keptFiles() {
    if (kept.isEmpty()) {
      throw new IllegalStateException("the session does not keep the files of its pages");
    }
    return kept;
  }

  @Override
  public final Reply.Welcome welcome() {
    Reply.Welcome heard = welcome;
    if (heard == null) {
      throw new IllegalStateException("the session is not open yet");
    }
    return heard;
  }

  @Override
  public final MemorySegment signalPages() {
    return pages(signalRange);
  }

  @Override
  public final MemorySegment takenPages() {
    return pages(takenRange);
  }

  private static MemorySegment pages(@Nullable MappedRange range) {
    if (range == null) {
      throw new IllegalStateException("the session is not open yet");
    }
    return range.segment();
  }

  @Override
  public final @Nullable SessionRings openRings() {
    return rings;
  }

  @Override
  public final SessionRings rings() throws InterruptedException {
    SessionRings open = rings;
    if (open != null) {
      return open;
    }
    opening.lockInterruptibly();
    try {
      SessionRings opened = rings;
      if (opened == null) {
        opened = openNow();
        rings = opened;
        Site.hit("rings.opened");
        if (isClosed.get()) {
          // The session's close may have looked for rings before they were there.
          opened.close();
        }
      }
      return opened;
    } finally {
      opening.unlock();
    }
  }

  private SessionRings openNow() throws InterruptedException {
    Answer answer = call(new Request.RingsOpen(), List.of());
    try {
      if (answer.reply() instanceof Reply.RingsMade made && made.version() == RingsLayout.VERSION) {
        return SessionRings.attach(posix, made.layout(), answer.descriptors());
      }
      throw new LinkException(
          LinkException.REFUSED, "The device gives no rings: " + answer.reply() + ".", null);
    } finally {
      answer.closeDescriptors();
    }
  }

  @Override
  public final Answer call(Request request, List<Descriptor> passed) throws InterruptedException {
    if (isClosed.get()) {
      throw new IllegalStateException("the session is closed");
    }
    CallTable.Call call = calls.begin(request);
    if (!call.answer().isDone()) {
      try {
        transmit(call.correlation(), request, passed);
      } catch (InterruptedException | RuntimeException e) {
        calls.forget(call);
        throw e;
      }
    }
    return calls.await(call);
  }

  @Override
  public final void tell(Request request) throws InterruptedException {
    if (isClosed.get()) {
      throw new IllegalStateException("the session is closed");
    }
    if (isLost.get()) {
      throw CallTable.lost(null);
    }
    transmit(LinkLimits.UNANSWERED, request, List.of());
  }

  @Override
  public final void listen(SessionListener next) {
    listener = next;
  }

  @Override
  public final boolean isOpen() {
    return !isClosed.get() && !isLost.get();
  }

  @Override
  public final void close() {
    if (isClosed.compareAndSet(false, true)) {
      shutCarrier();
      lose();
      closeRange(signalRange);
      closeRange(takenRange);
      kept.forEach(Descriptor::close);
      SessionRings open = rings;
      if (open != null) {
        open.close();
      }
    }
  }

  private static void closeRange(@Nullable MappedRange range) {
    if (range != null) {
      range.close();
    }
  }

  /** The carrier brings a reply. */
  final void takeReply(long correlation, Reply reply, List<Descriptor> descriptors) {
    if (!calls.complete(correlation, reply, descriptors)) {
      // The answer to a request that nobody waits for.
      descriptors.forEach(Descriptor::close);
    }
  }

  /** The carrier brings a notification; on the service thread. Owns the descriptors. */
  final void takeNotification(Notification notification, List<Descriptor> descriptors) {
    SessionListener current = listener;
    if (current == null || !(notification instanceof Notification.Rebind)) {
      descriptors.forEach(Descriptor::close);
    }
    switch (notification) {
      case Notification.Revoke revoke -> {
        if (current == null || current.revoke(revoke.handle())) {
          sendOneWay(new Request.Revoked(revoke.handle()));
        }
      }
      case Notification.Rebind rebind -> {
        if (current == null || current.rebind(rebind, descriptors)) {
          sendOneWay(new Request.Rebound(rebind.handle()));
        }
      }
      case Notification.Signalled signalled -> {
        if (current != null) {
          current.signalled(signalled.handle());
        }
      }
    }
  }

  /** The carrier has ended. */
  final void lose() {
    if (isLost.compareAndSet(false, true)) {
      calls.failAll();
      SessionListener current = listener;
      if (current != null) {
        current.lost();
      }
    }
  }

  private void sendOneWay(Request request) {
    if (!isOpen()) {
      return;
    }
    try {
      transmit(LinkLimits.UNANSWERED, request, List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
