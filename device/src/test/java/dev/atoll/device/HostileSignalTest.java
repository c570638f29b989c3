/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.Clock;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.link.TakenLayout;
import dev.atoll.link.TakenWord;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Seeds;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program can do to others by signals, watches and taken words: nothing. */
class HostileSignalTest {
  private static final int ID = 0x600000;
  private static final int ONCE = Request.SignalPost.NO_ACCUMULATE;

  @TempDir Path temporary;
  private final Posix posix = Posix.system();
  private final List<AutoCloseable> left = new ArrayList<>();
  private DeviceDirectory directory;
  private Device device;
  private RawClient honest;

  /** A session with its two kinds of pages mapped. */
  private final class Program {
    private final RawClient client = RawClient.greeted(directory.socket());
    private final MappedRange signals;
    private final MappedRange taken;

    Program() {
      List<Descriptor> files = client.lastDescriptors();
      signals = map(files.get(0), SignalSlotLayout.TOTAL_BYTES, MemoryCalls.PROT_READ);
      taken =
          map(
              files.get(1),
              TakenLayout.TOTAL_BYTES,
              MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE);
      left.add(client);
      left.add(signals);
      left.add(taken);
      left.addAll(files);
    }

    int posted(long handle) {
      return SignalSlot.of(signals.segment(), handle).postedAcquire();
    }

    long connect() {
      return ((Reply.Connected) client.ask(new Request.ImportConnect(1, ID, 0))).handle();
    }

    /** What was said before has been dealt with. */
    void settle() {
      assertThat(client.ask(new Request.MemoryCreate(4096))).isInstanceOf(Reply.MemoryMade.class);
      client.lastDescriptors().forEach(Descriptor::close);
    }

    long signalled() {
      return client.notifications().stream()
          .filter(Notification.Signalled.class::isInstance)
          .count();
    }
  }

  @BeforeEach
  void startADevice() {
    directory = new DeviceDirectory(temporary.resolve("device"));
    var config = DeviceConfig.standard().withRevocationTimeout(Duration.ofMillis(200));
    device = Device.start(posix, Clock.system(), config, new SplittableRandom(7));
    device.listen(directory);
    honest = RawClient.greeted(directory.socket());
  }

  @AfterEach
  void theHonestClientIsStillServed() throws Exception {
    assertThat(honest.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    assertThat(device.failure()).isNull();
    for (AutoCloseable each : left) {
      each.close();
    }
    honest.close();
    device.close();
  }

  private MappedRange map(Descriptor file, long bytes, int protection) {
    return MappedRange.map(
        posix, new MapRequest(bytes, protection, MemoryCalls.MAP_SHARED, file, 0, "test"));
  }

  private long export(Program program) {
    SharedMemory memory = SharedMemory.create(posix, "atoll-test", 4096);
    left.add(memory);
    Path link = Path.of("/proc/self/fd/" + memory.control().descriptor().number());
    try (Descriptor control = posix.open(link, FileCalls.O_RDONLY, 0)) {
      Reply reply =
          program.client.ask(
              new Request.ExportCreate(4096, 0, false, 0600, 0), memory.descriptor(), control);
      long handle = ((Reply.ExportCreated) reply).handle();
      program.client.ask(new Request.ExportPublish(handle, ID, List.of()));
      return handle;
    }
  }

  @Test
  void takenPagesCanNotBeMadeSmaller() {
    var program = new Program();
    Descriptor taken = program.client.lastDescriptors().get(1);
    Assertions.assertThatThrownBy(() -> posix.ftruncate(taken, 0))
        .isInstanceOf(ErrnoException.class);
  }

  @Test
  void aScribbledTakenWordMisleadsTheDeviceAboutItsOwnerAlone() {
    var random = new SplittableRandom(Seeds.of(HostileSignalTest.class));
    var exporter = new Program();
    long export = export(exporter);
    var hostile = new Program();
    var good = new Program();
    long bad = hostile.connect();
    long fine = good.connect();
    TakenWord word = TakenWord.of(good.taken.segment(), fine);
    word.begin();
    for (int i = 0; i < 2_000; i++) {
      long at = random.nextLong(TakenLayout.TOTAL_BYTES / 8) * 8;
      hostile.taken.segment().set(ValueLayout.JAVA_LONG, at, random.nextLong());
      hostile.taken.segment().set(ValueLayout.JAVA_LONG, 0, bad ^ random.nextInt());
      exporter.client.say(new Request.SignalPost(export, ONCE));
      exporter.settle();
      assertThat(good.posted(fine)).isEqualTo(i + 1);
      assertThat(word.takeCas(i)).isTrue();
    }
  }

  @Test
  void aWordOfTheHandleBeforeCountsAsNothingTaken() {
    var exporter = new Program();
    long export = export(exporter);
    var program = new Program();
    for (int i = 0; i < 3; i++) {
      long handle = program.connect();
      TakenWord before = TakenWord.of(program.taken.segment(), handle);
      exporter.client.say(new Request.SignalPost(export, ONCE));
      exporter.client.say(new Request.SignalPost(export, ONCE));
      exporter.settle();
      assertThat(program.posted(handle)).isEqualTo(1);
      before.begin();
      for (int seen = 0; seen <= i + 1; seen++) {
        assertThat(before.takeCas(seen)).isTrue();
      }
      program.client.ask(new Request.ImportDisconnect(handle));
    }
  }

  @Test
  void refusesToWatchForgedHandles() {
    var program = new Program();
    for (long handle : new long[] {0, 1, -1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(program.client.ask(new Request.SignalWatch(handle)))
          .isEqualTo(Reply.Refused.of(RsmError.BAD_SEG_HNDL, ""));
    }
    assertThat(program.signalled()).isZero();
  }

  @Test
  void aWatchIsAnsweredOnceHoweverOftenItIsAsked() {
    var exporter = new Program();
    long export = export(exporter);
    var program = new Program();
    long handle = program.connect();
    for (int i = 0; i < 100; i++) {
      program.client.say(new Request.SignalWatch(handle));
    }
    program.settle();
    for (int i = 0; i < 10; i++) {
      exporter.client.say(new Request.SignalPost(export, 0));
    }
    exporter.settle();
    program.settle();
    assertThat(program.signalled()).isEqualTo(1);
    // Ten are pending, so that the next watch is answered at once, and no later one besides.
    program.client.say(new Request.SignalWatch(handle));
    program.settle();
    assertThat(program.signalled()).isEqualTo(2);
  }

  @Test
  void aDeafProgramThatWatchesAllItHasIsNotCutOffByTheSignalsOfAnother() {
    var exporter = new Program();
    long export = export(exporter);
    var deaf = new Program();
    int imports = LinkLimits.HANDLES_MAX;
    for (int i = 0; i < imports; i++) {
      deaf.client.ask(new Request.SignalWatch(deaf.connect()));
    }
    exporter.client.say(new Request.SignalPost(export, 0));
    exporter.client.ask(new Request.ExportUnpublish(export));
    exporter.settle();
    deaf.settle();
    assertThat(deaf.client.notifications()).hasSize(2 * imports);
  }

  @Test
  void aFloodOfWatchesThatNobodyReadsHoldsUpItsSenderAlone() {
    var exporter = new Program();
    long export = export(exporter);
    var deaf = new Program();
    long handle = deaf.connect();
    exporter.client.say(new Request.SignalPost(export, 0));
    exporter.settle();
    int sent = 0;
    int refused = 0;
    while (sent < 100_000 && refused < 100) {
      boolean isTaken = deaf.client.say(new Request.SignalWatch(handle));
      sent += isTaken ? 1 : 0;
      refused += isTaken ? 0 : 1;
      if (!isTaken) {
        exporter.settle();
      }
    }
    assertThat(refused).as("the device stops taking").isEqualTo(100);
    assertThat(honest.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
  }
}
