/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RequestCodec;
import dev.atoll.link.RsmError;
import dev.atoll.memory.ControlPage;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import dev.atoll.posix.ReceivedMessage;
import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.Seeds;
import dev.atoll.testkit.Soak;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program can do to a device over its socket, and what that does to the others: nothing. */
class HostileClientTest extends HostileFixture {
  @Test
  void refusesARequestBeforeTheGreetingAndASecondGreeting() {
    try (RawClient client = connect()) {
      assertErrno(client.ask(new Request.Status()), Errno.EINVAL);
      assertThat(client.ask(new Request.Hello(LinkLimits.VERSION, 4096)))
          .isInstanceOf(Reply.Welcome.class);
      assertErrno(client.ask(new Request.Hello(LinkLimits.VERSION, 4096)), Errno.EINVAL);
    }
  }

  @Test
  void refusesAnotherVersionOrPageSizeNamingBoth() {
    try (RawClient client = connect()) {
      assertThat(client.ask(new Request.Hello(LinkLimits.VERSION + 1, 4096)).toString())
          .contains(
              "it speaks version %d, you speak %d"
                  .formatted(LinkLimits.VERSION, LinkLimits.VERSION + 1));
      assertThat(client.ask(new Request.Hello(LinkLimits.VERSION, 65536)).toString())
          .contains("4096 bytes, yours 65536");
    }
  }

  @Test
  void refusesMalformedBlocksAndTheSessionLives() {
    sendCutBlocks();
  }

  private void sendCutBlocks() {
    try (RawClient client = greeted();
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LinkLimits.BLOCK_BYTES_MAX, 8);
      MemorySegment good = RequestCodec.encode(buffer, 1, new Request.ImportDisconnect(1));
      for (long length = 1; length < good.byteSize(); length++) {
        assertThat(client.send(good.asSlice(0, length))).isTrue();
        assertErrno(client.awaitReply(), Errno.EINVAL);
      }
      good.set(ValueLayout.JAVA_INT, 0, 0x2a);
      client.send(good);
      assertErrno(client.awaitReply(), Errno.ENOTTY);
      assertThat(client.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    }
  }

  @Test
  void endsASessionWhoseMessageIsLongerThanAnyBlock() {
    sendAnOversizeMessage();
  }

  private void sendAnOversizeMessage() {
    try (RawClient client = greeted();
        Arena arena = Arena.ofConfined()) {
      client.send(arena.allocate(LinkLimits.BLOCK_BYTES_MAX + 1L));
      assertThat(client.awaitReply()).isNull();
    }
  }

  @Test
  void survivesRandomBlocks() {
    sendRandomBlocks(new SplittableRandom(Seeds.of(HostileClientTest.class)), 5_000);
  }

  @Test
  @Tag(Soak.TAG)
  void survivesRandomBlocksWhileAnHonestProgramWorks() throws Exception {
    var random = new SplittableRandom(Seeds.of(HostileClientTest.class));
    try (Export owner = new Export()) {
      owner.publish();
      long turns =
          Soak.repeat(
              "ten thousand random blocks, and cut and oversize ones",
              10_000,
              number -> {
                sendRandomBlocks(random, 10_000);
                sendCutBlocks();
                sendAnOversizeMessage();
                Reply reply = honest.ask(new Request.ImportConnect(1, ID, 0400));
                assertThat(reply).isInstanceOf(Reply.Connected.class);
                honest.lastDescriptors().forEach(Descriptor::close);
                long handle = ((Reply.Connected) reply).handle();
                assertThat(honest.ask(new Request.ImportDisconnect(handle)))
                    .isInstanceOf(Reply.Done.class);
              });
      System.out.printf(
          "soak: blocks=%d refused as malformed=%d%n", turns * 10_000, device.status().malformed());
    }
    assertThat(device.failure()).isNull();
  }

  private void sendRandomBlocks(SplittableRandom random, int blocks) {
    try (RawClient client = greeted();
        Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(128, 8);
      for (int i = 0; i < blocks; i++) {
        for (long b = 0; b < block.byteSize(); b += 8) {
          block.set(
              ValueLayout.JAVA_LONG,
              b,
              random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(4));
        }
        int length = 16 + random.nextInt(8) * 8;
        block.set(ValueLayout.JAVA_INT, 0, 0x60 + random.nextInt(16));
        block.set(ValueLayout.JAVA_INT, 4, length);
        block.set(ValueLayout.JAVA_LONG, 8, i + 1);
        client.send(block.asSlice(0, length));
        assertThat(client.awaitReply()).isNotNull();
        client.lastDescriptors().forEach(Descriptor::close);
      }
    }
  }

  @Test
  void refusesForgedHandles() {
    try (RawClient client = greeted()) {
      for (long handle : new long[] {0, 1, -1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertRefused(
            client.ask(new Request.ExportPublish(handle, ID, List.of())), RsmError.BAD_SEG_HNDL);
        assertRefused(client.ask(new Request.ExportUnpublish(handle)), RsmError.BAD_SEG_HNDL);
        assertRefused(client.ask(new Request.ExportDestroy(handle)), RsmError.BAD_SEG_HNDL);
        assertRefused(client.ask(new Request.ImportDisconnect(handle)), RsmError.BAD_SEG_HNDL);
        assertRefused(client.ask(new Request.SignalPost(handle, 0)), RsmError.BAD_SEG_HNDL);
        assertThat(client.ask(new Request.Revoked(handle))).isInstanceOf(Reply.Done.class);
      }
    }
  }

  @Test
  void refusesAnotherSessionsHandle() {
    try (Export owner = new Export();
        RawClient client = greeted()) {
      assertRefused(client.ask(new Request.ExportDestroy(owner.handle)), RsmError.BAD_SEG_HNDL);
    }
  }

  @Test
  void refusesRightsThatAreNone() {
    try (Export owner = new Export()) {
      owner.publish();
      for (int bits : new int[] {0100, 0700, 0040, -1}) {
        assertRefused(
            owner.client.ask(new Request.ImportConnect(1, ID, bits)), RsmError.PERM_DENIED);
      }
    }
  }

  @Test
  void closesDescriptorsThatNobodyAskedFor() {
    try (RawClient client = greeted()) {
      long before = device.status().descriptors();
      for (int i = 0; i < 50; i++) {
        try (Descriptor stray = posix.eventfd(0)) {
          assertErrno(client.ask(new Request.Status(), stray, stray, stray), Errno.EINVAL);
        }
      }
      Conditions.await(
          "descriptors given back", LONG, () -> device.status().descriptors() == before);
    }
  }

  @Test
  void refusesMemoryThatImportersCouldNotRelyOn() throws IOException {
    Path plain = Files.write(temporary.resolve("plain"), new byte[8192]);
    Path sparse = temporary.resolve("sparse");
    try (Descriptor file = posix.open(plain, FileCalls.O_RDWR, 0);
        Descriptor reading = posix.open(plain, FileCalls.O_RDONLY, 0);
        Descriptor holes = posix.open(sparse, FileCalls.O_RDWR | FileCalls.O_CREAT, 0600);
        Descriptor pipe = posix.eventfd(0);
        ControlPage control = ControlPage.create(posix);
        Descriptor readControl = reopen(control.descriptor());
        Descriptor unsealed = posix.memfd("atoll-unsealed");
        Descriptor readUnsealed = reopen(unsealed);
        RawClient client = greeted()) {
      posix.ftruncate(holes, 8192);
      posix.ftruncate(unsealed, 4096);
      long before = device.status().descriptors();
      var good = new Request.ExportCreate(8192, 0, true, 0600, 0);

      assertRefused(client.ask(good, file), RsmError.BAD_ADDR);
      assertRefused(client.ask(good, pipe, readControl, pipe), RsmError.BAD_ADDR);
      assertRefused(client.ask(good, reading, readControl, reading), RsmError.PERM_DENIED);
      assertRefused(client.ask(good, file, readControl, file), RsmError.PERM_DENIED);
      assertRefused(client.ask(good, file, readControl, readControl), RsmError.BAD_ADDR);
      assertRefused(client.ask(good, file, control.descriptor(), reading), RsmError.PERM_DENIED);
      assertRefused(client.ask(good, file, readUnsealed, reading), RsmError.BAD_ADDR);
      assertRefused(client.ask(good, holes, readControl), RsmError.INSUFFICIENT_MEM);
      assertRefused(
          client.ask(new Request.ExportCreate(12288, 0, true, 0600, 0), file, readControl, reading),
          RsmError.BAD_LENGTH);
      assertRefused(
          client.ask(new Request.ExportCreate(8192, 4096, true, 0600, 0), file, readControl),
          RsmError.BAD_LENGTH);
      assertRefused(
          client.ask(new Request.ExportCreate(100, 0, true, 0600, 0), file, readControl),
          RsmError.BAD_MEM_ALIGNMENT);
      assertRefused(
          client.ask(new Request.ExportCreate(0, 0, true, 0600, 0), file, readControl),
          RsmError.BAD_LENGTH);
      assertRefused(
          client.ask(
              new Request.ExportCreate(Long.MAX_VALUE - 4095, 8192, true, 0600, 0),
              file,
              readControl),
          RsmError.BAD_LENGTH);
      Conditions.await(
          "descriptors given back", LONG, () -> device.status().descriptors() == before);
    }
  }

  @Test
  void refusesFilesOfFileSystemsThatAProgramServes() throws IOException {
    // procfs is none of the list; FUSE and NFS are refused by the same line.
    try (Descriptor file = posix.open(Path.of("/proc/self/comm"), FileCalls.O_RDWR, 0);
        ControlPage control = ControlPage.create(posix);
        Descriptor readControl = reopen(control.descriptor());
        RawClient client = greeted()) {
      Reply reply = client.ask(new Request.ExportCreate(4096, 0, true, 0600, 0), file, readControl);
      assertRefused(reply, RsmError.BAD_ADDR);
      assertThat(reply.toString()).contains("are not exported");
    }
  }

  @Test
  void dropsAConnectionThatDoesNotGreet() {
    device.close();
    var hasty =
        new DeviceConfig(
            1,
            DeviceConfig.Users.SAME,
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            new Quotas(8, 8, 64, 64, 1 << 20),
            DeviceConfig.standard().fileSystems());
    device = start(posix, hasty);
    honest.close();
    honest = greeted();
    try (RawClient silent = connect()) {
      assertThat(silent.awaitReply()).isNull();
    }
  }

  @Test
  void takesNothingMoreFromAClientThatDoesNotTakeItsAnswers() {
    try (RawClient greedy = greeted();
        Export owner = new Export()) {
      owner.publish();
      long before = device.status().descriptors();
      int sent = 0;
      while (sent < 20_000 && greedy.tell(new Request.ImportConnect(1, ID, 0400))) {
        sent++;
      }
      // Its socket is full, so the device has stopped reading from it; what it holds is bounded.
      assertThat(sent).isLessThan(20_000);
      assertThat(device.status().descriptors() - before).isLessThan(16);
      assertThat(honest.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    }
    Conditions.await("the greedy session ended", LONG, () -> device.status().sessions() == 1);
  }

  /** An empty message looks like the end of the connection, and may carry descriptors. */
  @Test
  void closesDescriptorsOfAnEmptyMessage() {
    device.close();
    honest.close();
    var isEmptyNext = new AtomicBoolean();
    device = start(receivingEmptyMessages(isEmptyNext), DeviceConfig.standard());
    try (RawClient client = greeted()) {
      client.lastDescriptors().forEach(Descriptor::close);
      long before = device.status().descriptors();
      isEmptyNext.set(true);
      client.tell(new Request.Status());
      assertThat(client.awaitReply()).isNull();
      // The session's own socket and signal pages are gone as well.
      Conditions.await(
          "descriptors given back", LONG, () -> device.status().descriptors() < before);
    }
    honest = greeted();
  }

  private Posix receivingEmptyMessages(AtomicBoolean isEmptyNext) {
    return (Posix)
        Proxy.newProxyInstance(
            Posix.class.getClassLoader(),
            new Class<?>[] {Posix.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("receiveMessage") && isEmptyNext.getAndSet(false)) {
                // Four, more than the end of the session gives back by itself.
                List<Descriptor> carried = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                  carried.add(posix.eventfd(0));
                }
                return new ReceivedMessage(0, carried, false);
              }
              try {
                return method.invoke(posix, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void refusesSessionsBeyondTheQuotaAndServesAgainWhenOneEnds() {
    device.close();
    var narrow =
        new DeviceConfig(
            1,
            DeviceConfig.Users.SAME,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            new Quotas(8, 3, 64, 64, 1 << 20),
            DeviceConfig.standard().fileSystems());
    device = start(posix, narrow);
    honest.close();
    honest = greeted();
    try (RawClient second = greeted()) {
      try (RawClient third = greeted();
          RawClient fourth = connect()) {
        assertThat(fourth.awaitReply()).isNull();
        assertThat(third.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
      }
      Conditions.await("room again", LONG, () -> device.status().sessions() == 2);
      greeted().close();
      assertThat(second.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    }
  }

  @Test
  void goesOnServingWhenDescriptorsRunOutAndAcceptsAgainLater() {
    device.close();
    honest.close();
    FaultPlan plan = new FaultPlan();
    device = start(FaultyPosix.wrap(posix, plan), DeviceConfig.standard());
    honest = greeted();
    plan.fail("accept", Errno.EMFILE, visit -> true);
    try (RawClient waiting = connect()) {
      Conditions.await("a refused accept", LONG, () -> plan.visits("accept") > 2);
      long visits = plan.visits("accept");
      assertThat(honest.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
      // Asked a few times a second, not in a busy loop.
      assertThat(plan.visits("accept") - visits).isLessThan(50);
      plan.clear();
      assertThat(waiting.ask(new Request.Hello(LinkLimits.VERSION, 4096)))
          .isInstanceOf(Reply.Welcome.class);
    }
  }

  /** Each call the device makes for one program may fail; that program may lose its session. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "duplicate",
        "memfd",
        "mmap",
        "epollAdd",
        "peerCredentials",
        "receiveMessage",
        "sendMessage",
        "ftruncate",
        "addSeals",
        "open",
        "statx",
        "fstatfs",
        "openFlags",
        "seals",
        "fchmod"
      })
  void aCallThatFailsForOneProgramStopsNobodyElse(String call) {
    device.close();
    honest.close();
    FaultPlan plan = new FaultPlan();
    device = start(FaultyPosix.wrap(posix, plan), DeviceConfig.standard());
    for (Errno errno : FaultPlan.errnosOf(call)) {
      // A few times, since a call that is put off for ever would keep the test waiting for ever.
      var left = new AtomicInteger(3);
      plan.fail(call, errno, visit -> left.getAndDecrement() > 0);
      tryEverything();
      plan.clear();
      try (RawClient next = greeted()) {
        assertThat(next.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
      }
    }
    honest = greeted();
  }

  private void tryEverything() {
    try (RawClient client = connect();
        SharedMemory memory = SharedMemory.create(posix, "atoll-test", 4096);
        Descriptor control = reopen(memory.control().descriptor())) {
      List<Request> requests =
          List.of(
              new Request.Hello(LinkLimits.VERSION, 4096),
              new Request.MemoryCreate(4096),
              new Request.ImportConnect(1, ID, 0400));
      for (Request request : requests) {
        if (client.ask(request) == null) {
          return;
        }
        client.lastDescriptors().forEach(Descriptor::close);
      }
      client.ask(new Request.ExportCreate(4096, 0, false, 0600, 0), memory.descriptor(), control);
    }
  }

  @Test
  void anImporterThatDoesNotAnswerIsCountedAndHoldsNobodyUp() {
    try (Export owner = new Export();
        RawClient deaf = greeted()) {
      owner.publish();
      Reply connected = deaf.ask(new Request.ImportConnect(1, ID, 0400));
      deaf.lastDescriptors().forEach(Descriptor::close);

      assertThat(owner.client.ask(new Request.ExportUnpublish(owner.handle)))
          .isInstanceOf(Reply.Done.class);
      assertThat(device.status().unanswered()).isEqualTo(1);

      owner.publish();
      deaf.ask(new Request.Revoked(((Reply.Connected) connected).handle()));
      assertThat(deaf.notifications()).hasSize(1);
      assertThat(device.status().unanswered()).isZero();
    }
  }

  @Test
  void signalPagesCanBeReadAndNothingElse() {
    try (RawClient client = greeted()) {
      Descriptor pages = client.lastDescriptors().getFirst();
      assertThatThrownBy(() -> map(pages, MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE))
          .isInstanceOf(ErrnoException.class);
      // Root may reopen what it likes; the seal keeps even root's new descriptor from writing.
      try (Descriptor wider =
          posix.open(Path.of("/proc/self/fd/" + pages.number()), FileCalls.O_RDWR, 0)) {
        assertThatThrownBy(() -> map(wider, MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE))
            .isInstanceOfSatisfying(
                ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
      }
      map(pages, MemoryCalls.PROT_READ);
      pages.close();
    }
  }

  private void map(Descriptor descriptor, int protection) {
    long address = posix.mmap(0, 4096, protection, MemoryCalls.MAP_SHARED, descriptor, 0);
    posix.munmap(address, 4096);
  }

  @Test
  void refusesHandlesBeyondTheBoundWithWords() {
    try (Export owner = new Export()) {
      owner.publish();
      List<Reply> refusals = new ArrayList<>();
      for (int i = 0; i < LinkLimits.HANDLES_MAX; i++) {
        Reply reply = owner.client.ask(new Request.ImportConnect(1, ID, 0));
        if (reply instanceof Reply.Refused) {
          refusals.add(reply);
        }
      }
      assertThat(refusals).hasSize(1);
      assertRefused(refusals.getFirst(), RsmError.INSUFFICIENT_RESOURCES);
      assertRefused(
          owner.client.ask(owner.request(), owner.memory.descriptor(), owner.control),
          RsmError.INSUFFICIENT_RESOURCES);
    }
  }

  @Test
  void refusesASecondDeviceInTheSameDirectory() {
    try (Device second =
        Device.start(posix, Clock.system(), DeviceConfig.standard(), new SplittableRandom(8))) {
      assertThatThrownBy(() -> second.listen(directory))
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("Another device already listens");
    }
  }

  @Test
  void refusesADirectoryThatOthersCanWriteTo() throws IOException {
    Path open = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(
        open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    Path linked = Files.createSymbolicLink(temporary.resolve("linked"), directory.path());
    try (Device other =
        Device.start(posix, Clock.system(), DeviceConfig.standard(), new SplittableRandom(9))) {
      assertThatThrownBy(() -> other.listen(new DeviceDirectory(open)))
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("written by others");
      assertThatThrownBy(() -> other.listen(new DeviceDirectory(linked)))
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("is not a directory");
    }
  }

  @Test
  void takesOverWhatADeadDeviceLeft() throws IOException {
    Path left = temporary.resolve("left");
    Files.createDirectory(left);
    Files.setPosixFilePermissions(
        left, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
    posix.listenUnix(left.resolve("device.sock"), 1).close();
    Files.createFile(left.resolve("device.lock"));
    try (Device next =
        Device.start(posix, Clock.system(), DeviceConfig.standard(), new SplittableRandom(10))) {
      next.listen(new DeviceDirectory(left));
      RawClient.greeted(left.resolve("device.sock")).close();
    }
    assertThat(left.resolve("device.sock")).doesNotExist();
  }
}
