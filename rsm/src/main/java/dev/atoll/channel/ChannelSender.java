/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.base.Site;
import dev.atoll.memory.FramePositions;
import dev.atoll.memory.FrameProducer;
import dev.atoll.memory.FrameRing;
import dev.atoll.memory.SegmentWords;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A sending end of a channel.
 *
 * {@snippet class="dev.atoll.ChannelSnippets" region="send"}
 *
 * <p>{@link #offer} copies a message in. {@link #claim} gives room in the channel itself, to be
 * filled and then committed or aborted; it holds up everybody's later messages until then, unless
 * this process dies. An accepted message is in the channel, which does not say that anybody will
 * poll it.
 *
 * <p>Cost: no method but {@link #connect} and {@link #close} allocates, and none makes a system
 * call unless the receiver sleeps. Ordering: what was stored before {@link #commit} is seen by the
 * receiver's handler. Thread safety: one thread at a time; threads that send at the same time each
 * need a sender of their own. Close it before its node.
 */
public final class ChannelSender implements AutoCloseable {
  private static final boolean IS_X86 = System.getProperty("os.arch").equals("amd64");
  private static final int RECORD_TRIES = 100;
  private static final long RECORD_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final ImportSegment segment;
  private final ImportMapping mapping;
  private final FrameProducer producer;

  /**
   * Whether each commit must pass a fence: the receiver can't make this process pass one, or (see
   * {@code ImportSegment}) the processor is not one whose stores are done before it lets go of a
   * page.
   */
  private final boolean needsFence;

  private long claimOffset;
  private boolean isClosed;

  private ChannelSender(
      ImportSegment segment, ImportMapping mapping, FrameProducer producer, boolean needsFence) {
    this.segment = segment;
    this.mapping = mapping;
    this.producer = producer;
    this.needsFence = needsFence;
  }

  /**
   * Connects to a channel.
   *
   * @param controller of this program's node
   * @param nodeId the receiver's node
   * @param segmentId the channel's id
   * @return the sender, owned by the caller
   * @throws RsmException as {@link Controller#connect} with the right to read and write
   * @throws dev.atoll.memory.RefusedMemoryException if the segment holds no channel of this version
   * @throws ChannelException ATOLL_CHANNEL_SENDERS if all its senders are connected already
   */
  public static ChannelSender connect(Controller controller, int nodeId, int segmentId) {
    return connect(controller, nodeId, segmentId, Posix.system());
  }

  /**
   * Connects to a channel.
   *
   * @param controller of this program's node
   * @param nodeId the receiver's node
   * @param segmentId the channel's id
   * @param posix the operating system
   * @return the sender, owned by the caller
   * @throws RsmException as {@link Controller#connect} with the right to read and write
   * @throws dev.atoll.memory.RefusedMemoryException if the segment holds no channel of this version
   * @throws ChannelException ATOLL_CHANNEL_SENDERS if all its senders are connected already
   */
  public static ChannelSender connect(
      Controller controller, int nodeId, int segmentId, Posix posix) {
    ImportSegment segment = controller.connect(nodeId, segmentId, Permission.READ_WRITE);
    try {
      ImportMapping mapping = segment.map(0, segment.size(), Permission.READ_WRITE);
      MemorySegment memory = mapping.segment();
      FrameRing ring = FrameRing.attach(new SegmentWords(memory), memory);
      int result = posix.membarrier(MemoryCalls.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
      FrameProducer producer = takeRecord(segment, ring);
      Site.hit("channel.connected");
      return new ChannelSender(segment, mapping, producer, result != 0 || !IS_X86);
    } catch (RuntimeException e) {
      segment.close();
      throw e;
    }
  }

  /** Tries for a while: the receiver frees the records of dead senders when it is asked to. */
  private static FrameProducer takeRecord(ImportSegment segment, FrameRing ring) {
    ProcessTable processes = new ProcessTable();
    for (int i = 0; i < RECORD_TRIES; i++) {
      Optional<FrameProducer> producer = FrameProducer.connect(ring, processes.self());
      if (producer.isPresent()) {
        return producer.get();
      }
      if (i == 0) {
        segment.signals().post();
      }
      LockSupport.parkNanos(RECORD_PAUSE_NANOS);
    }
    throw new ChannelException(
        ChannelException.NO_RECORD,
        "The channel was made for senders="
            + ring.producers()
            + ", and as many are connected: close one, or make the channel for more.",
        null);
  }

  /**
   * Copies a message into the channel.
   *
   * @param source where the message is, heap or native memory
   * @param sourceOffset its first byte
   * @param lengthBytes of the message, 0 to {@link #longestBytes}
   * @param type any number from 0 to 65535, which the receiver is given with it
   * @return what became of it
   * @throws IllegalArgumentException if length or type are not as described
   * @throws IndexOutOfBoundsException if the range lies outside the source
   * @throws IllegalStateException if this is closed, or a claim is open
   */
  @CheckReturnValue
  public SendOutcome offer(MemorySegment source, long sourceOffset, int lengthBytes, int type) {
    long offset = producer.offer(source, sourceOffset, lengthBytes, type);
    if (offset < 0) {
      return refusal(offset);
    }
    return settle();
  }

  /**
   * Copies a message into the channel.
   *
   * @param source array that holds the message
   * @param sourceOffset its first byte
   * @param lengthBytes of the message, 0 to {@link #longestBytes}
   * @param type any number from 0 to 65535, which the receiver is given with it
   * @return what became of it
   * @throws IllegalArgumentException if length or type are not as described
   * @throws IndexOutOfBoundsException if the range lies outside the source
   * @throws IllegalStateException if this is closed, or a claim is open
   */
  @CheckReturnValue
  public SendOutcome offer(byte[] source, int sourceOffset, int lengthBytes, int type) {
    // The view does not leave this method, so the compiler makes no object of it.
    return offer(MemorySegment.ofArray(source), sourceOffset, lengthBytes, type);
  }

  /**
   * Claims room for a message in the channel itself: write it to {@link #buffer} from {@link
   * #offset} on, then {@link #commit} or {@link #abort}.
   *
   * @param lengthBytes of the message, 0 to {@link #longestBytes}
   * @param type any number from 0 to 65535, which the receiver is given with it
   * @return what became of it; the claim is open only if ACCEPTED
   * @throws IllegalArgumentException if length or type are not as described
   * @throws IllegalStateException if this is closed, or a claim is open
   */
  @CheckReturnValue
  public SendOutcome claim(int lengthBytes, int type) {
    long offset = producer.claim(lengthBytes, type);
    if (offset < 0) {
      return refusal(offset);
    }
    claimOffset = offset;
    return SendOutcome.ACCEPTED;
  }

  /**
   * Gives the memory in which claims lie, of which only the claimed bytes may be written.
   *
   * @return the channel's memory, the same at every call
   */
  public MemorySegment buffer() {
    return producer.ring().view();
  }

  /**
   * Tells where the open claim lies.
   *
   * @return byte offset in {@link #buffer}, a multiple of eight
   * @throws IllegalStateException if no claim is open
   */
  public long offset() {
    if (!producer.isClaiming()) {
      throw new IllegalStateException("no claim is open");
    }
    return claimOffset;
  }

  /**
   * Gives the claimed message to the receiver.
   *
   * @return ACCEPTED, or CLOSED if the connection has ended: the message may be there or not
   * @throws IllegalStateException if no claim is open
   */
  @CheckReturnValue
  public SendOutcome commit() {
    producer.commit();
    return settle();
  }

  /**
   * Gives the claim up; the receiver passes over it.
   *
   * @throws IllegalStateException if no claim is open
   */
  public void abort() {
    producer.abort();
  }

  /** Wakes the receiver at need, and looks whether the message is in its memory. */
  private SendOutcome settle() {
    if (needsFence) {
      VarHandle.fullFence();
    } else {
      // No instruction on x86-64; keeps the compiler from moving the commit behind the looks.
      VarHandle.releaseFence();
    }
    SendOutcome outcome = producer.isConsumerAsleep() ? postSignal() : SendOutcome.ACCEPTED;
    // The connection is marked as ended before its pages become scratch memory: if the mark is not
    // there yet, no byte of the message has gone there.
    return segment.isConnected() ? outcome : SendOutcome.CLOSED;
  }

  private SendOutcome postSignal() {
    Site.hit("channel.unsignalled");
    if (!producer.tryWake()) {
      return SendOutcome.ACCEPTED;
    }
    try {
      segment.signals().post();
      return SendOutcome.ACCEPTED;
    } catch (RsmException | dev.atoll.link.LinkException e) {
      // The connection has ended between the message and its signal.
      if (segment.isConnected()) {
        throw e;
      }
      return SendOutcome.CLOSED;
    }
  }

  private SendOutcome refusal(long code) {
    if (code == FrameRing.CLOSED || !segment.isConnected()) {
      return SendOutcome.CLOSED;
    }
    return code == FrameRing.FULL ? SendOutcome.FULL : SendOutcome.CORRUPT;
  }

  /**
   * Tells how long a message can be.
   *
   * @return bytes: an eighth of the capacity less eight
   */
  public int longestBytes() {
    return producer.ring().longestBytes();
  }

  /**
   * Tells whether the connection holds.
   *
   * @return false once the receiver has closed or died, the device has gone, or this was closed
   */
  public boolean isConnected() {
    return !isClosed && segment.isConnected();
  }

  /**
   * Tells where the channel stands.
   *
   * @return positions, gaps and refusals; unchecked, as every sender can write them
   * @throws IllegalStateException if this is closed
   */
  public FramePositions positions() {
    return producer.ring().positions();
  }

  /** Aborts an open claim, gives the sender's place back and disconnects. Idempotent. */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try {
      if (segment.isConnected()) {
        producer.disconnect();
      }
    } finally {
      mapping.close();
      segment.close();
    }
  }
}
