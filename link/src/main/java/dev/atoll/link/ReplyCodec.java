/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.link.Reply.Connected;
import dev.atoll.link.Reply.DeviceStatus;
import dev.atoll.link.Reply.Done;
import dev.atoll.link.Reply.ExportCreated;
import dev.atoll.link.Reply.Listing;
import dev.atoll.link.Reply.MemoryMade;
import dev.atoll.link.Reply.NetworkAnswer;
import dev.atoll.link.Reply.Published;
import dev.atoll.link.Reply.Refused;
import dev.atoll.link.Reply.RingsMade;
import dev.atoll.link.Reply.Welcome;
import java.lang.foreign.MemorySegment;

/**
 * Replies and notifications as blocks. Bodies, in words of 8 bytes:
 *
 * <pre>
 *   DONE, MEMORY_MADE
 *   REFUSED           rsm code, errno, text length, text padded to words
 *   WELCOME           version, page size, incarnation, session, node id
 *   EXPORT_CREATED    handle
 *   PUBLISHED         segment id
 *   CONNECTED         handle, size, file offset, persistent (0|1), permission, mediated (0|1)
 *   RINGS_MADE        version, slots, lanes, bytes of a lane
 *   DEVICE_STATUS     eight counters
 *   LISTING           bytes of the memfd
 *   NETWORK_ANSWER    bytes of the memfd
 *   REVOKE            handle
 *   REBIND            handle, file offset, persistent (0|1)
 *   SIGNALLED         handle
 * </pre>
 */
public final class ReplyCodec {
  private ReplyCodec() {}

  /**
   * Writes a reply.
   *
   * @param buffer native memory of at least {@link LinkLimits#BLOCK_BYTES_MAX} bytes
   * @param correlation of the request
   * @param reply the answer
   * @return the block, a slice of the buffer
   */
  public static MemorySegment encode(MemorySegment buffer, long correlation, Reply reply) {
    BlockWriter block = new BlockWriter(buffer, kindOf(reply), correlation);
    switch (reply) {
      case Done _, MemoryMade _ -> {}
      case Refused refused ->
          block
              .word(Integer.toUnsignedLong(refused.rsmCode()))
              .word(Integer.toUnsignedLong(refused.errno()))
              .text(refused.detail(), LinkLimits.DETAIL_BYTES_MAX);
      case Welcome welcome ->
          block
              .word(Integer.toUnsignedLong(welcome.version()))
              .word(welcome.pageSize())
              .word(welcome.incarnation())
              .word(welcome.session())
              .word(Integer.toUnsignedLong(welcome.nodeId()));
      case ExportCreated created -> block.word(created.handle());
      case Listing listing -> block.word(listing.bytes());
      case NetworkAnswer answer -> block.word(answer.bytes());
      case Published published -> block.word(Integer.toUnsignedLong(published.segmentId()));
      case Connected connected ->
          block
              .word(connected.handle())
              .word(connected.size())
              .word(connected.fileOffset())
              .word(connected.isPersistent() ? 1 : 0)
              .word(Integer.toUnsignedLong(connected.permission()))
              .word(connected.isMediated() ? 1 : 0);
      case RingsMade made ->
          block
              .word(Integer.toUnsignedLong(made.version()))
              .word(made.layout().slots())
              .word(made.layout().lanes())
              .word(made.layout().laneBytes());
      case DeviceStatus status ->
          block
              .word(status.sessions())
              .word(status.exports())
              .word(status.published())
              .word(status.imports())
              .word(status.revoking())
              .word(status.unanswered())
              .word(status.descriptors())
              .word(status.malformed());
    }
    return block.finish();
  }

  /**
   * Writes a notification.
   *
   * @param buffer native memory of at least {@link LinkLimits#BLOCK_BYTES_MAX} bytes
   * @param notification what is told
   * @return the block, a slice of the buffer
   */
  public static MemorySegment encode(MemorySegment buffer, Notification notification) {
    return switch (notification) {
      case Notification.Revoke revoke ->
          new BlockWriter(buffer, BlockLayout.REVOKE, 0).word(revoke.handle()).finish();
      case Notification.Rebind rebind ->
          new BlockWriter(buffer, BlockLayout.REBIND, 0)
              .word(rebind.handle())
              .word(rebind.fileOffset())
              .word(rebind.isPersistent() ? 1 : 0)
              .finish();
      case Notification.Signalled signalled ->
          new BlockWriter(buffer, BlockLayout.SIGNALLED, 0).word(signalled.handle()).finish();
    };
  }

  /**
   * Reads what a device sent.
   *
   * @param bytes what was received, private memory of the caller
   * @param sink is called once with what it was
   * @throws MalformedBlockException if the bytes are neither a reply nor a notification
   */
  public static void decode(MemorySegment bytes, Sink sink) {
    BlockReader block = new BlockReader(bytes);
    if (BlockLayout.isNotification(block.kind())) {
      sink.notified(block.finish(decodeNotification(block)));
    } else {
      sink.replied(block.correlation(), block.finish(decodeReply(block)));
    }
  }

  private static Notification decodeNotification(BlockReader block) {
    return switch (block.kind()) {
      case BlockLayout.REVOKE -> new Notification.Revoke(block.word());
      case BlockLayout.REBIND -> new Notification.Rebind(block.word(), block.word(), block.flag());
      case BlockLayout.SIGNALLED -> new Notification.Signalled(block.word());
      default -> throw block.unknown();
    };
  }

  private static Reply decodeReply(BlockReader block) {
    return switch (block.kind()) {
      case BlockLayout.DONE -> new Done();
      case BlockLayout.MEMORY_MADE -> new MemoryMade();
      case BlockLayout.REFUSED ->
          new Refused(block.half(), block.half(), block.text(LinkLimits.DETAIL_BYTES_MAX));
      case BlockLayout.WELCOME ->
          new Welcome(block.half(), block.word(), block.word(), block.word(), block.half());
      case BlockLayout.EXPORT_CREATED -> new ExportCreated(block.word());
      case BlockLayout.LISTING -> new Listing(block.word());
      case BlockLayout.NETWORK_ANSWER -> new NetworkAnswer(block.word());
      case BlockLayout.PUBLISHED -> new Published(block.half());
      case BlockLayout.CONNECTED ->
          new Connected(
              block.word(), block.word(), block.word(), block.flag(), block.half(), block.flag());
      case BlockLayout.RINGS_MADE -> new RingsMade(block.half(), decodeRings(block));
      case BlockLayout.DEVICE_STATUS ->
          new DeviceStatus(
              block.word(),
              block.word(),
              block.word(),
              block.word(),
              block.word(),
              block.word(),
              block.word(),
              block.word());
      default -> throw block.unknown();
    };
  }

  private static RingsLayout decodeRings(BlockReader block) {
    try {
      return new RingsLayout(block.half(), block.half(), block.half());
    } catch (IllegalArgumentException e) {
      throw block.malformed(String.valueOf(e.getMessage()));
    }
  }

  private static int kindOf(Reply reply) {
    return switch (reply) {
      case Done _ -> BlockLayout.DONE;
      case Refused _ -> BlockLayout.REFUSED;
      case Welcome _ -> BlockLayout.WELCOME;
      case MemoryMade _ -> BlockLayout.MEMORY_MADE;
      case ExportCreated _ -> BlockLayout.EXPORT_CREATED;
      case Published _ -> BlockLayout.PUBLISHED;
      case Listing _ -> BlockLayout.LISTING;
      case NetworkAnswer _ -> BlockLayout.NETWORK_ANSWER;
      case Connected _ -> BlockLayout.CONNECTED;
      case DeviceStatus _ -> BlockLayout.DEVICE_STATUS;
      case RingsMade _ -> BlockLayout.RINGS_MADE;
    };
  }

  /** Who is told what a block was. */
  public interface Sink {
    /**
     * Takes a reply.
     *
     * @param correlation of the request
     * @param reply the answer
     */
    void replied(long correlation, Reply reply);

    /**
     * Takes a notification.
     *
     * @param notification what is told
     */
    void notified(Notification notification);
  }
}
