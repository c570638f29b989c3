/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.ConnectionStatus;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.wire.ConnectionType;
import dev.atoll.lnet.wire.FrameLayout;
import dev.atoll.lnet.wire.Hello;
import dev.atoll.loop.Timer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Another process of the network: its connections, what waits for them, and when to try again.
 *
 * <pre>
 *                  send                       all types stand
 *   IDLE ----------------------> OPENING ------------------------> UP
 *    ^  ^                       |   ^  \                            |
 *    |  '--- a connection came --   |   `-- failed --> BACK-OFF     | a connection is lost:
 *    |       in: UP                 |                    | send     | all are closed
 *    |                              `--------------------'          |
 *    '--------------- nothing waits --------------------------------'
 * </pre>
 *
 * <p>Who sends first opens the connections: CONTROL, BULK_IN, BULK_OUT, one after the other. A node
 * whose neighbour has opened them uses these. Belongs to the loop.
 */
final class Neighbour {
  /** Refusals in a row that end an attempt; and that a neighbour never gets from this node. */
  static final int REFUSALS_MAX = 3;

  private final TcpLnd lnd;
  private final ProcessId id;
  private final List<Connection> connections = new ArrayList<>();
  private final MessageQueue waiting = new MessageQueue();
  private final Backoff backoff;
  private @Nullable Attempt attempt;
  private @Nullable Timer retry;
  private @Nullable Timer late;

  /** Whether this node opens the types that are missing. */
  private boolean isOpener;

  private int version;
  private long incarnation;
  private int refusalsHeard;
  private int refusalsGiven;
  private boolean isUp;

  /** Whether what waits is being sent, and whether something was added meanwhile. */
  private boolean isDraining;

  private boolean hasAdded;
  private long openedNanos;
  private long keptAliveNanos;

  Neighbour(TcpLnd lnd, ProcessId id) {
    this.lnd = lnd;
    this.id = id;
    TcpTimes times = lnd.settings().times();
    this.backoff = new Backoff(times.reconnectMinNanos(), times.reconnectMaxNanos());
    this.version = lnd.settings().firstVersion(id.nid());
  }

  TcpLnd lnd() {
    return lnd;
  }

  ProcessId id() {
    return id;
  }

  /** Tells whether nothing would be lost if it were forgotten. */
  boolean isIdle() {
    return connections.isEmpty()
        && attempt == null
        && retry == null
        && waiting.size() == 0
        && backoff.isOver(lnd.loop().nanos());
  }

  void addStatus(List<ConnectionStatus> list) {
    for (Connection each : connections) {
      list.add(each.status());
    }
  }

  // Sending

  /** Takes a message; it ends with one call of the port. */
  void send(OutgoingMessage message) {
    if (isDraining) {
      // From within a report: what waits goes first.
      hasAdded = true;
      hold(message);
    } else {
      dispatch(message);
    }
  }

  private void dispatch(OutgoingMessage message) {
    Connection best = choose(message.payloadLength());
    if (best == null) {
      sendWithout(message);
      return;
    }
    if (!best.canCarry(message)) {
      lnd.port().sent(message, -Errno.EPROTONOSUPPORT.number());
    } else if (isHeld(best, message)) {
      hold(message);
    } else if (best.queuedMessages() >= lnd.settings().bounds().queuedMessages()) {
      lnd.port().sent(message, -Errno.ENOBUFS.number());
    } else {
      best.send(message);
    }
    if (isOpener && attempt == null && retry == null) {
      open();
    }
  }

  /** There is no connection that could carry the message. */
  private void sendWithout(OutgoingMessage message) {
    boolean isLost = attempt == null && retry == null && !backoff.isOver(lnd.loop().nanos());
    if (id.isUser() || isLost) {
      int status = isLost ? backoff.status() : -Errno.EHOSTUNREACH.number();
      lnd.port().sent(message, status);
      return;
    }
    hold(message);
    if (attempt == null && retry == null) {
      open();
    }
  }

  private @Nullable Connection choose(int payloadBytes) {
    Connection best = null;
    int fitness = ConnectionChoice.NEVER;
    for (int i = 0; i < connections.size(); i++) {
      Connection each = connections.get(i);
      long bytes = FrameCodec.headBytes(each.version()) + Integer.toUnsignedLong(payloadBytes);
      int its = ConnectionChoice.fitness(each.type(), each.version(), bytes);
      if (its > fitness
          || (best != null && its == fitness && each.queuedMessages() < best.queuedMessages())) {
        best = each;
        fitness = its;
      }
    }
    return best;
  }

  /**
   * Tells whether a message waits for a better connection: while the types are being opened, long
   * messages would else overtake each other, the first over CONTROL, the next over BULK_OUT.
   */
  private boolean isHeld(Connection best, OutgoingMessage message) {
    if (attempt == null) {
      return false;
    }
    long bytes = (long) FrameCodec.headBytes(best.version()) + message.payloadLength();
    return ConnectionChoice.fitness(best.type(), best.version(), bytes) != ConnectionChoice.GOOD;
  }

  private void hold(OutgoingMessage message) {
    if (waiting.size() >= lnd.settings().bounds().queuedMessages()) {
      lnd.port().sent(message, -Errno.ENOBUFS.number());
      return;
    }
    waiting.add(message);
    watchDeadline(message.deadlineNanos());
  }

  private void watchDeadline(long deadlineNanos) {
    Timer current = late;
    if (current == null || current.deadlineNanos() - deadlineNanos > 0) {
      if (current != null) {
        current.cancel();
      }
      late = lnd.loop().schedule(deadlineNanos - lnd.loop().nanos(), this::endLate);
    }
  }

  private void endLate() {
    late = null;
    long now = lnd.loop().nanos();
    endLate(waiting, now);
    if (waiting.size() > 0 && late == null) {
      late = lnd.loop().schedule(waiting.nanosToDeadline(now), this::endLate);
    }
  }

  /** Ends the messages of a queue that are too late. */
  void endLate(MessageQueue queue, long now) {
    var tooLate = new MessageQueue();
    queue.takeLate(now, tooLate);
    end(tooLate, -Errno.ETIMEDOUT.number());
  }

  private void end(MessageQueue queue, int status) {
    for (OutgoingMessage next = queue.take(); next != null; next = queue.take()) {
      lnd.port().sent(next, status);
    }
  }

  /** Sends what waits, as far as there are connections for it now. */
  private void sendWaiting() {
    if (isDraining) {
      return;
    }
    isDraining = true;
    int left = waiting.size();
    for (OutgoingMessage next = waiting.take(); next != null; next = waiting.take()) {
      dispatch(next);
      if (--left == 0) {
        break;
      }
    }
    if (hasAdded && !lnd.isClosed()) {
      // Reports have added to what waits; until that has had its turn all else stands behind it.
      lnd.loop().schedule(0, this::drainAgain);
    } else {
      isDraining = false;
    }
    hasAdded = false;
  }

  private void drainAgain() {
    isDraining = false;
    if (!lnd.isClosed()) {
      sendWaiting();
    }
  }

  // Opening

  private void open() {
    ConnectionType missing = firstMissing();
    if (missing == null || !backoff.isOver(lnd.loop().nanos()) || lnd.isClosed()) {
      return;
    }
    isOpener = true;
    var next = new Attempt(this, missing, version);
    attempt = next;
    next.start();
  }

  private @Nullable ConnectionType firstMissing() {
    if (connections.size() >= ConnectionChoice.OPENED.size() && count(ConnectionType.ANY) == 0) {
      return null;
    }
    for (ConnectionType type : ConnectionChoice.OPENED) {
      if (count(type) == 0) {
        return type;
      }
    }
    return null;
  }

  private int count(ConnectionType type) {
    int found = 0;
    for (int i = 0; i < connections.size(); i++) {
      if (connections.get(i).type() == type) {
        found++;
      }
    }
    return found;
  }

  /** A connection that was begun stands. */
  void agreed(Hello theirs, Descriptor socket, boolean isForeign) {
    attempt = null;
    refusalsHeard = 0;
    backoff.reset();
    if (!connections.isEmpty() && isStale(theirs)) {
      socket.close();
      cut(null, Cut.RESTARTED, -Errno.ECONNRESET.number());
      return;
    }
    if (!isSelf() && count(theirs.type().inverse()) > 0) {
      // The other one came in meanwhile and is as good.
      lnd.counters().refused(Refusal.DUPLICATE);
      socket.close();
    } else {
      add(theirs, socket, isForeign);
    }
    if (attempt == null && !lnd.isClosed()) {
      open();
      sendWaiting();
    }
  }

  /** The neighbour does not want a connection now: both connect at once, most likely. */
  void refused() {
    attempt = null;
    if (++refusalsHeard >= REFUSALS_MAX) {
      failed(-Errno.EALREADY.number());
      return;
    }
    retryIn(lnd.settings().times().reconnectMinNanos());
    sendWaiting();
  }

  /** The neighbour wants another version. */
  void refusedFor(int wanted) {
    attempt = null;
    boolean isSpoken = wanted == 4 || !id.nid().isLarge();
    if (++refusalsHeard >= REFUSALS_MAX || !isSpoken) {
      failed(-Errno.EPROTO.number());
      return;
    }
    version = wanted;
    retryIn(0);
  }

  /** A connection could not be had. */
  void failed(int status) {
    attempt = null;
    refusalsHeard = 0;
    backoff.failed(lnd.loop().nanos(), status);
    if (!connections.isEmpty()) {
      sendWaiting();
      return;
    }
    version = lnd.settings().firstVersion(id.nid());
    isOpener = false;
    var lost = new MessageQueue();
    lost.addAll(waiting);
    end(lost, status);
    if (!lnd.isClosed()) {
      lnd.port().neighbourDown(id, status);
      lnd.unreachable(id, status);
    }
  }

  private void retryIn(long nanos) {
    Timer current = retry;
    if (current != null) {
      current.cancel();
    }
    retry =
        lnd.loop()
            .schedule(
                nanos,
                () -> {
                  retry = null;
                  if (attempt == null) {
                    open();
                    sendWaiting();
                  }
                });
  }

  // Being connected to

  /**
   * Looks whether a connection that came in fits what is there.
   *
   * @return why not, or empty
   */
  @CheckReturnValue
  Optional<Refusal> judge(Hello theirs, Descriptor socket) {
    if (attempt != null && id.nid().compareTo(lnd.settings().self().nid()) < 0) {
      return Optional.of(Refusal.RACE);
    }
    if (!connections.isEmpty() && isStale(theirs)) {
      cut(null, Cut.RESTARTED, -Errno.ECONNRESET.number());
      return Optional.of(Refusal.STALE);
    }
    ConnectionType type = theirs.type().inverse();
    int most = type == ConnectionType.CONTROL ? 1 : lnd.settings().bounds().connectionsPerType();
    // Of a connection to itself both ends stand here.
    if (count(type) >= (isSelf() ? most + 1 : most)) {
      return Optional.of(Refusal.DUPLICATE);
    }
    return Optional.empty();
  }

  /** Tells whether a refusal may be put into words: too many in a row break some nodes. */
  boolean mayRefuse() {
    if (refusalsGiven >= REFUSALS_MAX - 1) {
      refusalsGiven = 0;
      return false;
    }
    refusalsGiven++;
    return true;
  }

  /** A connection that came in stands. */
  void admitted(Hello theirs, Descriptor socket, boolean isForeign) {
    refusalsGiven = 0;
    backoff.reset();
    add(theirs, socket, isForeign);
    sendWaiting();
  }

  /** A node may connect to itself; then both ends stand here. */
  private boolean isSelf() {
    return id.nid().equals(lnd.settings().self().nid());
  }

  private boolean isStale(Hello theirs) {
    return theirs.sourceIncarnation() != incarnation || theirs.version() != version;
  }

  private void add(Hello theirs, Descriptor socket, boolean isForeign) {
    Connection added;
    try {
      added = new Connection(this, theirs, socket, isForeign);
      added.open();
    } catch (ErrnoException gone) {
      // It was reset between the handshake and now.
      lnd.counters().refused(Refusal.ENDED);
      socket.close();
      return;
    }
    lnd.counters().connections++;
    connections.add(added);
    version = theirs.version();
    incarnation = theirs.sourceIncarnation();
    openedNanos = lnd.loop().nanos();
    if (!isUp) {
      isUp = true;
      lnd.port().neighbourUp(id, incarnation);
    }
  }

  // Small frames

  /** Tells the neighbour that the buffer behind a cookie is free. */
  void acknowledge(long cookie, Connection arrivedOn) {
    Connection best = arrivedOn;
    int fitness = ConnectionChoice.noopFitness(best.type(), best.version());
    for (int i = 0; i < connections.size(); i++) {
      Connection each = connections.get(i);
      int its = ConnectionChoice.noopFitness(each.type(), each.version());
      if (its > fitness) {
        best = each;
        fitness = its;
      }
    }
    lnd.counters().sentAcknowledgements++;
    if (!best.sendNoop(cookie)) {
      best.lost(Cut.COOKIE, -Errno.ENOBUFS.number());
    }
  }

  /** How often a connection looks whether a sign of life is due. */
  long keepalivePauseNanos() {
    TcpTimes times = lnd.settings().times();
    long least = Math.min(times.keepaliveNanos(), times.keepaliveAgainNanos());
    return Math.min(least, times.timeoutNanos());
  }

  /** Sends a sign of life if the neighbour has been silent for long. */
  void keepAlive(Connection connection, long now) {
    long silence = Long.MAX_VALUE;
    for (int i = 0; i < connections.size(); i++) {
      silence = Math.min(silence, now - connections.get(i).heardNanos());
    }
    TcpTimes times = lnd.settings().times();
    boolean isDue =
        silence >= times.keepaliveNanos() && now - keptAliveNanos >= times.keepaliveAgainNanos();
    if (isDue) {
      keptAliveNanos = now;
      if (connection.sendNoop(FrameLayout.KEEPALIVE_COOKIE)) {
        lnd.counters().sentKeepalives++;
      }
    }
  }

  // Closing

  /**
   * Closes all connections. What was not begun waits for new ones, unless this node wanted the end.
   *
   * @param culprit the connection that brought it, or null
   * @param cut why
   * @param status a negative errno, or zero for an orderly end
   */
  void cut(@Nullable Connection culprit, Cut cut, int status) {
    var closed = List.copyOf(connections);
    if (closed.isEmpty()) {
      return;
    }
    lnd.counters().cut(cut);
    connections.clear();
    var leavings = new Leavings();
    boolean isFault = status == -Errno.EFAULT.number();
    for (Connection each : closed) {
      each.shut();
      each.drain(leavings, isFault && each == culprit);
    }
    leavings.unbegun.addAll(waiting);
    waiting.addAll(leavings.unbegun);
    if (waiting.size() > 0) {
      long now = lnd.loop().nanos();
      watchDeadline(now + waiting.nanosToDeadline(now));
    }
    isUp = false;
    report(closed, leavings, status);
    if (connections.isEmpty() && attempt == null && !lnd.isClosed()) {
      version = lnd.settings().firstVersion(id.nid());
      reopen(cut);
    }
  }

  private void report(List<Connection> closed, Leavings leavings, int status) {
    int reason = status == 0 ? -Errno.ECONNRESET.number() : status;
    for (Connection each : closed) {
      each.abortReceive(reason);
    }
    end(leavings.written, 0);
    end(leavings.torn, reason);
    if (!lnd.isClosed()) {
      lnd.port().neighbourDown(id, status);
    }
  }

  private void reopen(Cut cut) {
    isOpener = false;
    if (cut == Cut.DISCONNECTED || id.isUser()) {
      var lost = new MessageQueue();
      lost.addAll(waiting);
      end(lost, -Errno.ECONNABORTED.number());
    } else if (waiting.size() > 0 && retry == null) {
      // One that ends as soon as it stands must not be opened again and again without a pause.
      long pause = lnd.settings().times().reconnectMinNanos();
      long rest = openedNanos + pause - lnd.loop().nanos();
      isOpener = true;
      retryIn(Math.max(0, rest));
    }
  }

  /**
   * Ends everything with the neighbour.
   *
   * @param status of the messages that wait
   */
  void disconnect(int status) {
    Attempt current = attempt;
    if (current != null) {
      current.abandon();
      attempt = null;
    }
    Timer again = retry;
    if (again != null) {
      again.cancel();
      retry = null;
    }
    cut(null, Cut.DISCONNECTED, status);
    var lost = new MessageQueue();
    lost.addAll(waiting);
    end(lost, status);
    Timer deadline = late;
    if (deadline != null && waiting.size() == 0) {
      deadline.cancel();
      late = null;
    }
  }
}
