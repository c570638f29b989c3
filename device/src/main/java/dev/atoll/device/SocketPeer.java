/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Site;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.MalformedBlockException;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.ReplyCodec;
import dev.atoll.link.Request;
import dev.atoll.link.RequestCodec;
import dev.atoll.loop.Registration;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.Posix;
import dev.atoll.posix.ReceivedMessage;
import dev.atoll.posix.WaitCalls;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the device's socket.
 *
 * <p>A message that does not decode is refused and the connection goes on; one that leaves the
 * bounds of a message, or a program that does not take its answers, ends it. Owned by the loop.
 */
final class SocketPeer implements Outbound {
  private static final System.Logger LOG = System.getLogger(SocketPeer.class.getName());

  /** Messages taken in one turn, so that one busy program does not keep the others waiting. */
  private static final int MESSAGES_PER_TURN = 32;

  /**
   * What may wait for a program that does not take it: answers, and for each handle one revocation,
   * one rebinding and one signal. More can not come, since nothing is taken from it meanwhile, no
   * new watch either.
   */
  private static final int BACKLOG_MAX = 3 * LinkLimits.HANDLES_MAX + LinkLimits.OUTSTANDING_MAX;

  /**
   * Descriptors that are kept for such a program, as many as go with its answers. It is not told of
   * new memory beyond that, and so loses those connections.
   */
  private static final int KEPT_MAX = 2 * LinkLimits.OUTSTANDING_MAX;

  /**
   * What the next try may not meet any more, and no fault of the program that the message is for.
   */
  private static final Set<Errno> TEMPORARY =
      EnumSet.of(Errno.ETOOMANYREFS, Errno.ENOBUFS, Errno.ENOMEM);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Posix posix;
  private final SegmentAgent agent;
  private final Descriptor socket;
  private final MemorySegment inbox;
  private final MemorySegment outbox;
  private final Deque<Pending> backlog = new ArrayDeque<>();
  private final Host host;
  private @Nullable ClientSession session;
  private @Nullable Registration registration;
  private int kept;
  private long taken;
  private boolean isRefused;
  private boolean isWatched;
  private boolean isBroken;
  private boolean isClosed;

  SocketPeer(Posix posix, SegmentAgent agent, Descriptor socket, Host host) {
    this.posix = posix;
    this.agent = agent;
    this.socket = socket;
    this.host = host;
    this.inbox = host.buffers().inbox();
    this.outbox = host.buffers().outbox();
  }

  /** Whose peer it is. */
  interface Host {
    Buffers buffers();

    /** Runs an action after the one under way, on the loop. */
    void later(Runnable action);

    /** Runs an action on the loop once a time has passed. */
    void after(long delayNanos, Runnable action);

    /** How long a program may take nothing while something waits for it. */
    long patienceNanos();

    /** Closes what a program has sent, elsewhere than on the loop. */
    void discard(List<Descriptor> descriptors);

    void closed(SocketPeer peer);
  }

  /**
   * The loop's buffers, shared by all peers since each is used within one call.
   *
   * @param inbox for a block that arrives
   * @param outbox for a block that leaves
   */
  record Buffers(MemorySegment inbox, MemorySegment outbox) {}

  private record Pending(MemorySegment block, List<Descriptor> descriptors) {
    void close() {
      descriptors.forEach(Descriptor::close);
    }
  }

  void begin(ClientSession opened, Registration registered) {
    session = opened;
    registration = registered;
  }

  boolean isGreeted() {
    return session().isGreeted();
  }

  boolean isClosed() {
    return isClosed;
  }

  /** What goes wrong with one program ends its session and nothing else. */
  void ready(int events) {
    try {
      if ((events & WaitCalls.POLLOUT) != 0) {
        drain();
      }
      if ((events & ~WaitCalls.POLLOUT) != 0 && isTaking()) {
        receive();
      }
      if ((events & WaitCalls.POLLHUP) != 0 && !isClosed && !backlog.isEmpty()) {
        close();
      }
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "event=session-cut session=" + session().number(), e);
      breakOff();
    }
  }

  private void receive() {
    for (int i = 0; i < MESSAGES_PER_TURN && isTaking(); i++) {
      ReceivedMessage message = posix.receiveMessage(socket, inbox);
      if (message.length() == -Errno.EAGAIN.number()) {
        return;
      }
      if (message.length() <= 0) {
        // An empty message may carry descriptors all the same.
        host.discard(message.descriptors());
        close();
        return;
      }
      take(message);
    }
  }

  private boolean isTaking() {
    return !isClosed && !isBroken && backlog.isEmpty();
  }

  private void take(ReceivedMessage message) {
    if (message.isTruncated()) {
      // Bytes or descriptors are lost, so nothing that follows can be trusted to belong together.
      host.discard(message.descriptors());
      agent.countMalformed();
      close();
      return;
    }
    Request.Envelope envelope;
    try {
      envelope = RequestCodec.decode(inbox.asSlice(0, message.length()), message.descriptors());
    } catch (MalformedBlockException e) {
      host.discard(message.descriptors());
      agent.countMalformed();
      session()
          .refuse(e.correlation(), Reply.Refused.of(e.errno(), String.valueOf(e.getMessage())));
      return;
    }
    agent.handle(session(), envelope);
  }

  @Override
  public void reply(long correlation, Reply reply, List<Descriptor> borrowed) {
    send(ReplyCodec.encode(outbox, correlation, reply), borrowed);
  }

  @Override
  public boolean notify(Notification notification, List<Descriptor> borrowed) {
    if (!borrowed.isEmpty() && kept + borrowed.size() > KEPT_MAX) {
      return false;
    }
    send(ReplyCodec.encode(outbox, notification), borrowed);
    return true;
  }

  private void send(MemorySegment block, List<Descriptor> borrowed) {
    if (isClosed || isBroken) {
      return;
    }
    if (!backlog.isEmpty()) {
      enqueue(block, borrowed);
      return;
    }
    long sent = posix.sendMessage(socket, block, borrowed);
    if (sent < 0) {
      if (!isLater(sent)) {
        breakOff();
        return;
      }
      enqueue(block, borrowed);
      waitFor(sent);
    }
  }

  private static boolean isLater(long sent) {
    return sent == -Errno.EAGAIN.number() || TEMPORARY.contains(Errno.of((int) -sent));
  }

  /** Nothing more is taken from a program until it has taken its answers. */
  private void waitFor(long sent) {
    isRefused = sent != -Errno.EAGAIN.number();
    if (isRefused) {
      // The socket itself has room, so only time tells.
      Site.hit("send.refused");
      registration().modify(0);
      host.after(RETRY_NANOS, this::tryAgain);
    } else {
      registration().modify(WaitCalls.POLLOUT);
    }
    if (!isWatched) {
      isWatched = true;
      watch();
    }
  }

  private void tryAgain() {
    if (!isClosed && !isBroken) {
      ready(WaitCalls.POLLOUT);
    }
  }

  /** A program that takes nothing for long is ended, as what it has not taken is kept for it. */
  private void watch() {
    long before = taken;
    host.after(
        host.patienceNanos(),
        () -> {
          if (isClosed || backlog.isEmpty()) {
            isWatched = false;
          } else if (taken != before || isRefused) {
            watch();
          } else {
            LOG.log(
                Level.WARNING,
                "event=session-cut session={0} reason=takes-nothing",
                session().number());
            close();
          }
        });
  }

  @Override
  public void cut() {
    breakOff();
  }

  /**
   * Ends the connection after the action under way: that may be about to walk over the very
   * segments that the end frees.
   */
  private void breakOff() {
    if (!isBroken) {
      isBroken = true;
      host.later(this::close);
    }
  }

  private void enqueue(MemorySegment block, List<Descriptor> borrowed) {
    if (backlog.size() == BACKLOG_MAX) {
      breakOff();
      return;
    }
    List<Descriptor> copies = new ArrayList<>(borrowed.size());
    try {
      borrowed.forEach(each -> copies.add(posix.duplicate(each)));
    } catch (ErrnoException e) {
      // Without its descriptors the answer is worth nothing, and the next one may be no better.
      LOG.log(Level.WARNING, "event=session-cut session=" + session().number(), e);
      copies.forEach(Descriptor::close);
      breakOff();
      return;
    }
    kept += copies.size();
    backlog.addLast(
        new Pending(MemorySegment.ofArray(block.toArray(ValueLayout.JAVA_BYTE)), copies));
  }

  private void drain() {
    while (!backlog.isEmpty() && !isClosed) {
      Pending next = backlog.getFirst();
      MemorySegment block = outbox.asSlice(0, next.block().byteSize());
      block.copyFrom(next.block());
      long sent = posix.sendMessage(socket, block, next.descriptors());
      if (sent < 0) {
        if (isLater(sent)) {
          waitFor(sent);
        } else {
          close();
        }
        return;
      }
      taken++;
      kept -= next.descriptors().size();
      backlog.removeFirst().close();
    }
    if (!isClosed) {
      isRefused = false;
      registration().modify(WaitCalls.POLLIN);
    }
  }

  /** Ends the connection and frees all that was made through it. */
  void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    registration().cancel();
    // With descriptors in messages nobody has read, its close can wait for their files.
    host.discard(List.of(socket));
    backlog.forEach(Pending::close);
    backlog.clear();
    agent.end(session());
    host.closed(this);
  }

  /** Closes the socket alone; the loop that owned the rest has failed. */
  void abandon() {
    host.discard(List.of(socket));
  }

  private ClientSession session() {
    ClientSession opened = session;
    if (opened == null) {
      throw new IllegalStateException("the connection has not begun");
    }
    return opened;
  }

  private Registration registration() {
    Registration current = registration;
    if (current == null) {
      throw new IllegalStateException("the connection has not begun");
    }
    return current;
  }
}
