/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.Node;
import dev.atoll.channel.ChannelOptions;
import dev.atoll.channel.ChannelReceiver;
import dev.atoll.channel.ChannelSender;
import dev.atoll.channel.Channels;
import dev.atoll.memory.SharedMemory;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.ScatterGather;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/** The operations that must neither allocate nor make a system call, with all they need. */
final class HotPaths implements AutoCloseable {
  private static final long BYTES = 1 << 20;
  private static final long TRANSFER_BYTES = 4096;

  private final Node node = Node.embedded();
  private final Exported exported = Exported.of(node, BYTES);
  private final ImportSegment imported = exported.connect(node);
  private final BenchFile file = BenchFile.inMemory(BYTES);
  private final Arena arena = Arena.ofShared();
  private final SharedMemory[] rings = new SharedMemory[2];
  private final ChannelReceiver[] receivers = new ChannelReceiver[2];
  private final ChannelSender[] senders = new ChannelSender[2];
  private final Map<String, Kernel> kernels = new LinkedHashMap<>();

  HotPaths() {
    PmemMapping mapping = file.mapping();
    MemorySegment local = arena.allocate(TRANSFER_BYTES, 64);
    MemorySegment word = local.asSlice(0, Long.BYTES);
    Walk words = Walk.of(0, BYTES, Long.BYTES);
    Walk lines = Walk.of(0, BYTES, Walk.LINE_BYTES);
    Walk pages = Walk.of(0, BYTES, TRANSFER_BYTES);
    add("put 8 B", SegmentKernels.Put.class, imported, word, words);
    add("get 8 B", SegmentKernels.Get.class, imported, word, words);
    add("putLong", TypedKernels.PutLong.class, imported);
    add("getLong", TypedKernels.GetLong.class, imported);
    add("putLongs 512", TypedKernels.PutLongs.class, imported, new long[512]);
    add("putv of 16", TypedKernels.Putv.class, imported, vector(local));
    add("getv of 16", TypedKernels.Getv.class, imported, vector(local));
    add("put 4 KiB", SegmentKernels.Put.class, imported, local, pages);
    add("get 4 KiB", SegmentKernels.Get.class, imported, local, pages);
    add("persist 64 B", PersistKernels.Atoll.class, mapping, lines);
    add("flush, fence 64 B", HotKernels.FlushAndFence.class, mapping, lines);
    add("commitLong", HotKernels.Commit.class, mapping, words);
    add("copyPersist 64 B", CopyKernels.Atoll.class, mapping, local, lines.alone(), lines);
    add("copyPersist 4 KiB", CopyKernels.Atoll.class, mapping, local, pages.alone(), pages);
    add("signals pending", HotKernels.Pending.class, imported.signals());
    addChannel(0, 1, "channel for one", local);
    addChannel(1, 8, "channel for many", local);
  }

  private static ScatterGather vector(MemorySegment local) {
    ScatterGather vector = new ScatterGather();
    for (int i = 0; i < ScatterGather.ENTRIES_MAX; i++) {
      vector.add(local, i * Walk.LINE_BYTES, i * TRANSFER_BYTES, Walk.LINE_BYTES);
    }
    return vector;
  }

  private void addChannel(int index, int count, String name, MemorySegment message) {
    rings[index] = node.allocate(Channels.sizeFor(Duet.CHANNEL_BYTES, count));
    receivers[index] =
        ChannelReceiver.create(
            node.controller("loopback"), rings[index], count, ChannelOptions.standard());
    int id = receivers[index].publish(0);
    senders[index] = ChannelSender.connect(node.controller("loopback"), node.nodeId(), id);
    add(name, ChannelKernels.OfferAndPoll.class, senders[index], receivers[index], message);
  }

  private void add(String name, Class<? extends Kernel> template, Object... arguments) {
    kernels.put(name, Kernel.isolated(template, arguments));
  }

  /** By name, in order. */
  Map<String, Kernel> kernels() {
    return kernels;
  }

  @Override
  public void close() {
    for (int i = 0; i < rings.length; i++) {
      senders[i].close();
      receivers[i].close();
      rings[i].close();
    }
    arena.close();
    file.close();
    imported.close();
    exported.close();
    node.close();
  }
}
