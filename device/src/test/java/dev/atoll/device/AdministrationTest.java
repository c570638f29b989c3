/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Clock;
import dev.atoll.link.AccessEntry;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.DeviceListing;
import dev.atoll.link.ListingRow;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FaultPlan;
import dev.atoll.posix.FaultyPosix;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may look at a device and stop it, and what they are told. */
class AdministrationTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int STRANGER = 12_345;
  private static final int ID = 0x600000;

  @TempDir Path temporary;
  private final Posix posix = Posix.system();
  private final FaultPlan faults = new FaultPlan();

  /** The uid that the kernel is made to give for whoever attaches next; negative for the truth. */
  private final AtomicInteger nextUid = new AtomicInteger(-1);

  private DeviceDirectory directory;
  private Device device;

  @BeforeEach
  void startADevice() {
    directory = new DeviceDirectory(temporary.resolve("device"));
    device =
        Device.start(
            FaultyPosix.wrap(lyingAboutUsers(), faults),
            Clock.system(),
            DeviceConfig.standard().withUsers(DeviceConfig.Users.ANY),
            new SplittableRandom(7));
    device.listen(directory);
  }

  @AfterEach
  void theDeviceLives() {
    assertThat(device.failure()).isNull();
    device.close();
  }

  private Posix lyingAboutUsers() {
    return (Posix)
        Proxy.newProxyInstance(
            Posix.class.getClassLoader(),
            new Class<?>[] {Posix.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(posix, arguments);
                int uid = nextUid.get();
                return result instanceof PeerCredentials && uid >= 0
                    ? new PeerCredentials(4711, uid, uid, List.of())
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private RawClient greeted() {
    return RawClient.greeted(directory.socket());
  }

  private RawClient stranger() {
    nextUid.set(STRANGER);
    try {
      return greeted();
    } finally {
      nextUid.set(-1);
    }
  }

  private DeviceListing list(RawClient client) {
    Reply reply = client.ask(new Request.ListSegments());
    assertThat(reply).isInstanceOf(Reply.Listing.class);
    assertThat(client.lastDescriptors()).hasSize(1);
    try (Descriptor file = client.lastDescriptors().getFirst();
        Arena arena = Arena.ofConfined()) {
      long bytes = ((Reply.Listing) reply).bytes();
      assertThat(posix.statx(file).size()).isEqualTo(bytes);
      MemorySegment image = arena.allocate(bytes, Long.BYTES);
      assertThat(posix.pread(file, image, 0)).isEqualTo(bytes);
      return DeviceListing.read(image);
    }
  }

  private long export(RawClient client, SharedMemory memory) {
    try (Descriptor control = reopen(memory.control().descriptor());
        Descriptor readOnly = reopen(memory.descriptor())) {
      Reply reply =
          client.ask(
              new Request.ExportCreate(memory.size(), 0, false, 0640, 0),
              memory.descriptor(),
              control,
              readOnly);
      assertThat(reply).isInstanceOf(Reply.ExportCreated.class);
      return ((Reply.ExportCreated) reply).handle();
    }
  }

  private Descriptor reopen(Descriptor file) {
    return posix.open(Path.of("/proc/self/fd/" + file.number()), FileCalls.O_RDONLY, 0);
  }

  private static void assertErrno(Reply reply, Errno errno) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Refused.class, r -> assertThat(Errno.of(r.errno())).isEqualTo(errno));
  }

  @Test
  void listsSessionsExportsAccessAndImports() {
    try (RawClient exporter = greeted();
        RawClient importer = stranger();
        SharedMemory memory = SharedMemory.create(posix, "listed", 4096);
        RawClient owner = greeted()) {
      long handle = export(exporter, memory);
      exporter.ask(new Request.ExportPublish(handle, ID, List.of(new AccessEntry(1, 0664))));
      assertThat(importer.ask(new Request.ImportConnect(1, ID, 0400)))
          .isInstanceOf(Reply.Connected.class);
      importer.lastDescriptors().forEach(Descriptor::close);

      List<ListingRow> rows = list(owner).rows();

      int pid = (int) ProcessHandle.current().pid();
      assertThat(rows)
          .containsExactly(
              new ListingRow.OfSession(1, pid, posix.effectiveUid(), 6),
              new ListingRow.OfExport(
                  1, handle, ListingRow.ExportState.PUBLISHED, ID, 0640, 4096, 1, false),
              new ListingRow.OfAccess(1, handle, new AccessEntry(1, 0664)),
              new ListingRow.OfSession(2, 4711, STRANGER, 3),
              new ListingRow.OfImport(
                  2,
                  ((ListingRow.OfImport) rows.get(4)).handle(),
                  ListingRow.ImportState.CONNECTED,
                  ID,
                  4096,
                  1,
                  false),
              new ListingRow.OfSession(3, pid, posix.effectiveUid(), 3));
    }
  }

  @Test
  void refusesToListOrStopForOtherUsers() {
    try (RawClient stranger = stranger()) {
      AtomicInteger orders = new AtomicInteger();
      device.onStopRequest(orders::incrementAndGet);
      for (Request request :
          new Request[] {new Request.ListSegments(), new Request.Stop(), new Request.Status()}) {
        assertErrno(stranger.ask(request), Errno.EPERM);
        assertThat(stranger.lastDescriptors()).isEmpty();
      }
      assertThat(orders).hasValue(0);
    }
  }

  @Test
  void givesAListingThatNobodyCanChange() {
    try (RawClient client = greeted()) {
      assertThat(client.ask(new Request.ListSegments())).isInstanceOf(Reply.Listing.class);
      try (Descriptor file = client.lastDescriptors().getFirst()) {
        assertThat(posix.seals(file))
            .isEqualTo(
                MemoryCalls.F_SEAL_SEAL
                    | MemoryCalls.F_SEAL_SHRINK
                    | MemoryCalls.F_SEAL_GROW
                    | MemoryCalls.F_SEAL_WRITE);
        assertThat(posix.openFlags(file) & 3).isEqualTo(FileCalls.O_RDONLY);
        // Also not by opening it anew, which root may.
        try (Descriptor again =
            posix.open(Path.of("/proc/self/fd/" + file.number()), FileCalls.O_RDWR, 0)) {
          assertThatThrownBy(
                  () -> {
                    long ignored = posix.pwrite(again, Arena.ofAuto().allocate(8), 0);
                    assertThat(ignored).isNegative();
                  })
              .isInstanceOf(ErrnoException.class);
        } catch (ErrnoException e) {
          assertThat(e.errno()).isIn(Errno.EPERM, Errno.EACCES);
        }
      }
    }
  }

  @Test
  void keepsNothingOfAListing() {
    try (RawClient client = greeted()) {
      list(client);
      long before = device.status().descriptors();
      for (int i = 0; i < 50; i++) {
        list(client);
      }
      Conditions.await("its files closed", LONG, () -> device.status().descriptors() <= before);
    }
  }

  @Test
  void tellsWhyAListingCanNotBeMade() {
    try (RawClient client = greeted()) {
      faults.fail("memfd", Errno.EMFILE, visit -> true);
      assertErrno(client.ask(new Request.ListSegments()), Errno.EMFILE);
    }
  }

  @Test
  void refusesToStopADeviceThatIsPartOfAProgram() {
    try (RawClient client = greeted()) {
      assertErrno(client.ask(new Request.Stop()), Errno.EOPNOTSUPP);
      assertThat(client.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    }
  }

  @Test
  void answersBeforeItStops() {
    AtomicInteger orders = new AtomicInteger();
    device.onStopRequest(orders::incrementAndGet);
    try (RawClient client = greeted()) {
      assertThat(client.ask(new Request.Stop())).isInstanceOf(Reply.Done.class);
      assertThat(orders).hasValue(1);
    }
  }

  @Test
  void refusesDescriptorsWithItsRequests() {
    try (RawClient client = greeted();
        Descriptor extra = posix.eventfd(0)) {
      assertErrno(client.ask(new Request.ListSegments(), extra), Errno.EINVAL);
      assertErrno(client.ask(new Request.Stop(), extra), Errno.EINVAL);
    }
  }
}
