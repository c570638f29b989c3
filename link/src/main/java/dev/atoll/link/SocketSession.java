/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.PollSet;
import dev.atoll.posix.Posix;
import dev.atoll.posix.ReceivedMessage;
import dev.atoll.posix.WaitCalls;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A session with a device in another process, over its Unix socket.
 *
 * <p>One platform thread serves the device: it receives everything, answers revocations, and hands
 * replies to whoever waits for them.
 */
public final class SocketSession extends CallingSession {
  private static final System.Logger LOG = System.getLogger(SocketSession.class.getName());

  /** How long a sender rests when the device's queue is full; the device's loop empties it. */
  private static final long FULL_QUEUE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final Descriptor socket;
  private final Descriptor wake;
  private final Thread service;
  private final ReentrantReadWriteLock users = new ReentrantReadWriteLock();

  /** What the service thread has to say; its own. At most one answer for each revocation. */
  private final Deque<byte[]> unsent = new ArrayDeque<>();

  private volatile boolean isStopping;

  private SocketSession(Posix posix, Descriptor socket, Descriptor wake) {
    super(posix);
    this.socket = socket;
    this.wake = wake;
    this.service = Thread.ofPlatform().name("atoll-service").daemon(true).unstarted(this::serve);
  }

  /**
   * Connects to the device of a directory.
   *
   * @param posix the operating system
   * @param directory where the device listens
   * @return the open session
   * @throws InterruptedException if interrupted meanwhile
   * @throws LinkException if no device listens there, somebody else does, or it refuses
   */
  public static SocketSession connect(Posix posix, DeviceDirectory directory)
      throws InterruptedException {
    return connect(posix, directory, false);
  }

  /**
   * Connects to the device of a directory, for a {@link LastingSession}.
   *
   * @param posix the operating system
   * @param directory where the device listens
   * @return the open session, which keeps the file of its signal pages open
   * @throws InterruptedException if interrupted meanwhile
   * @throws LinkException as {@link #connect}
   */
  public static SocketSession connectKeeping(Posix posix, DeviceDirectory directory)
      throws InterruptedException {
    return connect(posix, directory, true);
  }

  private static SocketSession connect(Posix posix, DeviceDirectory directory, boolean isKeeping)
      throws InterruptedException {
    directory.checkBeforeConnect(posix);
    Descriptor socket = connectSocket(posix, directory);
    SocketSession session;
    try {
      checkPeer(posix, socket, directory);
      session = new SocketSession(posix, socket, posix.eventfd(0));
    } catch (RuntimeException e) {
      socket.close();
      throw e;
    }
    Site.hit("session.connected");
    session.service.start();
    try {
      session.greet(isKeeping);
    } catch (LinkException e) {
      throw isHangUp(e) && hasLeft(directory) ? left(directory, e) : e;
    }
    Site.hit("session.greeted");
    return session;
  }

  /**
   * Tells a device that hung up before it greeted, which is full, leaves or has died, from one that
   * refuses with words.
   *
   * @param failure what {@link #connect} threw
   * @return true if it is worth looking again who listens now
   */
  public static boolean isHangUp(LinkException failure) {
    return failure.code().equals(LinkException.REFUSED)
        && failure.getCause() instanceof LinkException cause
        && cause.code().equals(LinkException.LOST);
  }

  /** A device that leaves takes its socket's name away before it hangs up. */
  private static boolean hasLeft(DeviceDirectory directory) {
    return Files.notExists(directory.socket(), LinkOption.NOFOLLOW_LINKS);
  }

  private static LinkException left(DeviceDirectory directory, LinkException cause) {
    return new LinkException(
        LinkException.NO_DEVICE,
        "The device at " + directory.socket() + " left just now. Start one, or try again.",
        cause);
  }

  private static Descriptor connectSocket(Posix posix, DeviceDirectory directory) {
    try {
      return posix.connectUnix(directory.socket());
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EACCES) {
        throw new LinkException(
            LinkException.REFUSED,
            "The device at " + directory.socket() + " does not take programs of this user.",
            e);
      }
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ECONNREFUSED) {
        throw new LinkException(
            LinkException.NO_DEVICE,
            "No device listens at "
                + directory.socket()
                + " ("
                + e.errno()
                + "). Start one with"
                + " `atoll node --dir "
                + directory.path()
                + "`, or use Node.embedded().",
            e);
      }
      throw e;
    }
  }

  /** Only the owner of the directory, or root, can be the device there (threat T19). */
  private static void checkPeer(Posix posix, Descriptor socket, DeviceDirectory directory) {
    PeerCredentials peer = posix.peerCredentials(socket);
    int owner = posix.statx(directory.path(), true).uid();
    if (peer.uid() != owner && peer.uid() != 0) {
      throw new LinkException(
          LinkException.REFUSED,
          "The process that listens at "
              + directory.socket()
              + " runs as uid "
              + peer.uid()
              + ", but the directory belongs to uid "
              + owner
              + ". Not connecting.",
          null);
    }
  }

  @Override
  void transmit(long correlation, Request request, List<Descriptor> passed)
      throws InterruptedException {
    users.readLock().lock();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block =
          RequestCodec.encode(
              arena.allocate(LinkLimits.BLOCK_BYTES_MAX, Long.BYTES), correlation, request);
      if (Thread.currentThread().equals(service)) {
        sendLater(block.toArray(ValueLayout.JAVA_BYTE));
        return;
      }
      long sent = posix().sendMessage(socket, block, passed);
      while (sent == -Errno.EAGAIN.number() && isOpen()) {
        if (Thread.interrupted()) {
          throw new InterruptedException("while the device's queue is full");
        }
        LockSupport.parkNanos(FULL_QUEUE_NANOS);
        sent = posix().sendMessage(socket, block, passed);
      }
      checkSent(sent);
    } finally {
      users.readLock().unlock();
    }
  }

  private void checkSent(long sent) {
    if (sent < 0) {
      // The service thread sees the same end of the connection and fails the call.
      LOG.log(Level.DEBUG, "event=send-failed errno={0}", Errno.of((int) -sent));
      stopService();
    }
  }

  /**
   * The service thread must go on receiving while the device's queue is full: the device takes
   * nothing from a program that does not take what it is told.
   */
  private void sendLater(byte[] block) {
    unsent.addLast(block);
  }

  /** Sends what the service thread has to say, as far as the device's queue has room. */
  private void sendUnsent(MemorySegment buffer) {
    while (!unsent.isEmpty()) {
      byte[] next = unsent.getFirst();
      MemorySegment block = buffer.asSlice(0, next.length);
      MemorySegment.copy(next, 0, block, ValueLayout.JAVA_BYTE, 0, next.length);
      long sent = posix().sendMessage(socket, block, List.of());
      if (sent == -Errno.EAGAIN.number()) {
        return;
      }
      unsent.removeFirst();
      checkSent(sent);
    }
  }

  @Override
  void shutCarrier() {
    stopService();
    if (!Thread.currentThread().equals(service)) {
      joinService();
    }
    // Only now, when neither the service thread nor a caller uses them: a number that is closed too
    // early may be somebody else's by the time it is written to.
    users.writeLock().lock();
    try {
      socket.close();
      wake.close();
    } finally {
      users.writeLock().unlock();
    }
  }

  private void stopService() {
    isStopping = true;
    posix().eventfdAdd(wake, 1);
  }

  private void joinService() {
    boolean isInterrupted = false;
    while (service.isAlive()) {
      try {
        service.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve() {
    try (Arena arena = Arena.ofConfined()) {
      PollSet set = new PollSet(2);
      MemorySegment buffer = arena.allocate(LinkLimits.BLOCK_BYTES_MAX, Long.BYTES);
      boolean isMore = true;
      while (isMore && !isStopping) {
        sendUnsent(buffer);
        set.clear();
        set.add(socket, unsent.isEmpty() ? WaitCalls.POLLIN : WaitCalls.POLLIN | WaitCalls.POLLOUT);
        set.add(wake, WaitCalls.POLLIN);
        int ready = posix().poll(set, WaitCalls.FOREVER);
        isMore = ready < 0 || receive(buffer);
      }
    } catch (MalformedBlockException e) {
      LOG.log(Level.WARNING, "event=session-cut reason=device-sends-garbage", e);
    } finally {
      try {
        posix().shutdown(socket);
      } finally {
        lose();
      }
    }
  }

  /** Takes all that has arrived; false at the end of the connection. */
  private boolean receive(MemorySegment buffer) {
    while (!isStopping) {
      ReceivedMessage message = posix().receiveMessage(socket, buffer);
      if (message.length() == -Errno.EAGAIN.number()) {
        return true;
      }
      if (message.length() <= 0) {
        message.closeDescriptors();
        return false;
      }
      take(buffer.asSlice(0, message.length()), message);
    }
    return false;
  }

  private void take(MemorySegment block, ReceivedMessage message) {
    if (message.isTruncated()) {
      message.closeDescriptors();
      throw new MalformedBlockException(Errno.EMSGSIZE, 0, "a block does not fit the buffer");
    }
    try {
      decode(block, message);
    } catch (MalformedBlockException e) {
      message.closeDescriptors();
      throw e;
    }
  }

  private void decode(MemorySegment block, ReceivedMessage message) {
    ReplyCodec.decode(
        block,
        new ReplyCodec.Sink() {
          @Override
          public void replied(long correlation, Reply reply) {
            takeReply(correlation, reply, message.descriptors());
          }

          @Override
          public void notified(Notification notification) {
            takeNotification(notification, message.descriptors());
          }
        });
  }
}
