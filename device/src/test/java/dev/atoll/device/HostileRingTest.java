/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RsmError;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.Seeds;
import dev.atoll.testkit.Soak;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a program can do to a device through the rings of its session: end its own session. */
class HostileRingTest extends HostileFixture {
  private static final int READ = 0400;
  private static final int WRITE = 0200;
  private static final int MEDIATED = 0x100;
  private static final long PAGE = 4096;
  private static final long NEXT_GENERATIONS = 9L << 32;
  private static final MemorySegment NATIVE_WORD = Arena.global().allocate(8, 8);

  /** Words written at random in the suite, and in a turn of the soak. */
  private static final long SCRIBBLES = 100_000;

  private static final long SOAK_SCRIBBLES = 100_000_000;

  private static RingEntry put(long handle, long offset, long length) {
    return put(handle, offset, length, 1);
  }

  private static RingEntry put(long handle, long offset, long length, int sequence) {
    return new RingEntry(RingEntry.PUT, 0, handle, offset, length, 0, sequence, 0);
  }

  private static RingEntry get(long handle, long offset, long length, int sequence) {
    return new RingEntry(RingEntry.GET, 0, handle, offset, length, 0, sequence, 0);
  }

  private static long connected(RawClient client, int permission) {
    Reply reply = client.ask(new Request.ImportConnect(1, ID, permission));
    assertThat(client.lastDescriptors()).isEmpty();
    return ((Reply.Connected) reply).handle();
  }

  private void assertEnded(RawClient client) {
    Conditions.await("the end", LONG, () -> client.awaitReply() == null);
  }

  @Test
  void theDeviceItselfRefusesWhatAGrantDoesNotHold() {
    try (Export export = new Export(MEDIATED);
        RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      export.publish();
      export.memory.segment().fill((byte) 's');
      long writer = connected(client, WRITE);
      long reader = connected(client, READ);
      long signaller = connected(client, 0);

      assertThat(rings.outcome(get(writer, 0, 8, 1))).isEqualTo(RsmError.PERM_DENIED.number());
      assertThat(rings.bounce().get(JAVA_BYTE, 0)).isZero();
      rings.bounce().fill((byte) 'x');
      assertThat(rings.outcome(put(reader, 0, 8, 2))).isEqualTo(RsmError.PERM_DENIED.number());
      assertThat(rings.outcome(put(signaller, 0, 8, 3))).isEqualTo(RsmError.PERM_DENIED.number());
      assertThat(rings.outcome(get(signaller, 0, 8, 4))).isEqualTo(RsmError.PERM_DENIED.number());
      assertThat(export.memory.segment().get(JAVA_BYTE, 0)).isEqualTo((byte) 's');
      assertThat(rings.outcome(put(writer, 4000, 96, 5))).isZero();
      assertThat(export.memory.segment().get(JAVA_BYTE, 4095)).isEqualTo((byte) 'x');
    }
  }

  @Test
  void theDeviceRefusesRangesOutsideAndHandlesOfOthers() {
    try (Export export = new Export(MEDIATED);
        RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      export.publish();
      long handle = connected(client, READ | WRITE);
      int sequence = 1;
      for (long[] range :
          new long[][] {
            {PAGE - 7, 8}, {-1, 8}, {Long.MAX_VALUE, 8}, {Long.MIN_VALUE, 8}, {PAGE + 1, 0}
          }) {
        sequence++;
        assertThat(rings.outcome(put(handle, range[0], range[1], sequence)))
            .as("offset=%d length=%d", range[0], range[1])
            .isEqualTo(RsmError.BAD_OFFSET.number());
      }
      assertThat(rings.outcome(put(handle + 1, 0, 8, 100)))
          .isEqualTo(RsmError.BAD_SEG_HNDL.number());
      assertThat(rings.outcome(put(export.handle + NEXT_GENERATIONS, 0, 8, 101)))
          .isEqualTo(RsmError.BAD_SEG_HNDL.number());
      assertThat(rings.outcome(put(handle, PAGE, 0, 102))).isZero();
    }
  }

  @Test
  void aSystemCallThatFailsEndsTheTransferAlone() {
    device.close();
    honest.close();
    var plan = new FaultPlan();
    device = start(FaultyPosix.wrap(posix, plan), DeviceConfig.standard());
    honest = greeted();
    try (Export export = new Export(MEDIATED);
        RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      export.publish();
      long handle = connected(client, READ | WRITE);
      plan.fail("pwrite", Errno.EFAULT, visit -> true).fail("pread", Errno.EIO, visit -> true);
      assertThat(rings.outcome(put(handle, 0, 8, 1))).isEqualTo(RsmError.BAD_ADDR.number());
      assertThat(rings.outcome(get(handle, 0, 8, 2))).isEqualTo(RsmError.INTERNAL_ERROR.number());
      assertThat(rings.completion.intOpaque(8)).isEqualTo(Errno.EIO.number());
      plan.clear();
      plan.shorten("pwrite", 3);
      rings.bounce().fill((byte) 'x');
      assertThat(rings.outcome(put(handle, 0, 8, 3))).isZero();
      assertThat(export.memory.segment().get(JAVA_BYTE, 7)).isEqualTo((byte) 'x');
    }
  }

  @Test
  void anEndedConnectionMovesNothing() {
    try (Export export = new Export(MEDIATED);
        RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      export.publish();
      long handle = connected(client, WRITE);
      // The importer never answers the revocation, and nobody waits for it.
      assertThat(export.client.ask(new Request.ExportUnpublish(export.handle)))
          .isInstanceOf(Reply.Done.class);
      rings.bounce().fill((byte) 'x');
      rings.submit(put(handle, 0, 8));
      client.tell(new Request.RingsWake());
      Conditions.await("a completion", LONG, () -> rings.completion.intAcquire(0) == 1);
      assertThat(rings.completion.intOpaque(4)).isEqualTo(RsmError.CONN_ABORTED.number());
      assertThat(export.memory.segment().get(JAVA_BYTE, 0)).isZero();
    }
  }

  static Stream<RingEntry> malformed() {
    long lane = 1 << 16;
    return Stream.of(
        new RingEntry(0, 0, 1, 0, 8, 0, 1, 0),
        new RingEntry(4, 0, 1, 0, 8, 0, 1, 0),
        new RingEntry(RingEntry.PUT, 32, 1, 0, 8, 0, 1, 0),
        new RingEntry(RingEntry.PUT, -1, 1, 0, 8, 0, 1, 0),
        new RingEntry(RingEntry.GET, Integer.MIN_VALUE, 1, 0, 8, 0, 1, 0),
        new RingEntry(RingEntry.SIGNAL_POST, 0, 1, 0, 0, 0, 1, 0),
        new RingEntry(RingEntry.PUT, 0, 1, 0, 8, 32 * lane - 7, 1, 0),
        new RingEntry(RingEntry.PUT, 0, 1, 0, 8, Long.MAX_VALUE - 3, 1, 0),
        new RingEntry(RingEntry.PUT, 0, 1, 0, 8, -8, 1, 0),
        new RingEntry(RingEntry.PUT, 0, 1, 0, -8, 0, 1, 0),
        new RingEntry(RingEntry.GET, 0, 1, 0, lane + 1, 0, 1, 0),
        new RingEntry(RingEntry.PUT, 0, 1, 0, 8, 0, 1, 7));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void anEntryThatNoProgramMayWriteEndsItsSession(RingEntry entry) {
    long before = device.status().malformed();
    try (RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      rings.submit(entry);
      client.tell(new Request.RingsWake());
      assertEnded(client);
    }
    assertThat(device.status().malformed()).isEqualTo(before + 1);
  }

  @Test
  void twoTransfersInOneLaneEndTheSession() {
    try (RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      rings.submit(put(1, 0, 8));
      rings.submit(put(1, 0, 8, 2));
      client.tell(new Request.RingsWake());
      assertEnded(client);
    }
  }

  @Test
  void reservedBytesThatAreNotZeroEndTheSession() {
    try (RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      long position = rings.ring.claim();
      put(1, 0, 8).write(rings.submission, rings.ring.payloadOffset(position));
      rings.submission.longPlain(rings.ring.payloadOffset(position) + 48, 1);
      rings.ring.commit(position);
      client.tell(new Request.RingsWake());
      assertEnded(client);
    }
  }

  @Test
  void aCommitWordOfAnotherRoundEndsTheSession() {
    try (RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      rings.submission.longRelease(256, 12_345);
      client.tell(new Request.RingsWake());
      assertEnded(client);
    }
  }

  @Test
  void headAndTailOfTheProgramDecideNothing() {
    try (Export export = new Export(MEDIATED);
        RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      export.publish();
      long handle = connected(client, WRITE);
      RingEntry entry = put(handle, 0, 8);
      rings.submit(entry);
      rings.submission.longRelease(64, Long.MAX_VALUE);
      rings.submission.longRelease(128, 1L << 40);
      rings.wake();
      Conditions.await("a completion", LONG, () -> rings.completion.intAcquire(0) == 1);
      assertThat(rings.completion.intOpaque(4)).isZero();
    }
  }

  @Test
  void theProgramCanNotWriteItsCompletions() {
    try (RawClient client = greeted();
        RawRings rings = RawRings.open(client)) {
      var completions = rings.descriptors.get(1);
      assertThat(posix.openFlags(completions) & 3).isEqualTo(FileCalls.O_RDONLY);
      // Root and the device's own uid can open it anew, but nobody can map or write it.
      try (var wide =
          posix.open(Path.of("/proc/self/fd/" + completions.number()), FileCalls.O_RDWR, 0)) {
        assertThatThrownBy(
                () -> {
                  var _ = posix.pwrite(wide, NATIVE_WORD, 0);
                })
            .isInstanceOfSatisfying(
                ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        assertThatThrownBy(() ->
                posix.mmap(
                    0,
                    PAGE,
                    MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE,
                    MemoryCalls.MAP_SHARED,
                    wide,
                    0))
            .isInstanceOf(ErrnoException.class);
      }
      assertThatThrownBy(() -> posix.ftruncate(rings.descriptors.get(0), 0))
          .isInstanceOf(ErrnoException.class);
    }
  }

  @Test
  void aLengthThatFlipsIsReadOnce() throws InterruptedException {
    try (Export export = new Export(MEDIATED)) {
      export.publish();
      var isOver = new AtomicBoolean();
      for (int round = 0; round < 20; round++) {
        try (RawClient client = greeted();
            RawRings rings = RawRings.open(client)) {
          long handle = connected(client, WRITE);
          rings.bounce().fill((byte) 'x');
          long position = rings.ring.claim();
          long at = rings.ring.payloadOffset(position);
          put(handle, 0, 8).write(rings.submission, at);
          Thread flipper =
              Thread.ofPlatform()
                  .start(() -> {
                    while (!isOver.get()) {
                      rings.submission.longOpaque(at + 24, 4096);
                      rings.submission.longOpaque(at + 24, 8);
                      rings.submission.longOpaque(at + 24, -1);
                    }
                  });
          rings.ring.commit(position);
          client.tell(new Request.RingsWake());
          // It was 8 or 4096 when it was read, or the session has ended; nothing else can be.
          Reply next = client.awaitReply();
          assertThat(next).isIn(new Reply.Done(), null);
          isOver.set(true);
          flipper.join();
          isOver.set(false);
        }
      }
    }
  }

  @Test
  void randomWordsEverywhereEndTheirSessionAndNoOther() {
    var random = new SplittableRandom(Seeds.of(HostileRingTest.class));
    try (Export export = new Export(MEDIATED)) {
      export.publish();
      scribbleBesideAnHonestProgram(random);
    }
  }

  @Test
  @Tag(Soak.TAG)
  void aHundredMillionRandomWordsEndTheirSessionsAndNoOther() throws Exception {
    var random = new SplittableRandom(Seeds.of(HostileRingTest.class));
    try (Export export = new Export(MEDIATED)) {
      export.publish();
      long[] words = new long[1];
      long _ =
          Soak.repeat(
              "a hundred thousand random words in rings",
              SOAK_SCRIBBLES / SCRIBBLES,
              number -> words[0] += scribbleBesideAnHonestProgram(random));
      System.out.printf(
          "soak: words=%d of %d sessions ended=%d%n",
          words[0], SOAK_SCRIBBLES, device.status().malformed());
    }
  }

  private long scribbleBesideAnHonestProgram(SplittableRandom random) {
    long written = 0;
    try (RawClient good = greeted();
        RawRings goodRings = RawRings.open(good)) {
      long own = connected(good, READ | WRITE);
      int sequence = 0;
      while (written < SCRIBBLES) {
        try (RawClient client = greeted();
            RawRings rings = RawRings.open(client)) {
          connected(client, READ);
          written += scribble(rings, random);
          client.tell(new Request.RingsWake());
        }
        sequence++;
        assertThat(goodRings.outcome(put(own, sequence % 4000, 8, sequence))).isZero();
      }
      assertThat(device.status().malformed()).isPositive();
      assertThat(device.failure()).isNull();
    }
    return written;
  }

  /** Ring, waiting words and the first of the bounce area; mostly where the device looks. */
  private static long scribble(RawRings rings, SplittableRandom random) {
    long words = (rings.layout.bounceOffset() + 4096) / Long.BYTES;
    int count = 1 + random.nextInt(5_000);
    for (int i = 0; i < count; i++) {
      long at =
          random.nextInt(4) == 0
              ? 256 + 8L * random.nextInt(64)
              : Long.BYTES * random.nextLong(words);
      long value = random.nextBoolean() ? random.nextLong() : random.nextInt(5);
      rings.submission.longOpaque(at, value);
    }
    return count;
  }
}
