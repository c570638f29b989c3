/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands orders to the network and their outcomes back. Owned by the loop; the network itself, files
 * that come with orders and those that go with answers are worked on by workers.
 */
final class NetworkOrders {
  private static final System.Logger LOG = System.getLogger(NetworkOrders.class.getName());
  private static final long LATE_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** The most bytes that are copied in one step between a file and the heap. */
  private static final int CHUNK_BYTES = 1 << 20;

  private final Posix posix;
  private final AgentPorts ports;

  /** Outcomes that found the workers' queue full. */
  private final Queue<Ended> late = new ConcurrentLinkedQueue<>();

  private @Nullable NetworkAdministration network;
  private int underWay;
  private boolean isLooking;

  NetworkOrders(Posix posix, AgentPorts ports) {
    this.posix = posix;
    this.ports = ports;
  }

  /** From now on there is a network. */
  void use(NetworkAdministration network) {
    this.network = network;
  }

  /** Takes an order whose sender may give it; owns the envelope's descriptors. */
  void take(ClientSession session, Request.Envelope envelope, NetworkOrder order) {
    NetworkAdministration current = network;
    String fault = faultOf(order, envelope.descriptors().size());
    if (current == null || !fault.isEmpty()) {
      envelope.descriptors().forEach(ports::close);
      session.reply(
          envelope.correlation(),
          current == null
              ? Reply.Refused.of(
                  Errno.ENODEV, "this node has no network; give it a net part in --config FILE")
              : Reply.Refused.of(Errno.EINVAL, fault));
      return;
    }
    var ended = new Ended(session, envelope.correlation());
    Descriptor file = envelope.descriptors().isEmpty() ? null : envelope.descriptors().getFirst();
    boolean isTaken =
        ports.work(
            () -> {
              byte[] payload = file == null ? new byte[0] : payload(file, order);
              current.perform(session.number(), order, payload, ended);
              return true;
            },
            (done, failure) -> {
              envelope.descriptors().forEach(ports::close);
              if (failure != null) {
                ended.failed(failure);
              }
            });
    if (!isTaken) {
      envelope.descriptors().forEach(ports::close);
      session.reply(
          envelope.correlation(),
          Reply.Refused.of(Errno.EAGAIN, "the device's workers are busy; try again"));
      return;
    }
    underWay++;
    lookForLateOnes();
  }

  /** A session is over: so is what it serves. */
  void end(ClientSession session) {
    NetworkAdministration current = network;
    if (current == null) {
      return;
    }
    boolean isTaken =
        ports.work(
            () -> {
              current.ended(session.number());
              return true;
            },
            (done, failure) -> {
              if (failure != null) {
                LOG.log(Level.WARNING, "event=session-end-failed", failure);
              }
            });
    if (!isTaken) {
      ports.after(LATE_LOOK_NANOS, () -> end(session));
    }
  }

  private static String faultOf(NetworkOrder order, int descriptors) {
    return switch (order) {
      case NetworkOrder.Put put when descriptors != (put.target().lengthBytes() > 0 ? 1 : 0) ->
          put.target().lengthBytes() + " bytes with " + descriptors + " descriptors";
      case NetworkOrder.Put _ -> "";
      case NetworkOrder.Serve _ ->
          descriptors > 1 ? "one descriptor goes with this order, or none" : "";
      default -> descriptors > 0 ? "no descriptors go with this order" : "";
    };
  }

  private static long mostBytes(NetworkOrder order) {
    return switch (order) {
      case NetworkOrder.Put put -> put.target().lengthBytes();
      case NetworkOrder.Serve serve -> serve.sizeBytes();
      default -> 0;
    };
  }

  /** Runs on a worker: copies a file that the program may change or cut at any time. */
  private byte[] payload(Descriptor file, NetworkOrder order) {
    long most = mostBytes(order);
    FileStatus status = posix.statx(file);
    if (!status.isRegularFile() || status.size() > most) {
      throw wrongPayload(status.size() + " bytes of at most " + most);
    }
    if (order instanceof NetworkOrder.Put && status.size() < most) {
      throw wrongPayload(status.size() + " bytes where " + most + " are due");
    }
    byte[] payload = new byte[(int) status.size()];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(Math.clamp(payload.length, 1, CHUNK_BYTES));
      int done = 0;
      while (done < payload.length) {
        int wanted = Math.min(CHUNK_BYTES, payload.length - done);
        long count = posix.pread(file, chunk.asSlice(0, wanted), done);
        if (count <= 0) {
          throw wrongPayload("it ends after " + done + " of " + payload.length + " bytes");
        }
        MemorySegment.copy(chunk, 0, MemorySegment.ofArray(payload), done, count);
        done += (int) count;
      }
    }
    return payload;
  }

  private static ErrnoException wrongPayload(String what) {
    return new ErrnoException("network", Errno.EINVAL.number(), "payload", what);
  }

  /** Looks now and then, as long as orders are under way, for outcomes that found no worker. */
  private void lookForLateOnes() {
    if (isLooking) {
      return;
    }
    isLooking = true;
    ports.after(
        LATE_LOOK_NANOS,
        () -> {
          isLooking = false;
          for (int i = late.size(); i > 0; i--) {
            Ended next = late.poll();
            if (next != null) {
              next.answer();
            }
          }
          if (underWay > 0) {
            lookForLateOnes();
          }
        });
  }

  /** One order's end. */
  private final class Ended implements NetworkAdministration.Outcome {
    private final ClientSession session;
    private final long correlation;
    private final AtomicBoolean isEnded = new AtomicBoolean();
    private byte[] bytes = {};
    private Reply.@Nullable Refused refusal;

    Ended(ClientSession session, long correlation) {
      this.session = session;
      this.correlation = correlation;
    }

    @Override
    public void done(byte[] answer) {
      if (isEnded.compareAndSet(false, true)) {
        bytes = answer;
        answer();
      }
    }

    @Override
    public void refused(Errno errno, String detail) {
      refuse(Reply.Refused.of(errno, detail));
    }

    private void refuse(Reply.Refused how) {
      if (isEnded.compareAndSet(false, true)) {
        refusal = how;
        answer();
      }
    }

    /** The order was not even begun, or broke the network's own rules. */
    void failed(Throwable failure) {
      Errno errno = failure instanceof ErrnoException e ? e.errno() : Errno.EIO;
      refuse(Reply.Refused.of(errno, String.valueOf(failure.getMessage())));
    }

    /** Any thread: a worker makes the file, the loop sends it. */
    private void answer() {
      boolean isTaken =
          ports.work(
              () -> bytes.length == 0 ? null : SealedFile.of(posix, "atoll-network", bytes),
              this::reply);
      if (!isTaken) {
        late.add(this);
      }
    }

    private void reply(@Nullable Descriptor file, @Nullable Throwable failure) {
      underWay--;
      if (session.isEnded()) {
        end(session);
      }
      Reply.Refused refused = refusal;
      if (failure != null) {
        Errno errno = failure instanceof ErrnoException e ? e.errno() : Errno.EIO;
        session.reply(correlation, Reply.Refused.of(errno, String.valueOf(failure)));
      } else if (refused != null) {
        session.reply(correlation, refused);
      } else {
        session.reply(
            correlation,
            new Reply.NetworkAnswer(bytes.length),
            file == null ? List.of() : List.of(file));
      }
      if (file != null) {
        ports.close(file);
      }
    }
  }
}
