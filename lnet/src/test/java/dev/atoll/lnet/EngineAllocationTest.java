/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.lnet.LndPort.Verdict;
import dev.atoll.testkit.AllocatedBytes;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The way of a message through peers, credits and checks allocates nothing. */
class EngineAllocationTest extends NetFixture {
  private static final int OPERATIONS = 10_000;

  private final LnetOperation operation = new LnetOperation();
  private long events;
  private long failures;
  private final EventHandler counting =
      event -> {
        events++;
        if (event.status() != 0) {
          failures++;
        }
      };

  /** Hands a message to the other side within the call. */
  private static final class TwinLnd implements Lnd {
    private final ProcessId id;
    private final MemorySegment scratch;
    private final IncomingMessage incoming = new IncomingMessage();
    private TwinLnd twin;
    private LndPort port;

    TwinLnd(Nid nid, MemorySegment scratch) {
      this.id = ProcessId.of(nid);
      this.scratch = scratch;
    }

    @Override
    public Nid nid() {
      return id.nid();
    }

    @Override
    public void start(LndPort started) {
      port = started;
    }

    @Override
    public void send(OutgoingMessage message) {
      TwinLnd other = Objects.requireNonNull(twin);
      IncomingMessage to = other.incoming;
      FakeNet.Flight.copy(message.header(), to.header());
      to.neighbour(id);
      message.pieces().copyTo(message.payloadOffset(), scratch, 0, message.payloadLength());
      if (other.port.arrived(to) == Verdict.ACCEPT) {
        to.store(scratch, 0, to.acceptedLength());
      }
      other.port.received(to, 0);
      port.sent(message, 0);
    }

    @Override
    public void disconnect(Nid neighbour) {}

    @Override
    public List<ConnectionStatus> connections() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  @Test
  void putsAndGetsToAPeerAllocateNothing() {
    LnetEngine a = engine(LnetSettings.defaults());
    LnetEngine b = engine(LnetSettings.defaults());
    var near = new TwinLnd(A, memory(1024));
    var far = new TwinLnd(B, memory(1024));
    near.twin = far;
    far.twin = near;
    a.add(near);
    b.add(far);
    assertThat(measure(a, b, B)).isZero();
  }

  @Test
  void putsAndGetsToOneselfAllocateNothing() {
    LnetEngine a = engine(LnetSettings.defaults());
    node(A, a);
    assertThat(measure(a, a, A)).isZero();
  }

  private long measure(LnetEngine from, LnetEngine to, Nid nid) {
    MemoryOptions both =
        MemoryOptions.forPuts().with(MemoryOptions.OP_GET | MemoryOptions.MANAGE_REMOTE);
    MatchEntry entry = to.attach(PORTAL, MatchSpec.exact(BITS));
    to.attach(entry, Pieces.of(memory(64)), both, counting, null);
    MemoryDescriptor descriptor =
        from.bind(Pieces.of(memory(64)), MemoryOptions.forInitiator(), counting, null);
    operation.target = ProcessId.of(nid);
    operation.portal = PORTAL;
    operation.matchBits = BITS;
    operation.length = 48;
    operation.wantsAck = true;
    long bytes =
        AllocatedBytes.leastOf(
            OPERATIONS,
            () -> {
              check(from.put(descriptor, operation));
              check(from.get(descriptor, operation));
            });
    assertThat(failures).isZero();
    assertThat(events).isGreaterThanOrEqualTo(4L * OPERATIONS);
    return bytes;
  }

  private static void check(int status) {
    if (status != 0) {
      throw new AssertionError("status=" + status);
    }
  }
}
