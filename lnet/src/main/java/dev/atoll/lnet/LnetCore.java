/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.LndPort.Verdict;
import dev.atoll.loop.EventLoop;
import dev.atoll.posix.Errno;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Portals, match entries and memory descriptors of one node, and the messages between them and the
 * network.
 *
 * <p>Belongs to the loop. Handlers are called before the call returns that caused their event,
 * except for calls that are made by a handler: what those cause comes after it has returned.
 * Putting, getting, arriving and leaving allocate nothing once pools have grown.
 */
final class LnetCore {
  /** How long an answer is waited for, unless an operation says otherwise. */
  static final long TRANSACTION_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(150);

  private static final int CLOSED = -Errno.ESHUTDOWN.number();
  private static final int GONE = -Errno.ENOENT.number();

  private final Portals portals;
  private final EventQueue events;
  private final AwaitedAnswers awaited;
  private final Descriptors descriptors;
  private final Departures departures;
  private final Arrivals arrivals;
  private boolean isClosed;

  /** What the parts of the core share. */
  record Parts(
      EventLoop loop,
      long interfaceCookie,
      PrimaryNids primaryNids,
      LnetCounters counters,
      Portals portals) {}

  /**
   * Makes the core of a node.
   *
   * @param loop whose it is
   * @param interfaceCookie half of every wire handle; a random number, another one after each start
   * @param transmitter takes what is to be sent
   * @param primaryNids knows which NIDs belong together
   * @param counters counts
   */
  LnetCore(
      EventLoop loop,
      long interfaceCookie,
      Transmitter transmitter,
      PrimaryNids primaryNids,
      LnetCounters counters) {
    portals = new Portals(primaryNids);
    Parts parts = new Parts(loop, interfaceCookie, primaryNids, counters, portals);
    events = new EventQueue(loop);
    awaited = new AwaitedAnswers(loop, events);
    descriptors = new Descriptors(events, awaited);
    departures = new Departures(parts, transmitter, awaited, descriptors);
    arrivals = new Arrivals(parts, awaited, descriptors, departures);
    awaited.whenExpired(departures::expired);
  }

  /** Sets how long an answer is waited for, unless an operation says otherwise. */
  void transactionTimeoutNanos(long nanos) {
    departures.timeoutNanos(nanos);
  }

  /**
   * Says whether the search in a portal passes over a descriptor that has too little room, instead
   * of dropping the message.
   */
  void goesOnWhenTooLong(int portal, boolean goesOn) {
    portals.goesOnWhenTooLong(portal, goesOn);
  }

  /**
   * Lets PUTs that nothing matches wait at a portal until something does ({@code
   * LNetSetLazyPortal}).
   *
   * @param messages how many at most; more are dropped
   */
  void setLazy(int portal, int messages) {
    requireOpen();
    if (messages <= 0) {
      throw new IllegalArgumentException("messages=" + messages);
    }
    clearLazy(portal);
    portals.delayed(portal, new DelayedPuts(messages));
  }

  /** Drops what waits at a portal, and lets nothing wait any more ({@code LNetClearLazyPortal}). */
  void clearLazy(int portal) {
    DelayedPuts puts = portals.delayed(portals.table(portal).portal());
    portals.delayed(portal, null);
    if (puts != null) {
      puts.clear(arrivals);
    }
  }

  /** Adds an entry to a portal's list ({@code LNetMEAttach}). */
  MatchEntry attach(int portal, MatchSpec spec) {
    requireOpen();
    MatchEntry entry = new MatchEntry(portals.table(portal), spec);
    entry.table.add(entry);
    return entry;
  }

  /** Adds an entry in front of another of the same portal. */
  MatchEntry attachBefore(MatchEntry other, MatchSpec spec) {
    requireOpen();
    MatchEntry entry = new MatchEntry(requireListed(other).table, spec);
    entry.table.addBefore(other, entry);
    return entry;
  }

  /** Adds an entry behind another of the same portal. */
  MatchEntry attachAfter(MatchEntry other, MatchSpec spec) {
    requireOpen();
    MatchEntry entry = new MatchEntry(requireListed(other).table, spec);
    entry.table.addAfter(other, entry);
    return entry;
  }

  /**
   * Gives an entry its memory ({@code LNetMDAttach}). The options allow PUT, GET or both.
   *
   * @throws IllegalStateException if the entry has a descriptor, or is gone
   */
  MemoryDescriptor attach(
      MatchEntry entry,
      Pieces pieces,
      MemoryOptions options,
      EventHandler handler,
      @Nullable Object userPointer) {
    requireOpen();
    if (requireListed(entry).descriptor != null) {
      throw new IllegalStateException("entry of portal=" + entry.portal() + " has a descriptor");
    }
    if (!options.has(MemoryOptions.OP_PUT | MemoryOptions.OP_GET)
        || options.maxSize() > pieces.length()) {
      throw new IllegalArgumentException("options=" + options + " of an attached descriptor");
    }
    MemoryDescriptor added = new MemoryDescriptor(pieces, options, handler, userPointer, entry);
    entry.descriptor = added;
    descriptors.add(added);
    retryDelayed(entry.portal());
    return added;
  }

  /** Prepares memory for own puts and gets ({@code LNetMDBind}); at most 1 MiB. */
  MemoryDescriptor bind(
      Pieces pieces, MemoryOptions options, EventHandler handler, @Nullable Object userPointer) {
    requireOpen();
    if (options.has(MemoryOptions.OP_PUT | MemoryOptions.OP_GET)
        || pieces.length() > LnetOperation.LENGTH_MAX) {
      throw new IllegalArgumentException(
          "options=" + options + ", bytes=" + pieces.length() + " of a free descriptor");
    }
    MemoryDescriptor added = new MemoryDescriptor(pieces, options, handler, userPointer, null);
    descriptors.add(added);
    return added;
  }

  /**
   * Unlinks a descriptor ({@code LNetMDUnlink}). An idle one ends with an UNLINK event, a busy one
   * with the event of its last message. Answers are no longer waited for.
   *
   * @return zero, or -ENOENT if it was unlinked before
   */
  @CheckReturnValue
  int unlink(MemoryDescriptor descriptor) {
    events.begin();
    try {
      return descriptors.unlink(descriptor);
    } finally {
      events.end();
    }
  }

  /**
   * Unlinks a descriptor and takes its memory out of messages that are coming in: their events say
   * ECANCELED. Afterwards only messages that are going out hold the memory; if there are none, the
   * last event has come.
   *
   * @return zero, or -ENOENT if it is gone
   */
  @CheckReturnValue
  int unlinkNow(MemoryDescriptor descriptor) {
    events.begin();
    try {
      return descriptors.unlinkNow(descriptor);
    } finally {
      events.end();
    }
  }

  /**
   * Takes an entry out of its list, and unlinks its descriptor if it has one ({@code
   * LNetMEUnlink}).
   *
   * @return zero, or -ENOENT if it is gone
   */
  @CheckReturnValue
  int unlink(MatchEntry entry) {
    if (!entry.isListed) {
      return GONE;
    }
    entry.table.remove(entry);
    MemoryDescriptor descriptor = entry.descriptor;
    if (descriptor != null) {
      int _ = unlink(descriptor);
    }
    return 0;
  }

  /**
   * Puts bytes to a portal of another process ({@code LNetPut}). SEND is reported once the message
   * has left, or with the error that kept it; ACK in any order with it, if asked for.
   *
   * @return zero, or a negative errno if nothing was begun: ENOENT for a descriptor that is gone,
   *     used up or attached; EINVAL for values that can't be; ENOMEM if too many answers are waited
   *     for; ESHUTDOWN after close
   */
  @CheckReturnValue
  int put(MemoryDescriptor descriptor, LnetOperation operation) {
    return begin(descriptor, operation, false);
  }

  /**
   * Gets bytes of a portal of another process ({@code LNetGet}). SEND and REPLY are reported in any
   * order; if SEND says an error there is no REPLY.
   *
   * @return as {@link #put}
   */
  @CheckReturnValue
  int get(MemoryDescriptor descriptor, LnetOperation operation) {
    return begin(descriptor, operation, true);
  }

  /** Decides about a message that has come; see {@link LndPort#arrived}. */
  Verdict arrived(IncomingMessage message) {
    events.begin();
    try {
      return isClosed ? arrivals.drop(message, DropReason.CLOSED) : arrivals.arrived(message);
    } finally {
      events.end();
    }
  }

  /** Ends a message that has come; see {@link LndPort#received}. */
  void received(IncomingMessage message, int status) {
    events.begin();
    try {
      arrivals.received(message, status);
    } finally {
      events.end();
    }
  }

  /** Ends a message that has left; see {@link LndPort#sent}. */
  void sent(OutgoingMessage message, int status) {
    events.begin();
    try {
      departures.sent(message, status);
    } finally {
      events.end();
    }
  }

  /**
   * Unlinks everything; nothing new begins. A descriptor whose bytes are still going out ends when
   * the network gives its message back. A second call does nothing.
   */
  void close() {
    isClosed = true;
    events.begin();
    try {
      for (int portal = 0; portal < Portals.COUNT; portal++) {
        clearLazy(portal);
      }
      descriptors.close();
    } finally {
      events.end();
    }
  }

  /** Counts what has not ended. */
  int descriptorCount() {
    return descriptors.count();
  }

  /** Counts the answers that are waited for. */
  int awaitedCount() {
    return awaited.count();
  }

  /** Counts the messages that are with the network. */
  int lentCount() {
    return departures.lentCount();
  }

  private void retryDelayed(int portal) {
    DelayedPuts puts = portals.delayed(portal);
    if (puts == null) {
      return;
    }
    events.begin();
    try {
      puts.retry(arrivals);
    } finally {
      events.end();
    }
  }

  private int begin(MemoryDescriptor descriptor, LnetOperation operation, boolean isGet) {
    if (isClosed) {
      return CLOSED;
    }
    events.begin();
    try {
      return departures.begin(descriptor, operation, isGet);
    } finally {
      events.end();
    }
  }

  private void requireOpen() {
    if (isClosed) {
      throw new IllegalStateException("the node is closed");
    }
  }

  private static MatchEntry requireListed(MatchEntry entry) {
    if (!entry.isListed) {
      throw new IllegalStateException("entry of portal=" + entry.portal() + " is gone");
    }
    return entry;
  }
}
