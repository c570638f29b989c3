/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.tcp.TcpLnd;
import dev.atoll.lnet.tcp.TcpSettings;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.LoopOptions;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.AllocatedBytes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A message over TCP allocates nothing at either end, whatever its length. */
class TcpAllocationTest {
  private static final Nid LEFT = Nid.parse("127.0.35.1@tcp");
  private static final Nid RIGHT = Nid.parse("127.0.35.2@tcp");
  private static final int LENGTH_MAX = 1 << 20;

  /** A native segment with its offset, size and session. */
  private static final long LINKERS_SLICE_BYTES = 40;

  /** One writev, one receive, one that finds nothing, and a look at epoll now and then. */
  private static final int CALLS_MAX = 4;

  /** What a socket takes at least of a long message, each with the same calls. */
  private static final int STEP_BYTES = 16 << 10;

  private final MemorySegment memory = Arena.ofAuto().allocate(LENGTH_MAX);
  private final Pieces pieces = Pieces.of(memory);

  private final OutgoingMessage message = new OutgoingMessage();
  private EventLoop loop;
  private TcpLnd left;
  private TcpLnd right;
  private long arrived;
  private long sent;

  /** A node that allocates nothing itself. */
  private final class Sink implements LndPort {
    @Override
    public Verdict arrived(IncomingMessage incoming) {
      incoming.accept(pieces, 0, incoming.header().payloadLength);
      return Verdict.ACCEPT;
    }

    @Override
    public void received(IncomingMessage incoming, int status) {
      arrived += status == 0 ? 1 : 0;
    }

    @Override
    public void sent(OutgoingMessage outgoing, int status) {
      sent += status == 0 ? 1 : 0;
    }

    @Override
    public void neighbourUp(ProcessId neighbour, long incarnation) {}

    @Override
    public void neighbourDown(ProcessId neighbour, int status) {}
  }

  @BeforeEach
  void start() throws IOException {
    int port;
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = probe.getLocalPort();
    }
    Posix posix = Posix.system();
    loop = new EventLoop(LoopOptions.usual("allocation", posix));
    assertThat(loop.tryHold()).isTrue();
    left = new TcpLnd(posix, loop, TcpSettings.of(LEFT, IdentityMode.PLAIN, 1).withPort(port));
    right = new TcpLnd(posix, loop, TcpSettings.of(RIGHT, IdentityMode.PLAIN, 2).withPort(port));
    left.start(new Sink());
    right.start(new Sink());
  }

  @AfterEach
  void stop() {
    left.close();
    right.close();
    loop.release();
    loop.close();
  }

  private void carryOne(int length) {
    LnetHeader header = message.header();
    header.type = MessageType.PUT;
    header.source = LEFT;
    header.destination = RIGHT;
    message.payload(pieces, 0, length);
    long before = arrived;
    left.send(message);
    while (arrived == before || sent < arrived) {
      loop.turn(1_000_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 1000, 5000, 300_000})
  void aMessageAllocatesNothingOfOurs(int length) {
    message.neighbour(ProcessId.of(RIGHT), Long.MAX_VALUE / 2);
    int operations = length > 100_000 ? 500 : 5000;
    long least = AllocatedBytes.leastOf(operations, () -> carryOne(length));
    // The JDK's linker slices the segment that keeps errno, once a call, wherever the JIT does not
    // see through it; which calls these are differs from run to run. Nothing else may be there.
    assertThat(least % LINKERS_SLICE_BYTES).isZero();
    long calls = (long) operations * CALLS_MAX * (1 + length / STEP_BYTES);
    assertThat(least).isLessThanOrEqualTo(calls * LINKERS_SLICE_BYTES);
    assertThat(sent).isEqualTo(arrived);
  }
}
