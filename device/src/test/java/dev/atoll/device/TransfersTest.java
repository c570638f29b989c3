/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.LinkLimits;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RingEntry;
import dev.atoll.link.RsmError;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.memory.SegmentWords;
import dev.atoll.memory.SharedMemory;
import dev.atoll.memory.SlotRing;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the device moves bytes, and importers that go while it does. */
class TransfersTest {
  private static final int ID = 0x600000;
  private static final int READ = 0400;
  private static final int WRITE = 0200;
  private static final int STRANGER = 4711;

  private final Posix posix = Posix.system();
  private final Ports ports = new Ports();
  private final SegmentAgent agent =
      new SegmentAgent(posix, ports, DeviceConfig.standard(), new SplittableRandom(7));
  private final SharedMemory memory = SharedMemory.create(posix, "atoll-test", 4096);
  private final Program exporter = new Program(STRANGER);
  private final Program importer = new Program(STRANGER);
  private final long export = published();

  /** Does at once what goes to workers, unless that is held back. */
  private static final class Ports implements AgentPorts {
    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final List<Runnable> held = new ArrayList<>();
    private final Deque<Runnable> timers = new ArrayDeque<>();
    private boolean isHolding;

    @Override
    public <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      finish(task, onLoop);
      return true;
    }

    @Override
    public <T> boolean transfer(
        Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      if (isHolding) {
        held.add(() -> finish(task, onLoop));
      } else {
        finish(task, onLoop);
      }
      return true;
    }

    private static <T> void finish(
        Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      try {
        onLoop.accept(task.call(), null);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close(Descriptor descriptor) {
      descriptor.close();
    }

    @Override
    public boolean requestStop() {
      return false;
    }

    @Override
    public void later(Runnable action) {
      turns.add(action);
    }

    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      timers.addFirst(action);
    }
  }

  /** A program; if it is of another user than the device, its memory is for workers. */
  private final class Program implements Outbound {
    private final List<Notification> notifications = new ArrayList<>();
    private final ClientSession session;
    private final List<Reply> answers = new ArrayList<>();
    private long correlation;
    private @Nullable Reply last;

    Program(int uid) {
      session = agent.open(new PeerCredentials(1, uid, uid, List.of()), this);
      ask(new Request.Hello(LinkLimits.VERSION, posix.pageSize()));
    }

    Reply ask(Request request, Descriptor... passed) {
      tell(request, passed);
      return Objects.requireNonNull(last, () -> "no answer to " + request);
    }

    void tell(Request request, Descriptor... passed) {
      last = null;
      agent.handle(session, new Request.Envelope(++correlation, request, List.of(passed)));
    }

    @Override
    public void reply(long number, Reply reply, List<Descriptor> borrowed) {
      last = reply;
      answers.add(reply);
    }

    @Override
    public boolean notify(Notification notification, List<Descriptor> borrowed) {
      notifications.add(notification);
      return true;
    }

    @Override
    public void cut() {}

    long connect() {
      return connect(WRITE);
    }

    long connect(int permission) {
      return connect(ID, permission);
    }

    long connect(int id, int permission) {
      return ((Reply.Connected) ask(new Request.ImportConnect(1, id, permission))).handle();
    }

    /** Submits a put, which reaches a worker and stays there. */
    void beginPut(long handle) {
      submitPut(handle);
      assertThat(ports.held).as("a transfer on a worker").hasSize(1);
    }

    /** Submits a put; if it reaches a worker, it stays there. */
    void submitPut(long handle) {
      submitPut(handle, 0);
    }

    void submitPut(long handle, int lane) {
      ask(new Request.RingsOpen());
      ClientRings rings = Objects.requireNonNull(session.rings());
      var request =
          new MapRequest(
              rings.layout().submissionBytes(),
              MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE,
              MemoryCalls.MAP_SHARED,
              rings.descriptors().getFirst(),
              0,
              "rings of a test");
      try (MappedRange range = MappedRange.map(posix, request)) {
        var words = new SegmentWords(range.segment());
        SlotRing ring = SlotRing.attach(words, rings.layout().slots());
        long position = ring.claim();
        long bounce = lane * (long) rings.layout().laneBytes();
        new RingEntry(RingEntry.PUT, lane, handle, 0, 8, bounce, 1, 0)
            .write(words, ring.payloadOffset(position));
        ring.commit(position);
      }
      ports.isHolding = true;
      tell(new Request.RingsWake());
      ports.turns.remove().run();
      ports.isHolding = false;
    }
  }

  private long created(Program program) {
    Descriptor control = reopen(memory.control().descriptor());
    Reply created =
        program.ask(
            new Request.ExportCreate(4096, 0, false, 0666, 0),
            posix.duplicate(memory.descriptor()),
            control);
    return ((Reply.ExportCreated) created).handle();
  }

  private long published() {
    return published(exporter, ID);
  }

  private long published(Program program, int id) {
    long handle = created(program);
    program.ask(new Request.ExportPublish(handle, id, List.of()));
    return handle;
  }

  private long publishedMediated(Program program, int id) {
    Reply created =
        program.ask(
            new Request.ExportCreate(4096, 0, false, 0666, 0x100),
            posix.duplicate(memory.descriptor()),
            reopen(memory.control().descriptor()));
    long handle = ((Reply.ExportCreated) created).handle();
    program.ask(new Request.ExportPublish(handle, id, List.of()));
    return handle;
  }

  private Descriptor reopen(Descriptor descriptor) {
    return posix.open(Path.of("/proc/self/fd/" + descriptor.number()), FileCalls.O_RDONLY, 0);
  }

  @AfterEach
  void end() {
    agent.endAll();
    memory.close();
  }

  @Test
  void oneThatDiedDoesNotKeepAnExporterFromUnpublishing() {
    importer.beginPut(importer.connect());
    agent.end(importer.session);

    exporter.tell(new Request.ExportUnpublish(export));
    assertThat(exporter.last).as("bytes are on their way").isNull();
    ports.held.removeFirst().run();
    assertThat(exporter.last).isInstanceOf(Reply.Done.class);
    assertThat(agent.status().published()).isZero();
  }

  @Test
  void oneThatDiedDoesNotKeepAnExporterFromEnding() {
    importer.beginPut(importer.connect());
    agent.end(importer.session);
    agent.end(exporter.session);
    ports.held.removeFirst().run();
    assertThat(agent.status().exports()).isZero();
    assertThat(agent.sessionCount()).isZero();
  }

  @Test
  void oneThatDisconnectedGetsNothingUnderItsNextHandle() {
    long first = importer.connect();
    importer.beginPut(first);
    assertThat(importer.ask(new Request.ImportDisconnect(first))).isInstanceOf(Reply.Done.class);
    long next = created(importer);
    assertThat((int) next).as("the index is used anew").isEqualTo((int) first);

    SignalPages pages = importer.session.signals();
    exporter.ask(new Request.SignalPost(export, 0));
    assertThat(pages.isPending(next)).isFalse();
    exporter.tell(new Request.ExportUnpublish(export));
    assertThat(pages.isLive(next)).isTrue();
    assertThat(importer.notifications).isEmpty();
    ports.held.removeFirst().run();
    assertThat(exporter.last).isInstanceOf(Reply.Done.class);
  }

  @Test
  void memoryOfTheDevicesOwnUserIsMovedAtOnceUntilAnotherUserCanHoldItUp() {
    exporter.ask(new Request.ExportDestroy(export));
    Program own = new Program(posix.effectiveUid());
    published(own, ID);

    importer.submitPut(importer.connect(WRITE));
    assertThat(ports.held).as("nobody else has a descriptor").isEmpty();
    Program same = new Program(posix.effectiveUid());
    same.connect(READ | WRITE);
    new Program(STRANGER).connect(READ);
    Program second = new Program(STRANGER);
    second.submitPut(second.connect(WRITE));
    assertThat(ports.held).as("no other user can write or reserve it").isEmpty();

    long shared = importer.connect(READ | WRITE);
    importer.ask(new Request.ImportDisconnect(shared));
    Program third = new Program(STRANGER);
    third.beginPut(third.connect(WRITE));
    ports.held.removeFirst().run();
  }

  @Test
  void aUserWhoseTransfersLastHoldsUpHisOwn() {
    long handle = importer.connect();
    for (int lane = 0; lane < 5; lane++) {
      importer.submitPut(handle, lane);
    }
    assertThat(ports.held).hasSize(TransferShares.EACH_MAX);
    Program otherExporter = new Program(STRANGER + 1);
    published(otherExporter, ID + 1);
    Program otherImporter = new Program(STRANGER + 2);
    otherImporter.submitPut(otherImporter.connect(ID + 1, WRITE));
    assertThat(ports.held).as("another user's").hasSize(TransferShares.EACH_MAX + 1);

    ports.isHolding = true;
    ports.held.removeFirst().run();
    assertThat(ports.held).as("the next in its place").hasSize(TransferShares.EACH_MAX + 1);
    while (!ports.held.isEmpty()) {
      ports.held.removeFirst().run();
    }
    ports.isHolding = false;
    assertThat(completedLanes(importer)).isEqualTo(5);
  }

  @Test
  void anExporterWhoseMemoryHoldsTransfersUpIsChargedForThemToo() {
    for (int i = 1; i < 4; i++) {
      Program victim = new Program(STRANGER + i);
      victim.submitPut(victim.connect());
    }
    assertThat(ports.held).hasSize(TransferShares.EACH_MAX);
    ports.held.removeFirst().run();
    assertThat(ports.held).as("the third").hasSize(TransferShares.EACH_MAX - 1);
    ports.held.removeFirst().run();
  }

  @Test
  void whatWaitsEndsWithItsConnectionOrItsSession() {
    long handle = importer.connect();
    Program second = new Program(STRANGER);
    long other = second.connect();
    for (int lane = 0; lane < 3; lane++) {
      importer.submitPut(handle, lane);
    }
    second.submitPut(other, 0);
    second.ask(new Request.ImportDisconnect(other));
    agent.end(importer.session);
    assertThat(ports.held).hasSize(TransferShares.EACH_MAX);
    ports.held.removeFirst().run();
    ports.held.removeFirst().run();
    assertThat(ports.held).isEmpty();
    assertThat(completedLanes(second)).as("refused, not forgotten").isEqualTo(1);
  }

  private static int completedLanes(Program program) {
    ClientRings rings = Objects.requireNonNull(program.session.rings());
    var request =
        new MapRequest(
            rings.layout().completionBytes(),
            MemoryCalls.PROT_READ,
            MemoryCalls.MAP_SHARED,
            rings.descriptors().getLast(),
            0,
            "completions of a test");
    int completed = 0;
    try (MappedRange range = MappedRange.map(Posix.system(), request)) {
      var words = new SegmentWords(range.segment());
      for (int lane = 0; lane < rings.layout().lanes(); lane++) {
        completed += words.intAcquire(rings.layout().completionOffset(lane)) == 1 ? 1 : 0;
      }
    }
    return completed;
  }

  private long publishedAnew() {
    exporter.ask(new Request.ExportDestroy(export));
    Reply created =
        exporter.ask(
            new Request.ExportCreate(4096, 0, false, 0666, 0x01),
            posix.duplicate(memory.descriptor()),
            reopen(memory.control().descriptor()));
    long handle = ((Reply.ExportCreated) created).handle();
    exporter.ask(new Request.ExportPublish(handle, ID, List.of()));
    return handle;
  }

  private void tellToRebind(long handle) {
    exporter.tell(
        new Request.ExportRebind(handle, 4096, 0, false),
        posix.duplicate(memory.descriptor()),
        reopen(memory.control().descriptor()));
  }

  @Test
  void aChangeOfMemoryWaitsForWhoIsAboutToLetGo() {
    long rebindable = publishedAnew();
    long handle = importer.connect(READ);
    exporter.tell(new Request.ExportUnpublish(rebindable));
    tellToRebind(rebindable);
    assertThat(exporter.last).as("it still maps the old memory").isNull();
    importer.ask(new Request.Rebound(handle));
    assertThat(exporter.last).as("it was not told of the new memory").isNull();

    List<Reply> answers = exporter.answers;
    answers.clear();
    importer.ask(new Request.Revoked(handle));
    assertThat(answers).containsExactly(new Reply.Done(), new Reply.Done());
  }

  @Test
  void aChangeOfMemoryThatWaitedBeyondTheEndOfItsSegmentIsRefused() {
    long rebindable = publishedAnew();
    importer.connect(READ);
    tellToRebind(rebindable);
    tellToRebind(rebindable);
    exporter.tell(new Request.ExportDestroy(rebindable));
    exporter.answers.clear();
    ports.timers.removeFirst().run();
    assertThat(exporter.answers).as("destroyed").containsExactly(new Reply.Done());
    ports.timers.removeFirst().run();
    assertThat(exporter.answers)
        .last()
        .isInstanceOfSatisfying(
            Reply.Refused.class,
            refused -> assertThat(refused.rsmCode()).isEqualTo(RsmError.BAD_SEG_HNDL.number()));
  }

  /** One memory can be behind several exports, at once or one after the other. */
  @Test
  void memoryThatAnyExportGaveAwayIsNotMovedAtOnceForAnother() {
    exporter.ask(new Request.ExportDestroy(export));
    Program own = new Program(posix.effectiveUid());
    long open = published(own, ID);
    publishedMediated(own, ID + 1);
    importer.submitPut(importer.connect(ID + 1, WRITE));
    assertThat(ports.held).as("nobody else has a descriptor").isEmpty();

    long lent = importer.connect(ID, READ | WRITE);
    Program second = new Program(STRANGER);
    second.beginPut(second.connect(ID + 1, WRITE));
    ports.held.removeFirst().run();

    importer.ask(new Request.ImportDisconnect(lent));
    own.ask(new Request.ExportDestroy(open));
    publishedMediated(own, ID + 2);
    Program third = new Program(STRANGER);
    third.beginPut(third.connect(ID + 2, WRITE));
    ports.held.removeFirst().run();
  }
}
