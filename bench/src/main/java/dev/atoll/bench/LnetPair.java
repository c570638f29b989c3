/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.lnet.LnetConfig;
import dev.atoll.lnet.LnetDestination;
import dev.atoll.lnet.LnetNode;
import dev.atoll.lnet.LnetTransfer;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import dev.atoll.posix.SocketCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The leader's end of two processes that talk over TCP: LNet, a bare socket, and shared pages. */
final class LnetPair implements AutoCloseable {
  static final String LEADER = "127.0.0.2";
  static final int PORT = 19_988;
  static final int PORTAL = 20;
  static final long MATCH_BITS = 0x41;
  static final int MEMORY_BYTES = 4 << 20;

  /** Long enough that neither side sleeps between operations. */
  static final int IDLE_LOOKS = 256;

  private final Path file;
  private final Forked partner;
  private final Duet duet;
  private final LnetNode node;
  private final Descriptor socket;
  private final Arena arena = Arena.ofShared();

  private LnetPair(Path file, Forked partner, Duet duet, int rawPort) {
    this.file = file;
    this.partner = partner;
    this.duet = duet;
    this.node = LnetNode.start(config(LEADER));
    this.socket = connect(new InetSocketAddress(partnerAddress(0), rawPort));
  }

  static LnetPair open(int nodes) {
    try {
      Path file = Files.createTempFile(Path.of("/dev/shm"), "atoll-bench-lnet", ".pages");
      Files.write(file, new byte[(int) Duet.BYTES]);
      Duet duet = new Duet(pages(file));
      Forked partner =
          Forked.start(Forked.command("lnet-partner", file.toString(), "" + nodes), "lnet-partner");
      String line = partner.awaitLine("ready");
      return new LnetPair(file, partner, duet, Integer.parseInt(line.split(" ", -1)[1]));
    } catch (IOException e) {
      throw new UncheckedIOException("opening shared pages", e);
    }
  }

  static String partnerAddress(int index) {
    return "127.0.0." + (3 + index);
  }

  static LnetConfig config(String... addresses) {
    return LnetConfig.plain(addresses).withPort(PORT).withIdleLooks(IDLE_LOOKS);
  }

  static MemorySegment pages(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, Duet.BYTES, Arena.global());
    }
  }

  Duet duet() {
    return duet;
  }

  LnetNode node() {
    return node;
  }

  Descriptor socket() {
    return socket;
  }

  MemorySegment memory(long bytes) {
    return arena.allocate(bytes, 4096);
  }

  String awaitLine(String prefix) {
    return partner.awaitLine(prefix);
  }

  /** Transfers that are used in turns, each to the partner's interface of its turn. */
  LnetTransfer[] window(int size, int length, int nodes) {
    List<LnetTransfer> window = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      LnetDestination to =
          LnetDestination.of(partnerAddress(i % nodes) + "@tcp", PORTAL, MATCH_BITS);
      window.add(node.transfer(memory(length)).to(to));
    }
    return window.toArray(LnetTransfer[]::new);
  }

  private static Descriptor connect(InetSocketAddress remote) {
    Posix posix = Posix.system();
    Descriptor made = posix.socketTcp(new InetSocketAddress(LEADER, 0));
    posix.setOption(made, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY, 1);
    // To loopback a connection stands, or is refused, within microseconds.
    int result = posix.connectTcp(made, remote);
    for (long i = 0; result < 0 && result != -106 && i < 1_000_000; i++) {
      Thread.onSpinWait();
      result = posix.connectTcp(made, remote);
    }
    return made;
  }

  @Override
  public void close() {
    node.close();
    socket.close();
    partner.close();
    arena.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("deleting " + file, e);
    }
  }
}
