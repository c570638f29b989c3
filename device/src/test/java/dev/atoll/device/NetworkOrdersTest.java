/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.Clock;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Conditions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may give orders to a node's network, what goes with them, and what comes back. */
class NetworkOrdersTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final NetworkOrder PING = new NetworkOrder.Ping("127.0.0.3@tcp", 1);

  @TempDir Path temporary;
  private final Posix posix = Posix.system();

  /** The uid that the kernel is made to give for whoever attaches next; negative for the truth. */
  private final AtomicInteger nextUid = new AtomicInteger(-1);

  private final Recorder network = new Recorder();
  private DeviceDirectory directory;
  private Device device;

  @BeforeEach
  void startADevice() {
    directory = new DeviceDirectory(temporary.resolve("device"));
    device =
        Device.start(
            lyingAboutUsers(),
            Clock.system(),
            DeviceConfig.standard().withUsers(DeviceConfig.Users.ANY),
            new SplittableRandom(7));
    device.administer(network);
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

  private static void assertErrno(Reply reply, Errno errno) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Refused.class, refused -> assertThat(refused.errno()).isEqualTo(errno.number()));
  }

  private Descriptor file(int bytes) {
    Descriptor file = posix.memfd("payload");
    posix.ftruncate(file, bytes);
    MemorySegment content = Arena.ofAuto().allocate(Math.max(1, bytes));
    content.fill((byte) 'p');
    if (bytes > 0) {
      assertThat(posix.pwrite(file, content.asSlice(0, bytes), 0)).isEqualTo(bytes);
    }
    return file;
  }

  private static NetworkOrder put(int bytes) {
    return new NetworkOrder.Put(
        new NetworkOrder.Target("127.0.0.3@tcp", 34, 7, 0, bytes), true, 0, 0);
  }

  private static NetworkOrder serve(long bytes) {
    return new NetworkOrder.Serve(
        34,
        new NetworkOrder.Match("*", 7, 0),
        bytes,
        new NetworkOrder.Allows(true, true, false, false));
  }

  @Test
  void refusesOrdersOfOtherUsersBeforeTheNetworkHearsOfThem() {
    nextUid.set(12_345);
    try (RawClient stranger = greeted();
        Descriptor file = file(10)) {
      nextUid.set(-1);
      assertErrno(stranger.ask(new Request.Network(PING)), Errno.EPERM);
      assertErrno(stranger.ask(new Request.Network(put(10)), file), Errno.EPERM);
    }
    assertThat(network.heard).isEmpty();
  }

  @Test
  void saysThatThereIsNoNetwork() {
    try (Device other =
        Device.start(posix, Clock.system(), DeviceConfig.standard(), new SplittableRandom(7))) {
      var place = new DeviceDirectory(temporary.resolve("other"));
      other.listen(place);
      try (RawClient client = RawClient.greeted(place.socket())) {
        assertErrno(client.ask(new Request.Network(PING)), Errno.ENODEV);
      }
    }
  }

  @Test
  void takesNoOrderBeforeTheGreetingAndNoneThatIsNotAnswered() {
    try (RawClient client = new RawClient(directory.socket())) {
      assertErrno(client.ask(new Request.Network(PING)), Errno.EINVAL);
    }
    try (RawClient client = greeted()) {
      client.say(new Request.Network(PING));
      assertThat(client.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    }
    assertThat(network.heard).isEmpty();
  }

  @Test
  void bringsAnswersInFilesThatNobodyCanChange() {
    network.answer = "answer".getBytes(StandardCharsets.UTF_8);
    try (RawClient client = greeted()) {
      assertThat(client.ask(new Request.Network(PING))).isEqualTo(new Reply.NetworkAnswer(6));
      try (Descriptor file = client.lastDescriptors().getFirst()) {
        MemorySegment read = Arena.ofAuto().allocate(16);
        assertThat(posix.pread(file, read, 0)).isEqualTo(6);
        assertThat(read.getString(0)).isEqualTo("answer");
        assertThat(posix.seals(file) & MemoryCalls.F_SEAL_WRITE).isNotZero();
      }
      network.answer = new byte[0];
      assertThat(client.ask(new Request.Network(PING))).isEqualTo(new Reply.NetworkAnswer(0));
      assertThat(client.lastDescriptors()).isEmpty();
    }
  }

  @Test
  void passesRefusalsOn() {
    network.errno = Errno.EHOSTUNREACH;
    try (RawClient client = greeted()) {
      assertErrno(client.ask(new Request.Network(PING)), Errno.EHOSTUNREACH);
    }
  }

  @Test
  void bringsThePayloadOnceItIsCopied() {
    try (RawClient client = greeted();
        Descriptor file = file(3 << 20 >> 2)) {
      assertThat(client.ask(new Request.Network(put(3 << 20 >> 2)), file))
          .isInstanceOf(Reply.NetworkAnswer.class);
      assertThat(network.payloads)
          .singleElement()
          .satisfies(bytes -> {
            assertThat(bytes).hasSize(3 << 20 >> 2).containsOnly('p');
          });
    }
  }

  @Test
  void refusesPayloadsThatDoNotFitTheirOrder() {
    try (RawClient client = greeted();
        Descriptor ten = file(10);
        Descriptor event = posix.eventfd(0)) {
      assertErrno(client.ask(new Request.Network(put(10))), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(put(0)), ten), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(put(9)), ten), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(put(11)), ten), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(put(10)), ten, ten), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(put(10)), event), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(PING), ten), Errno.EINVAL);
      assertErrno(client.ask(new Request.Network(serve(9)), ten), Errno.EINVAL);
      assertThat(network.heard).isEmpty();
      assertThat(client.ask(new Request.Network(serve(4096)), ten))
          .isInstanceOf(Reply.NetworkAnswer.class);
      assertThat(client.ask(new Request.Network(serve(4096))))
          .isInstanceOf(Reply.NetworkAnswer.class);
    }
  }

  @Test
  void closesWhatCameWithOrders() {
    try (RawClient client = greeted();
        Descriptor ten = file(10)) {
      long before = device.status().descriptors();
      for (int i = 0; i < 50; i++) {
        client.ask(new Request.Network(put(10)), ten);
        client.ask(new Request.Network(put(9)), ten);
        client.ask(new Request.Network(PING), ten);
      }
      client.lastDescriptors().forEach(Descriptor::close);
      Conditions.await("files closed", LONG, () -> device.status().descriptors() <= before);
    }
  }

  @Test
  void tellsTheNetworkWhoHasGone() {
    try (RawClient client = greeted()) {
      client.ask(new Request.Network(PING));
    }
    Conditions.await("told", LONG, () -> network.ended.equals(List.copyOf(network.askers)));
  }

  @Test
  void anOrderThatTakesLongHoldsUpNobody() {
    network.isHolding = true;
    try (RawClient slow = greeted();
        RawClient quick = greeted()) {
      for (int i = 0; i < LinkLimits.OUTSTANDING_MAX; i++) {
        Conditions.await("taken", LONG, () -> slow.tell(new Request.Network(PING)));
      }
      Conditions.await(
          "all under way", LONG, () -> network.held.size() == LinkLimits.OUTSTANDING_MAX);
      assertErrno(slow.ask(new Request.Network(PING)), Errno.EAGAIN);
      assertThat(quick.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
      network.held.forEach(each -> each.done(new byte[0]));
      // A second word of the same outcome counts for nothing.
      network.held.forEach(each -> each.refused(Errno.EIO, "again"));
      for (int i = 0; i < LinkLimits.OUTSTANDING_MAX; i++) {
        assertThat(slow.awaitReply()).isEqualTo(new Reply.NetworkAnswer(0));
      }
    }
  }

  @Test
  void aNetworkThatFailsCostsOneAnswerOnly() {
    network.isBroken = true;
    try (RawClient client = greeted()) {
      assertErrno(client.ask(new Request.Network(PING)), Errno.EIO);
      network.isBroken = false;
      assertThat(client.ask(new Request.Network(PING))).isInstanceOf(Reply.NetworkAnswer.class);
    }
  }

  /** A network that does nothing. */
  private static final class Recorder implements NetworkAdministration {
    private final Queue<NetworkOrder> heard = new ConcurrentLinkedQueue<>();
    private final Queue<byte[]> payloads = new ConcurrentLinkedQueue<>();
    private final Queue<Outcome> held = new ConcurrentLinkedQueue<>();
    private final List<Long> askers = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final List<Long> ended = new java.util.concurrent.CopyOnWriteArrayList<>();
    private volatile byte[] answer = new byte[0];
    private volatile Errno errno = Errno.UNKNOWN;
    private volatile boolean isHolding;
    private volatile boolean isBroken;

    @Override
    public void perform(long session, NetworkOrder order, byte[] payload, Outcome outcome) {
      if (isBroken) {
        throw new IllegalStateException("broken");
      }
      heard.add(order);
      payloads.add(payload);
      askers.add(session);
      if (isHolding) {
        held.add(outcome);
      } else if (errno != Errno.UNKNOWN) {
        outcome.refused(errno, "as told");
      } else {
        outcome.done(answer);
      }
    }

    @Override
    public void ended(long session) {
      ended.add(session);
    }
  }
}
