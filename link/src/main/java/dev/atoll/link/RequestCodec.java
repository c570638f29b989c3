/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.link.Request.ExportCreate;
import dev.atoll.link.Request.ExportDestroy;
import dev.atoll.link.Request.ExportPublish;
import dev.atoll.link.Request.ExportRebind;
import dev.atoll.link.Request.ExportRepublish;
import dev.atoll.link.Request.ExportResume;
import dev.atoll.link.Request.ExportUnpublish;
import dev.atoll.link.Request.Hello;
import dev.atoll.link.Request.ImportConnect;
import dev.atoll.link.Request.ImportDisconnect;
import dev.atoll.link.Request.ListSegments;
import dev.atoll.link.Request.MemoryCreate;
import dev.atoll.link.Request.Network;
import dev.atoll.link.Request.PublishResume;
import dev.atoll.link.Request.Rebound;
import dev.atoll.link.Request.Revoked;
import dev.atoll.link.Request.RingsOpen;
import dev.atoll.link.Request.RingsWake;
import dev.atoll.link.Request.SignalPost;
import dev.atoll.link.Request.SignalWatch;
import dev.atoll.link.Request.Status;
import dev.atoll.link.Request.Stop;
import dev.atoll.posix.Descriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests as blocks. Bodies, in words of 8 bytes:
 *
 * <pre>
 *   HELLO             version, page size
 *   STATUS
 *   MEMORY_CREATE     size
 *   EXPORT_CREATE     size, file offset, persistent (0|1), mode, flags
 *   EXPORT_PUBLISH    handle, segment id, count, count x (node id : u32, permission : u32)
 *   EXPORT_UNPUBLISH  handle
 *   EXPORT_DESTROY    handle
 *   IMPORT_CONNECT    node id, segment id, permission
 *   IMPORT_DISCONNECT handle
 *   REVOKED           handle
 *   SIGNAL_POST       handle, flags
 *   LIST_SEGMENTS, STOP
 *   NETWORK           as NetworkOrderCodec says
 *   EXPORT_REBIND     handle, size, file offset, persistent (0|1)
 *   EXPORT_REPUBLISH  handle, count, count x (node id : u32, permission : u32)
 *   REBOUND           handle
 *   EXPORT_RESUME     handle, posted, then as EXPORT_CREATE
 *   PUBLISH_RESUME    as EXPORT_PUBLISH
 *   RINGS_OPEN, RINGS_WAKE
 *   SIGNAL_WATCH      handle
 * </pre>
 */
public final class RequestCodec {
  private RequestCodec() {}

  /**
   * Writes a request.
   *
   * @param buffer native memory of at least {@link LinkLimits#BLOCK_BYTES_MAX} bytes
   * @param correlation number that the reply will repeat
   * @param request what is asked
   * @return the block, a slice of the buffer
   */
  public static MemorySegment encode(MemorySegment buffer, long correlation, Request request) {
    BlockWriter block = new BlockWriter(buffer, kindOf(request), correlation);
    switch (request) {
      case Hello hello -> block.word(hello.version()).word(hello.pageSize());
      case Status _, ListSegments _, Stop _, RingsOpen _, RingsWake _ -> {}
      case MemoryCreate create -> block.word(create.size());
      case Network network -> NetworkOrderCodec.encode(block, network.order());
      case ExportCreate create -> encodeCreate(block, create);
      case ExportResume resume ->
          encodeCreate(
              block.word(resume.handle()).word(Integer.toUnsignedLong(resume.posted())),
              resume.create());
      case ExportPublish publish -> {
        block.word(publish.handle()).word(Integer.toUnsignedLong(publish.segmentId()));
        encodeList(block, publish.accessList());
      }
      case PublishResume resume -> {
        block.word(resume.handle()).word(Integer.toUnsignedLong(resume.segmentId()));
        encodeList(block, resume.accessList());
      }
      case ExportUnpublish unpublish -> block.word(unpublish.handle());
      case ExportDestroy destroy -> block.word(destroy.handle());
      case ImportConnect connect ->
          block
              .word(Integer.toUnsignedLong(connect.nodeId()))
              .word(Integer.toUnsignedLong(connect.segmentId()))
              .word(Integer.toUnsignedLong(connect.permission()));
      case ImportDisconnect disconnect -> block.word(disconnect.handle());
      case Revoked revoked -> block.word(revoked.handle());
      case SignalPost post -> block.word(post.handle()).word(Integer.toUnsignedLong(post.flags()));
      case ExportRebind rebind ->
          block
              .word(rebind.handle())
              .word(rebind.size())
              .word(rebind.fileOffset())
              .word(rebind.isPersistent() ? 1 : 0);
      case ExportRepublish republish -> {
        block.word(republish.handle());
        encodeList(block, republish.accessList());
      }
      case Rebound rebound -> block.word(rebound.handle());
      case SignalWatch watch -> block.word(watch.handle());
    }
    return block.finish();
  }

  /**
   * Reads a request.
   *
   * @param bytes what was received, private memory of the caller
   * @param descriptors what came with it; the result owns them
   * @return the request in its envelope
   * @throws MalformedBlockException if the bytes are no request; the descriptors are still the
   *     caller's
   */
  public static Request.Envelope decode(MemorySegment bytes, List<Descriptor> descriptors) {
    BlockReader block = new BlockReader(bytes);
    Request request =
        switch (block.kind()) {
          case BlockLayout.HELLO -> new Hello(block.half(), block.word());
          case BlockLayout.STATUS -> new Status();
          case BlockLayout.LIST_SEGMENTS -> new ListSegments();
          case BlockLayout.STOP -> new Stop();
          case BlockLayout.NETWORK -> new Network(NetworkOrderCodec.decode(block));
          case BlockLayout.MEMORY_CREATE -> new MemoryCreate(block.word());
          case BlockLayout.EXPORT_CREATE -> decodeCreate(block);
          case BlockLayout.EXPORT_RESUME ->
              new ExportResume(block.word(), block.half(), decodeCreate(block));
          case BlockLayout.PUBLISH_RESUME ->
              new PublishResume(block.word(), block.half(), decodeList(block));
          case BlockLayout.EXPORT_PUBLISH -> decodePublish(block);
          case BlockLayout.EXPORT_UNPUBLISH -> new ExportUnpublish(block.word());
          case BlockLayout.EXPORT_DESTROY -> new ExportDestroy(block.word());
          case BlockLayout.IMPORT_CONNECT ->
              new ImportConnect(block.half(), block.half(), block.half());
          case BlockLayout.IMPORT_DISCONNECT -> new ImportDisconnect(block.word());
          case BlockLayout.REVOKED -> new Revoked(block.word());
          case BlockLayout.SIGNAL_POST -> new SignalPost(block.word(), block.half());
          case BlockLayout.EXPORT_REBIND ->
              new ExportRebind(block.word(), block.word(), block.word(), block.flag());
          case BlockLayout.EXPORT_REPUBLISH -> new ExportRepublish(block.word(), decodeList(block));
          case BlockLayout.REBOUND -> new Rebound(block.word());
          case BlockLayout.RINGS_OPEN -> new RingsOpen();
          case BlockLayout.RINGS_WAKE -> new RingsWake();
          case BlockLayout.SIGNAL_WATCH -> new SignalWatch(block.word());
          default -> throw block.unknown();
        };
    return new Request.Envelope(block.correlation(), block.finish(request), descriptors);
  }

  private static void encodeCreate(BlockWriter block, ExportCreate create) {
    block
        .word(create.size())
        .word(create.fileOffset())
        .word(create.isPersistent() ? 1 : 0)
        .word(Integer.toUnsignedLong(create.mode()))
        .word(Integer.toUnsignedLong(create.flags()));
  }

  private static ExportCreate decodeCreate(BlockReader block) {
    return new ExportCreate(block.word(), block.word(), block.flag(), block.half(), block.half());
  }

  private static void encodeList(BlockWriter block, List<AccessEntry> entries) {
    block.word(entries.size());
    entries.forEach(entry -> block.pair(entry.nodeId(), entry.permission()));
  }

  private static ExportPublish decodePublish(BlockReader block) {
    return new ExportPublish(block.word(), block.half(), decodeList(block));
  }

  private static List<AccessEntry> decodeList(BlockReader block) {
    int count = block.count(LinkLimits.ACCESS_ENTRIES_MAX);
    List<AccessEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long pair = block.word();
      entries.add(new AccessEntry((int) pair, (int) (pair >>> 32)));
    }
    return entries;
  }

  private static int kindOf(Request request) {
    return switch (request) {
      case Hello _ -> BlockLayout.HELLO;
      case Status _ -> BlockLayout.STATUS;
      case ListSegments _ -> BlockLayout.LIST_SEGMENTS;
      case Stop _ -> BlockLayout.STOP;
      case Network _ -> BlockLayout.NETWORK;
      case MemoryCreate _ -> BlockLayout.MEMORY_CREATE;
      case ExportCreate _ -> BlockLayout.EXPORT_CREATE;
      case ExportPublish _ -> BlockLayout.EXPORT_PUBLISH;
      case ExportResume _ -> BlockLayout.EXPORT_RESUME;
      case PublishResume _ -> BlockLayout.PUBLISH_RESUME;
      case ExportUnpublish _ -> BlockLayout.EXPORT_UNPUBLISH;
      case ExportDestroy _ -> BlockLayout.EXPORT_DESTROY;
      case ImportConnect _ -> BlockLayout.IMPORT_CONNECT;
      case ImportDisconnect _ -> BlockLayout.IMPORT_DISCONNECT;
      case Revoked _ -> BlockLayout.REVOKED;
      case SignalPost _ -> BlockLayout.SIGNAL_POST;
      case ExportRebind _ -> BlockLayout.EXPORT_REBIND;
      case ExportRepublish _ -> BlockLayout.EXPORT_REPUBLISH;
      case Rebound _ -> BlockLayout.REBOUND;
      case RingsOpen _ -> BlockLayout.RINGS_OPEN;
      case RingsWake _ -> BlockLayout.RINGS_WAKE;
      case SignalWatch _ -> BlockLayout.SIGNAL_WATCH;
    };
  }
}
