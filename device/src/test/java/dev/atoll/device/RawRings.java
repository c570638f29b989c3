/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RingsLayout;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.SlotRing;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The rings of a raw client, to write into whatever a test wants. */
final class RawRings implements AutoCloseable {
  final RawClient client;
  final RingsLayout layout;
  final List<Descriptor> descriptors;
  private final MappedRange submissionRange;
  private final MappedRange completionRange;
  final SegmentWords submission;
  final SegmentWords completion;
  final SlotRing ring;

  private RawRings(RawClient client, RingsLayout layout) {
    this.client = client;
    this.layout = layout;
    this.descriptors = client.lastDescriptors();
    this.submissionRange =
        map(
            layout.submissionBytes(),
            descriptors.get(0),
            MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE);
    this.completionRange = map(layout.completionBytes(), descriptors.get(1), MemoryCalls.PROT_READ);
    this.submission = new SegmentWords(submissionRange.segment());
    this.completion = new SegmentWords(completionRange.segment());
    this.ring = SlotRing.attach(submission, layout.slots());
  }

  static RawRings open(RawClient client) {
    Reply reply = client.ask(new Request.RingsOpen());
    if (!(reply instanceof Reply.RingsMade made)) {
      throw new AssertionError("the device answers " + reply);
    }
    return new RawRings(client, made.layout());
  }

  private static MappedRange map(long bytes, Descriptor descriptor, int protection) {
    return MappedRange.map(
        Posix.system(),
        new MapRequest(bytes, protection, MemoryCalls.MAP_SHARED, descriptor, 0, "raw rings"));
  }

  MemorySegment bounce() {
    return submissionRange.segment().asSlice(layout.bounceOffset());
  }

  MemorySegment memory() {
    return submissionRange.segment();
  }

  void submit(RingEntry entry) {
    long position = ring.claim();
    entry.write(submission, ring.payloadOffset(position));
    ring.commit(position);
  }

  /** Makes the device look, whether it sleeps or not. */
  void wake() {
    client.ask(new Request.RingsWake());
  }

  /** The code with which an entry ends. */
  int outcome(RingEntry entry) {
    submit(entry);
    wake();
    long at = layout.completionOffset(entry.lane());
    Conditions.await(
        "a completion", HostileFixture.LONG, () -> completion.intAcquire(at) == entry.sequence());
    return completion.intOpaque(at + Integer.BYTES);
  }

  @Override
  public void close() {
    submissionRange.close();
    completionRange.close();
    descriptors.forEach(Descriptor::close);
  }
}
