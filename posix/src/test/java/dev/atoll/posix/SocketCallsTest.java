/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.SocketCalls.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SocketCallsTest {
  private static final long LIMIT_NANOS = 30_000_000_000L;

  private final Posix posix = Posix.system();
  private final Arena arena = Arena.ofConfined();

  @TempDir Path directory;

  @AfterEach
  void freeMemory() {
    arena.close();
  }

  private MemorySegment text(String text) {
    return arena.allocateFrom(text).asSlice(0, text.length());
  }

  private static String string(MemorySegment memory, long length) {
    var bytes = memory.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    return new String(bytes, java.nio.charset.StandardCharsets.US_ASCII);
  }

  private void awaitReady(Descriptor descriptor, int events) {
    var set = new PollSet(1);
    set.add(descriptor, events);
    assertThat(posix.poll(set, LIMIT_NANOS)).isEqualTo(1);
  }

  @Test
  void messagesKeepTheirBoundaries() {
    List<Descriptor> pair = posix.socketPair();
    MemorySegment buffer = arena.allocate(64);
    assertThat(posix.receiveMessage(pair.get(1), buffer).length())
        .isEqualTo(-Errno.EAGAIN.number());
    assertThat(posix.sendMessage(pair.get(0), text("one"), List.of())).isEqualTo(3);
    assertThat(posix.sendMessage(pair.get(0), text("three"), List.of())).isEqualTo(5);
    ReceivedMessage first = posix.receiveMessage(pair.get(1), buffer);
    assertThat(string(buffer, first.length())).isEqualTo("one");
    ReceivedMessage second = posix.receiveMessage(pair.get(1), buffer.asSlice(0, 2));
    assertThat(string(buffer, second.length())).isEqualTo("th");
    assertThat(second.isTruncated()).isTrue();
    pair.get(0).close();
    assertThat(posix.receiveMessage(pair.get(1), buffer).length()).isEqualTo(END_OF_STREAM);
    assertThat(posix.sendMessage(pair.get(1), text("x"), List.of()))
        .isEqualTo(-Errno.EPIPE.number());
    pair.get(1).close();
  }

  @Test
  void fullQueueRefuses() {
    List<Descriptor> pair = posix.socketPair();
    MemorySegment message = arena.allocate(1024);
    long result = 0;
    for (int i = 0; i < 100_000 && result >= 0; i++) {
      result = posix.sendMessage(pair.get(0), message, List.of());
    }
    assertThat(result).isEqualTo(-Errno.EAGAIN.number());
    pair.forEach(Descriptor::close);
  }

  @Test
  void descriptorsArriveAsTheSameOpenFiles() {
    List<Descriptor> pair = posix.socketPair();
    for (int count = 1; count <= DESCRIPTORS_MAX; count++) {
      try (Descriptor memfd = posix.memfd("passed")) {
        posix.ftruncate(memfd, 1000 + count);
        List<Descriptor> passed = java.util.Collections.nCopies(count, memfd);
        assertThat(posix.sendMessage(pair.get(0), text("take"), passed)).isEqualTo(4);
        ReceivedMessage message = posix.receiveMessage(pair.get(1), arena.allocate(16));
        assertThat(message.isTruncated()).isFalse();
        assertThat(message.descriptors()).hasSize(count);
        for (Descriptor received : message.descriptors()) {
          assertThat(received.number()).isNotEqualTo(memfd.number());
          assertThat(posix.statx(received).size()).isEqualTo(1000 + count);
          assertThat(posix.statx(received).inode()).isEqualTo(posix.statx(memfd).inode());
        }
        message.closeDescriptors();
      }
    }
    pair.forEach(Descriptor::close);
  }

  @Test
  void moreDescriptorsThanAllowedAreNotSent() {
    List<Descriptor> pair = posix.socketPair();
    List<Descriptor> five = java.util.Collections.nCopies(DESCRIPTORS_MAX + 1, pair.get(0));
    assertThatThrownBy(() -> posix.sendMessage(pair.get(0), text("x"), five))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("descriptors=5");
    assertThatThrownBy(
            () -> posix.sendMessage(pair.get(0), MemorySegment.NULL.asSlice(0, 0), List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    pair.forEach(Descriptor::close);
  }

  @Test
  void unixListenerTellsWhoConnected() {
    Path path = directory.resolve("socket");
    try (Descriptor listener = posix.listenUnix(path, 4)) {
      assertThat(posix.accept(listener)).isEqualTo(-Errno.EAGAIN.number());
      Expect.errno(Errno.EADDRINUSE, () -> posix.listenUnix(path, 4));
      try (Descriptor client = posix.connectUnix(path);
          Descriptor server = new Descriptor(posix, posix.accept(listener), "server")) {
        PeerCredentials peer = posix.peerCredentials(server);
        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.uid()).isEqualTo(posix.effectiveUid());
        assertThat(peer.gid()).isEqualTo(posix.effectiveGid());
        assertThat(peer.groups()).isEqualTo(ownGroups());
        int process = posix.peerProcess(server);
        if (process != -Errno.ENOPROTOOPT.number()) {
          try (Descriptor self = new Descriptor(posix, process, "peer process")) {
            var set = new PollSet(1);
            set.add(self, WaitCalls.POLLIN);
            assertThat(posix.poll(set, 0)).isZero();
          }
        }
        assertThat(posix.send(client, text("hello"))).isEqualTo(5);
        MemorySegment buffer = arena.allocate(16);
        assertThat(posix.receive(server, buffer, 0)).isEqualTo(5);
      }
    }
  }

  private static List<Integer> ownGroups() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("Groups:"))
          .flatMap(line -> java.util.Arrays.stream(line.substring(7).trim().split(" ", -1)))
          .filter(word -> !word.isEmpty())
          .map(Integer::valueOf)
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void unixConnectRefusesWhereNobodyListens() {
    Expect.errno(Errno.ENOENT, () -> posix.connectUnix(directory.resolve("none")));
    Path path = directory.resolve("dead");
    posix.listenUnix(path, 1).close();
    Expect.errno(Errno.ECONNREFUSED, () -> posix.connectUnix(path));
    Path tooLong = directory.resolve("x".repeat(120));
    Expect.errno(Errno.ENAMETOOLONG, () -> posix.listenUnix(tooLong, 1));
  }

  private record Connection(Descriptor client, Descriptor server) implements AutoCloseable {
    @Override
    public void close() {
      client.close();
      server.close();
    }
  }

  private static InetSocketAddress address(String host) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), 0);
  }

  private Connection connect(String host) {
    try (Descriptor listener = posix.listenTcp(address(host), 4)) {
      InetSocketAddress address = posix.localAddress(listener);
      Descriptor client = posix.socketTcp(address(host));
      assertThat(posix.connectTcp(client, address)).isIn(0, -Errno.EINPROGRESS.number());
      awaitReady(client, WaitCalls.POLLOUT);
      assertThat(posix.option(client, SOL_SOCKET, SO_ERROR)).isZero();
      awaitReady(listener, WaitCalls.POLLIN);
      Descriptor server = new Descriptor(posix, posix.accept(listener), "server");
      assertThat(posix.remoteAddress(server)).isEqualTo(posix.localAddress(client));
      assertThat(posix.localAddress(server)).isEqualTo(address);
      return new Connection(client, server);
    }
  }

  @Test
  void tcpCarriesBytesBothWays() {
    try (Connection connection = connect("127.0.0.1")) {
      MemorySegment buffer = arena.allocate(64);
      assertThat(posix.receive(connection.server(), buffer, 0)).isEqualTo(-Errno.EAGAIN.number());
      assertThat(posix.send(connection.client(), text("hello"))).isEqualTo(5);
      awaitReady(connection.server(), WaitCalls.POLLIN);
      assertThat(posix.receive(connection.server(), buffer, MSG_PEEK)).isEqualTo(5);
      assertThat(posix.receive(connection.server(), buffer, 0)).isEqualTo(5);
      assertThat(string(buffer, 5)).isEqualTo("hello");
      assertThat(posix.send(connection.server(), text("back"))).isEqualTo(4);
      awaitReady(connection.client(), WaitCalls.POLLIN);
      assertThat(posix.receive(connection.client(), buffer, 0)).isEqualTo(4);
      posix.shutdown(connection.client());
      awaitReady(connection.server(), WaitCalls.POLLIN);
      assertThat(posix.receive(connection.server(), buffer, 0)).isEqualTo(END_OF_STREAM);
    }
  }

  @Test
  void tcpWorksOverIpv6WhereThereIsOne() throws IOException {
    boolean hasIpv6 =
        Files.exists(Path.of("/proc/net/if_inet6"))
            && Files.readString(Path.of("/proc/net/if_inet6"))
                .contains("00000000000000000000000000000001");
    org.junit.jupiter.api.Assumptions.assumeTrue(hasIpv6, "no ::1 on this host");
    try (Connection connection = connect("::1")) {
      assertThat(posix.localAddress(connection.client()).getAddress())
          .isInstanceOf(Inet6Address.class)
          .isEqualTo(InetAddress.ofLiteral("::1"));
    }
  }

  @Test
  void gatheredWritesAndScatteredReadsArriveInOrder() {
    try (Connection connection = connect("127.0.0.1")) {
      var out = new IoVector(3);
      out.add(text("one"));
      out.add(arena.allocate(0));
      out.add(text("two"));
      out.add(text("three"));
      assertThat(posix.writev(connection.client(), out)).isEqualTo(11);
      MemorySegment first = arena.allocate(4);
      MemorySegment second = arena.allocate(16);
      var in = new IoVector(2);
      in.add(first);
      in.add(second);
      long got = 0;
      while (got < 11) {
        awaitReady(connection.server(), WaitCalls.POLLIN);
        long bytes = posix.readv(connection.server(), in);
        assertThat(bytes).isPositive();
        in.consume(bytes);
        got += bytes;
      }
      assertThat(string(first, 4) + string(second, 7)).isEqualTo("onetwothree");
    }
  }

  @Test
  void partialWritesGoOnWhereTheyStopped() {
    try (Connection connection = connect("127.0.0.1")) {
      posix.setOption(connection.client(), SOL_SOCKET, SO_SNDBUF, 8192);
      int pieces = 64;
      var out = new IoVector(pieces);
      for (int i = 0; i < pieces; i++) {
        MemorySegment piece = arena.allocate(65_536 + i);
        piece.fill((byte) i);
        out.add(piece);
      }
      long total = out.totalBytes();
      MemorySegment sink = arena.allocate(total + 1);
      long received = 0;
      while (received < total) {
        long sent = out.count() == 0 ? 0 : posix.writev(connection.client(), out);
        if (sent > 0) {
          out.consume(sent);
        }
        long bytes = posix.receive(connection.server(), sink.asSlice(received), 0);
        received += Math.max(0, bytes);
      }
      assertThat(out.totalBytes()).isZero();
      long at = 0;
      for (int i = 0; i < pieces; i++) {
        MemorySegment expected = arena.allocate(65_536 + i);
        expected.fill((byte) i);
        assertThat(sink.asSlice(at, 65_536 + i).mismatch(expected)).isEqualTo(-1);
        at += 65_536 + i;
      }
    }
  }

  @Test
  void memoryThatIsNotBackedAnswersEfault() {
    try (TestMemory memory = TestMemory.of(posix, 2);
        Connection connection = connect("127.0.0.1")) {
      posix.ftruncate(memory.file(), 0);
      assertThat(posix.send(connection.client(), text("data"))).isEqualTo(4);
      awaitReady(connection.server(), WaitCalls.POLLIN);
      assertThat(posix.receive(connection.server(), memory.segment(), 0))
          .isEqualTo(-Errno.EFAULT.number());
      var vector = new IoVector(1);
      vector.add(memory.segment());
      assertThat(posix.readv(connection.server(), vector)).isEqualTo(-Errno.EFAULT.number());
      assertThat(posix.writev(connection.server(), vector)).isEqualTo(-Errno.EFAULT.number());
    }
  }

  @Test
  void tcpConnectIsRefusedAsAValue() {
    InetSocketAddress nobody;
    try (Descriptor listener = posix.listenTcp(address("127.0.0.1"), 1)) {
      nobody = posix.localAddress(listener);
    }
    try (Descriptor client = posix.socketTcp(address("127.0.0.1"))) {
      int result = posix.connectTcp(client, nobody);
      if (result == -Errno.EINPROGRESS.number()) {
        awaitReady(client, WaitCalls.POLLOUT);
        result = -posix.option(client, SOL_SOCKET, SO_ERROR);
      }
      assertThat(result).isEqualTo(-Errno.ECONNREFUSED.number());
    }
  }

  @Test
  void addressThatIsTakenOrForeignIsRefused() {
    try (Descriptor listener = posix.listenTcp(address("127.0.0.1"), 1)) {
      InetSocketAddress taken = posix.localAddress(listener);
      Expect.errno(Errno.EADDRINUSE, () -> posix.listenTcp(taken, 1));
      Expect.errno(Errno.EADDRNOTAVAIL, () -> posix.listenTcp(address("192.0.2.1"), 1));
      assertThatThrownBy(
              () -> posix.socketTcp(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
          .isInstanceOf(IllegalArgumentException.class);
      Expect.errno(Errno.ENOTCONN, () -> posix.remoteAddress(listener));
    }
  }

  @Test
  void optionsReadBackAsSet() {
    try (Descriptor socket = posix.socketTcp(address("127.0.0.1"))) {
      posix.setOption(socket, IPPROTO_TCP, TCP_NODELAY, 1);
      posix.setOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 1234);
      posix.setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
      posix.setOption(socket, SOL_SOCKET, SO_RCVBUF, 65_536);
      assertThat(posix.option(socket, IPPROTO_TCP, TCP_NODELAY)).isEqualTo(1);
      assertThat(posix.option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT)).isEqualTo(1234);
      assertThat(posix.option(socket, SOL_SOCKET, SO_KEEPALIVE)).isEqualTo(1);
      // The kernel doubles it for its own use, socket(7).
      assertThat(posix.option(socket, SOL_SOCKET, SO_RCVBUF)).isEqualTo(131_072);
      Expect.errno(Errno.ENOPROTOOPT, () -> posix.setOption(socket, SOL_SOCKET, 9999, 1));
    }
  }

  @Test
  void keepaliveOptionsReadBackAsSet() {
    try (Descriptor socket = posix.socketTcp(address("127.0.0.1"))) {
      posix.setOption(socket, IPPROTO_TCP, SocketCalls.TCP_KEEPIDLE, 31);
      posix.setOption(socket, IPPROTO_TCP, SocketCalls.TCP_KEEPINTVL, 6);
      posix.setOption(socket, IPPROTO_TCP, SocketCalls.TCP_KEEPCNT, 4);
      posix.setOption(socket, IPPROTO_TCP, SocketCalls.TCP_LINGER2, -1);
      assertThat(posix.option(socket, IPPROTO_TCP, SocketCalls.TCP_KEEPIDLE)).isEqualTo(31);
      assertThat(posix.option(socket, IPPROTO_TCP, SocketCalls.TCP_KEEPINTVL)).isEqualTo(6);
      assertThat(posix.option(socket, IPPROTO_TCP, SocketCalls.TCP_KEEPCNT)).isEqualTo(4);
      assertThat(posix.option(socket, IPPROTO_TCP, SocketCalls.TCP_LINGER2)).isEqualTo(-1);
    }
  }

  @Test
  void aSourcePortIsFreeAgainAtOnceAndForSeveralPeers() {
    try (Descriptor first = posix.listenTcp(address("127.0.0.1"), 4);
        Descriptor second = posix.listenTcp(address("127.0.0.1"), 4)) {
      Descriptor probe = posix.socketTcp(address("127.0.0.1"));
      InetSocketAddress source = posix.localAddress(probe);
      probe.close();
      try (Descriptor one = posix.socketTcp(source);
          Descriptor two = posix.socketTcp(source);
          Descriptor three = posix.socketTcp(source)) {
        int begun = -Errno.EINPROGRESS.number();
        assertThat(posix.connectTcp(one, posix.localAddress(first))).isIn(0, begun);
        assertThat(posix.connectTcp(two, posix.localAddress(second))).isIn(0, begun);
        assertThat(posix.connectTcp(three, posix.localAddress(first)))
            .isEqualTo(-Errno.EADDRNOTAVAIL.number());
      }
    }
  }

  @Test
  void callsOfSocketsOnOtherFilesAreRefused() {
    try (Descriptor memfd = posix.memfd("test")) {
      Expect.errno(Errno.ENOTSOCK, () -> posix.localAddress(memfd));
      Expect.errno(Errno.ENOTSOCK, () -> posix.peerCredentials(memfd));
      Expect.errno(Errno.ENOTSOCK, () -> posix.shutdown(memfd));
    }
  }
}
