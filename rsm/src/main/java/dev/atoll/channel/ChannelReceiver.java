/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.base.Deadline;
import dev.atoll.base.Site;
import dev.atoll.memory.FrameConsumer;
import dev.atoll.memory.FrameHandler;
import dev.atoll.memory.FramePositions;
import dev.atoll.memory.FrameRing;
import dev.atoll.memory.Region;
import dev.atoll.memory.SegmentWords;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.rsm.Access;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.SignalOutcome;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The receiving end of a channel, which makes it and gives it its segment id.
 *
 * {@snippet class="dev.atoll.ChannelSnippets" region="receive"}
 *
 * <p>Messages of one sender come in its order, each once; messages of a sender that has died are
 * given as far as it committed them, never in part. A receiver that takes over a channel after
 * another has died may be given the last few again: see {@link #resume}.
 *
 * <p>The senders share the memory, so any of them can spoil it: then {@link #poll} says so with a
 * {@link ChannelException}, and nothing worse happens. What is in a message must be checked like
 * any input.
 *
 * <p>Cost: {@link #poll} allocates nothing and makes no system call while messages come. Ordering:
 * what the sender stored before it committed is seen by the handler. Thread safety: one thread at a
 * time, except {@link #positions} and {@link #close}, which any thread may call; a poll that runs
 * meanwhile ends or throws {@link IllegalStateException}.
 */
public final class ChannelReceiver implements AutoCloseable {
  /** Bounds a sleep, for senders that die between a commit and the signal for it. */
  private static final Duration SLEEP_MOST = Duration.ofMillis(100);

  /** Bounds a sleep where senders can not be fenced, so that one could miss the sleeper. */
  private static final Duration UNFENCED_SLEEP_MOST = Duration.ofMillis(1);

  /** A busy receiver looks after its senders once per so many polls, an idle one more often. */
  private static final int BUSY_POLLS = 4096;

  private static final int IDLE_POLLS = 64;

  private final Region region;
  private final ExportSegment export;
  private final FrameRing ring;
  private final FrameConsumer consumer;
  private final ChannelOptions options;
  private final ProcessTable processes = new ProcessTable();
  private final int generation;
  private final long openedNanos;
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private int pollsLeft = IDLE_POLLS;
  private boolean isHeldUp;
  private long heldUpSinceNanos;

  private ChannelReceiver(
      Region region, ExportSegment export, FrameRing ring, ChannelOptions options) {
    this.region = region;
    this.export = export;
    this.ring = ring;
    this.consumer = FrameConsumer.open(ring);
    this.options = options;
    this.generation = ring.positions().generation();
    this.openedNanos = options.clock().nanos();
  }

  /**
   * Makes a channel in fresh memory. Nobody can connect until {@link #publish}.
   *
   * @param controller through which senders will connect
   * @param region all zero, of at least {@link Channels#sizeFor}; the channel takes the largest
   *     power of two that fits. It must stay open until this is closed, and stays the caller's. It
   *     must not be exported a second time: a sender that such an export's end cuts off between
   *     claim and commit would hold this receiver up for as long as its process lives
   * @param senders how many may be connected at a time, 1 to 256; 1 is the fastest
   * @param options how to run it
   * @return the receiver, owned by the caller
   * @throws IllegalArgumentException if the region is too small, or holds a channel already
   * @throws dev.atoll.rsm.RsmException as {@link Controller#export}
   */
  public static ChannelReceiver create(
      Controller controller, Region region, int senders, ChannelOptions options) {
    var words = new SegmentWords(region.segment());
    if (words.longAcquire(0) != 0) {
      throw new IllegalArgumentException(
          "region=" + region + " is not empty; resume() takes over a channel");
    }
    long capacity = Channels.capacityOf(region.size(), senders);
    FrameRing ring = FrameRing.create(words, region.segment().asReadOnly(), capacity, senders);
    Site.hit("channel.laid");
    return open(controller, region, ring, options);
  }

  /**
   * Takes over the channel of a receiver that has ended, in memory that outlived it.
   *
   * <p>After the end of a process, however sudden, every committed message is still there. Those
   * that the old receiver polled and had not told its senders of, at most an eighth of the channel,
   * are given again. Claims that the old receiver's senders never committed are passed over once
   * the grace has passed. After a loss of power nothing is promised: messages are not flushed.
   *
   * @param controller through which senders will connect
   * @param region that holds the channel; it must stay open until this is closed, and must not be
   *     exported a second time, as for {@link #create}
   * @param options how to run it
   * @return the receiver, owned by the caller
   * @throws dev.atoll.memory.RefusedMemoryException if the region holds no sound channel
   * @throws dev.atoll.rsm.RsmException as {@link Controller#export}
   */
  public static ChannelReceiver resume(
      Controller controller, Region region, ChannelOptions options) {
    FrameRing ring =
        FrameRing.attach(new SegmentWords(region.segment()), region.segment().asReadOnly());
    return open(controller, region, ring, options);
  }

  private static ChannelReceiver open(
      Controller controller, Region region, FrameRing ring, ChannelOptions options) {
    ExportSegment export = controller.export(region);
    try {
      return new ChannelReceiver(region, export, ring, options);
    } catch (RuntimeException e) {
      export.close();
      throw e;
    }
  }

  /**
   * Lets senders connect; they need the right to read and write.
   *
   * @param segmentId wanted id, or 0 to have one assigned
   * @param accessList who may connect, as {@link ExportSegment#publish} takes it
   * @return the id it has
   * @throws dev.atoll.rsm.RsmException as {@link ExportSegment#publish}
   */
  public int publish(int segmentId, Access... accessList) {
    return export.publish(segmentId, accessList);
  }

  /**
   * Gives messages that have come, in order, up to a limit; does not wait.
   *
   * @param handler receives each message during the call
   * @param limit the most frames to look at, positive; aborted ones count
   * @return how many messages were given, possibly zero
   * @throws ChannelException ATOLL_CHANNEL_CORRUPT if the memory holds what no correct sender
   *     writes; the channel is closed for senders then
   * @throws IllegalStateException if this is closed
   */
  @CheckReturnValue
  public int poll(FrameHandler handler, int limit) {
    long count = consumer.poll(handler, limit);
    if (count < 0) {
      throw corrupt();
    }
    if (--pollsLeft <= 0) {
      lookAfterSenders();
      pollsLeft = count == 0 ? IDLE_POLLS : BUSY_POLLS;
    }
    return (int) count;
  }

  /**
   * Waits until a poll would give something or fail, in the way of the idle policy.
   *
   * @param timeout how long; zero just looks; negative waits for ever
   * @return false if the time was up first
   * @throws InterruptedException if the thread is interrupted
   * @throws ChannelException ATOLL_CHANNEL_CORRUPT as {@link #poll}
   * @throws IllegalStateException if this is closed
   */
  @CheckReturnValue
  public boolean await(Duration timeout) throws InterruptedException {
    if (consumer.isReady()) {
      return true;
    }
    Deadline deadline = Deadline.after(options.clock(), timeout);
    for (long turn = 0; !consumer.isReady(); turn++) {
      if (isClosed.get()) {
        throw new IllegalStateException("channel is closed");
      }
      if (deadline.isReached()) {
        return false;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("while waiting for a message");
      }
      if (options.idle().isSleeping() && options.idle().isRestDue(turn)) {
        sleep(deadline);
      } else {
        options.idle().idle(turn);
      }
      if (turn % IDLE_POLLS == 0 || options.idle().isRestDue(turn)) {
        lookAfterSenders();
      }
    }
    return true;
  }

  private void sleep(Deadline deadline) throws InterruptedException {
    consumer.setAsleep(true);
    try {
      // Whoever committed before this fence is seen now; whoever commits after it sees the word.
      int result = options.posix().membarrier(MemoryCalls.MEMBARRIER_CMD_GLOBAL_EXPEDITED);
      if (consumer.isReady()) {
        return;
      }
      Duration most = result == 0 ? SLEEP_MOST : UNFENCED_SLEEP_MOST;
      if (isHeldUp && options.unblockAfter().compareTo(most) < 0) {
        most = options.unblockAfter();
      }
      long nanos = Math.min(most.toNanos(), deadline.remainingNanos());
      SignalOutcome outcome = export.signals().await(Duration.ofNanos(nanos));
      if (outcome == SignalOutcome.DISCONNECTED) {
        throw new IllegalStateException("channel is closed, or its session has ended");
      }
    } finally {
      consumer.setAsleep(false);
    }
  }

  /** Passes over what a dead sender has claimed, once it has held up the others for a while. */
  private void lookAfterSenders() {
    boolean isWanted = consumer.isRecordWanted();
    long now = options.clock().nanos();
    if (!consumer.isHeldUp()) {
      isHeldUp = false;
    } else if (!isHeldUp) {
      isHeldUp = true;
      heldUpSinceNanos = now;
    } else if (now - heldUpSinceNanos >= options.unblockAfter().toNanos()) {
      heldUpSinceNanos = now;
      isWanted = true;
    }
    if (isWanted && consumer.unblock(this::isGone) < 0) {
      throw corrupt();
    }
  }

  private boolean isGone(int senderGeneration, int processId, long start, long namespace) {
    if (senderGeneration != generation
        && options.clock().nanos() - openedNanos >= options.graceAfterResume().toNanos()) {
      return true;
    }
    return processes.isGone(processId, start, namespace);
  }

  private ChannelException corrupt() {
    return new ChannelException(
        ChannelException.CORRUPT,
        "A sender has spoilt the memory of the channel in "
            + region
            + ": "
            + consumer.corruption()
            + ". Close it and make another.",
        null);
  }

  /**
   * Tells how long a message can be.
   *
   * @return bytes: an eighth of the capacity less eight
   */
  public int longestBytes() {
    return ring.longestBytes();
  }

  /**
   * Tells where the channel stands.
   *
   * @return positions, gaps and refusals; unchecked, as senders can write them
   * @throws IllegalStateException if the region is closed
   */
  public FramePositions positions() {
    return ring.positions();
  }

  /**
   * Closes the channel: senders are told {@link SendOutcome#CLOSED}, and their connections end. The
   * region stays, with the messages that were not polled. Idempotent.
   */
  @Override
  public void close() {
    if (isClosed.compareAndSet(false, true)) {
      try {
        if (region.isOpen()) {
          consumer.close();
        }
        Site.hit("channel.closed");
      } finally {
        export.close();
      }
    }
  }
}
