/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.base.Site;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session that outlives its device: when that dies, a thread of its own looks for the next device
 * of the directory, lets the {@link SessionListener} make there anew what is to live on, and then
 * goes on with it.
 *
 * <p>Handles stay, and so does the memory of {@link #signalPages}: the new device's pages are
 * mapped over the old ones. While there is no device, calls throw ATOLL_SESSION_LOST.
 */
public final class LastingSession implements Session {
  private static final System.Logger LOG = System.getLogger(LastingSession.class.getName());
  private static final long SHORTEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Connector connector;
  private final MappedRange pages;
  private final MappedRange taken;
  private final Object lock = new Object();
  private volatile SocketSession current;
  private volatile @Nullable SessionListener listener;
  private volatile boolean isClosed;
  private @Nullable Thread seeker;

  /** How to reach the device of the directory. */
  @FunctionalInterface
  public interface Connector {
    /**
     * Opens a session, as by {@link SocketSession#connectKeeping}.
     *
     * @return the session
     * @throws InterruptedException if interrupted meanwhile
     */
    SocketSession connect() throws InterruptedException;
  }

  private LastingSession(
      Connector connector, SocketSession first, MappedRange pages, MappedRange taken) {
    this.taken = taken;
    this.connector = connector;
    this.current = first;
    this.pages = pages;
    first.listen(new Relay(first));
  }

  /**
   * Opens a session that lasts.
   *
   * @param posix the operating system
   * @param connector how to reach the device, now and after each loss
   * @return the open session
   * @throws InterruptedException if interrupted meanwhile
   * @throws LinkException as the connector
   */
  public static LastingSession open(Posix posix, Connector connector) throws InterruptedException {
    SocketSession first = connector.connect();
    try {
      MappedRange pages = map(posix, first.keptFiles().get(0), "signal pages", false);
      MappedRange taken;
      try {
        taken = map(posix, first.keptFiles().get(1), "taken pages", true);
      } catch (RuntimeException e) {
        pages.close();
        throw e;
      }
      return new LastingSession(connector, first, pages, taken);
    } catch (RuntimeException e) {
      first.close();
      throw e;
    }
  }

  private static MappedRange map(Posix posix, Descriptor file, String subject, boolean isWritable) {
    long length = isWritable ? TakenLayout.TOTAL_BYTES : SignalSlotLayout.TOTAL_BYTES;
    int protection = MemoryCalls.PROT_READ | (isWritable ? MemoryCalls.PROT_WRITE : 0);
    return MappedRange.map(
        posix, new MapRequest(length, protection, MemoryCalls.MAP_SHARED, file, 0, subject));
  }

  @Override
  public Reply.Welcome welcome() {
    return current.welcome();
  }

  @Override
  public MemorySegment signalPages() {
    return pages.segment();
  }

  @Override
  public MemorySegment takenPages() {
    return taken.segment();
  }

  @Override
  public Answer call(Request request, List<Descriptor> passed) throws InterruptedException {
    return usable().call(request, passed);
  }

  @Override
  public void tell(Request request) throws InterruptedException {
    usable().tell(request);
  }

  @Override
  public SessionRings rings() throws InterruptedException {
    return usable().rings();
  }

  @Override
  public @Nullable SessionRings openRings() {
    return current.openRings();
  }

  private SocketSession usable() {
    SocketSession session = current;
    if (isClosed) {
      throw new IllegalStateException("the session is closed");
    }
    if (!session.isOpen()) {
      throw new LinkException(
          LinkException.LOST,
          "The device has gone. This program attaches again by itself once there is another; until"
              + " then its imports are aborted and its exports can not be reached.",
          null);
    }
    return session;
  }

  @Override
  public void listen(SessionListener next) {
    listener = next;
  }

  @Override
  public boolean isOpen() {
    return !isClosed && current.isOpen();
  }

  @Override
  public boolean isEnded() {
    return isClosed;
  }

  @Override
  public void close() {
    Thread running;
    synchronized (lock) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      running = seeker;
    }
    if (running != null) {
      running.interrupt();
      join(running);
    }
    current.close();
    pages.close();
    taken.close();
  }

  private static void join(Thread thread) {
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void wasLost(SocketSession session) {
    synchronized (lock) {
      if (isClosed || session != current || seeker != null) {
        return;
      }
      Thread next = Thread.ofPlatform().name("atoll-seeker").daemon(true).unstarted(this::seek);
      seeker = next;
      tellLost();
      next.start();
    }
  }

  private void tellLost() {
    SessionListener told = listener;
    if (told != null) {
      told.lost();
    }
  }

  /** Looks for a device until one is there that takes everything back, or the session is closed. */
  private void seek() {
    long restNanos = SHORTEST_REST_NANOS;
    try {
      while (!isClosed) {
        if (tryToReturn() && isSettled()) {
          return;
        }
        TimeUnit.NANOSECONDS.sleep(restNanos);
        restNanos = Math.min(LONGEST_REST_NANOS, restNanos * 2);
      }
    } catch (InterruptedException e) {
      // The session is being closed.
      LOG.log(Level.DEBUG, "event=session-seek-ended");
    }
  }

  private boolean tryToReturn() throws InterruptedException {
    SocketSession fresh;
    try {
      fresh = connector.connect();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "event=session-not-resumed", e);
      return false;
    }
    boolean isTaken = false;
    try {
      SessionListener told = listener;
      fresh.listen(new Relay(fresh));
      if (told != null) {
        told.resume(fresh);
      }
      take(fresh);
      isTaken = true;
      if (told != null) {
        told.resumed();
      }
      Site.hit("session.resumed");
      return true;
    } catch (RuntimeException e) {
      // Whatever it is, the next attempt may do better, and nobody else would make one.
      LOG.log(Level.WARNING, "event=session-not-resumed", e);
      return false;
    } finally {
      if (!isTaken) {
        fresh.close();
      }
    }
  }

  /** Who found the session open, and takes a signal only now, takes none of what is copied. */
  private void take(SocketSession fresh) {
    SocketSession old = current;
    TakenWord.moveAll(taken.segment(), fresh.takenPages());
    pages.replace(fresh.keptFiles().get(0), 0);
    taken.replace(fresh.keptFiles().get(1), 0);
    current = fresh;
    old.close();
  }

  /** False if the new device has gone already. */
  private boolean isSettled() {
    synchronized (lock) {
      if (current.isOpen()) {
        seeker = null;
        return true;
      }
    }
    tellLost();
    return false;
  }

  /** Passes on what the session with one device says. */
  private final class Relay implements SessionListener {
    private final SocketSession session;

    Relay(SocketSession session) {
      this.session = session;
    }

    @Override
    public boolean revoke(long handle) {
      SessionListener told = listener;
      return told == null || told.revoke(handle);
    }

    @Override
    public boolean rebind(Notification.Rebind rebind, List<Descriptor> descriptors) {
      SessionListener told = listener;
      if (told == null) {
        descriptors.forEach(Descriptor::close);
        return true;
      }
      return told.rebind(rebind, descriptors);
    }

    @Override
    public void signalled(long handle) {
      SessionListener told = listener;
      if (told != null) {
        told.signalled(handle);
      }
    }

    @Override
    public void lost() {
      wasLost(session);
    }
  }
}
