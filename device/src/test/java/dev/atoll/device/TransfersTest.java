/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.LinkLimits;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RingEntry;
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
    private boolean isHolding;

    @Override
    public <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
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
    public void after(long delayNanos, Runnable action) {}
  }

  /** A program; if it is of another user than the device, its memory is for workers. */
  private final class Program implements Outbound {
    private final List<Notification> notifications = new ArrayList<>();
    private final ClientSession session;
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
      return ((Reply.Connected) ask(new Request.ImportConnect(1, ID, permission))).handle();
    }

    /** Submits a put, which reaches a worker and stays there. */
    void beginPut(long handle) {
      submitPut(handle);
      assertThat(ports.held).as("a transfer on a worker").hasSize(1);
    }

    /** Submits a put; if it reaches a worker, it stays there. */
    void submitPut(long handle) {
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
        new RingEntry(RingEntry.PUT, 0, handle, 0, 8, 0, 1, 0)
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
}
