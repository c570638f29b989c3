/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import dev.atoll.lnet.LnetEngine;
import dev.atoll.lnet.LnetNode;
import dev.atoll.lnet.MatchSpec;
import dev.atoll.lnet.MemoryOptions;
import dev.atoll.lnet.Pieces;
import dev.atoll.loop.EventLoop;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import dev.atoll.posix.SocketCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The process at the other end of {@link LnetGroup}: its one thread serves what is measured. */
final class LnetPartner {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Posix posix = Posix.system();
  private final Duet duet;
  private final EventLoop loop;
  private final MemorySegment in = Arena.global().allocate(BUFFER_BYTES, 4096);
  private final MemorySegment out = Arena.global().allocate(BUFFER_BYTES, 4096);
  private @Nullable Ucx ucx;

  private LnetPartner(Duet duet, EventLoop loop) {
    this.duet = duet;
    this.loop = loop;
  }

  /** Runs until the leash is let go, which ends the process. */
  static void run(Path file, int nodes) {
    Posix posix = Posix.system();
    String[] addresses =
        IntStream.range(0, nodes).mapToObj(LnetPair::partnerAddress).toArray(String[]::new);
    LnetNode node = LnetNode.start(LnetPair.config(addresses));
    MemorySegment memory = Arena.global().allocate(LnetPair.MEMORY_BYTES, 4096);
    var _ =
        node.attach(
            LnetPair.PORTAL,
            MatchSpec.exact(LnetPair.MATCH_BITS),
            Pieces.of(memory),
            MemoryOptions.forPuts().with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE));
    Descriptor listener = posix.listenTcp(new InetSocketAddress(addresses[0], 0), 1);
    try {
      Duet duet = new Duet(LnetPair.pages(file));
      LnetPartner partner = new LnetPartner(duet, node.ask(LnetEngine::loop));
      System.out.println("ready " + posix.localAddress(listener).getPort());
      Descriptor socket = accept(posix, listener);
      System.out.println("ucx\t" + partner.meetUcx(memory));
      System.out.flush();
      partner.play(socket);
    } catch (IOException e) {
      throw new UncheckedIOException("mapping " + file, e);
    }
  }

  private static Descriptor accept(Posix posix, Descriptor listener) {
    int accepted = posix.accept(listener);
    while (accepted < 0) {
      Thread.onSpinWait();
      accepted = posix.accept(listener);
    }
    Descriptor socket = new Descriptor(posix, accepted, "bench-raw");
    posix.setOption(socket, SocketCalls.IPPROTO_TCP, SocketCalls.TCP_NODELAY, 1);
    return socket;
  }

  private String meetUcx(MemorySegment memory) {
    if (!Ucx.isInstalled()) {
      return Ucx.REMEDY;
    }
    try {
      Ucx made = Ucx.start();
      duet.note(1, made.address());
      duet.note(2, made.expose(memory));
      ucx = made;
      return PeerEchoes.GOOD;
    } catch (RuntimeException e) {
      return PeerEchoes.reason(e);
    }
  }

  /** At rest the thread waits for the loop, and so serves LNet. */
  private void play(Descriptor socket) {
    int mode = Duet.REST;
    while (true) {
      duet.begin(mode);
      switch (mode) {
        case Duet.RAW_TCP -> serveRaw(socket);
        case Duet.UCX_SERVE -> serveUcx();
        default -> serveLnet();
      }
      mode = duet.mode();
    }
  }

  private void serveLnet() {
    // In slices, since the loop sleeps when it has long been without work and pages wake nobody.
    while (duet.isOn(Duet.REST)) {
      var _ = loop.await(() -> !duet.isOn(Duet.REST), 50_000);
    }
  }

  private void serveRaw(Descriptor socket) {
    long up = duet.upBytes();
    long down = duet.downBytes();
    long received = 0;
    long sent = 0;
    while (duet.isOn(Duet.RAW_TCP)) {
      long got = posix.receive(socket, in, 0);
      if (got > 0) {
        received += got;
      }
      long owed = received / up * down - sent;
      if (owed > 0) {
        long gone = posix.send(socket, out.asSlice(0, Math.min(owed, BUFFER_BYTES)));
        sent += Math.max(0, gone);
      }
    }
  }

  private void serveUcx() {
    Ucx own = ucx;
    if (own == null) {
      throw new IllegalStateException("no UCX");
    }
    while (duet.isOn(Duet.UCX_SERVE)) {
      own.progress();
    }
  }
}
