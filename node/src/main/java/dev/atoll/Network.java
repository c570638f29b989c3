/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.link.Answer;
import dev.atoll.link.LinkException;
import dev.atoll.link.MalformedBlockException;
import dev.atoll.link.NetworkOrder;
import dev.atoll.link.Reply;
import dev.atoll.link.Report;
import dev.atoll.link.ReportCodec;
import dev.atoll.link.Request;
import dev.atoll.link.Session;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The LNet network of a node, as its owner and root may look at it, change it and use it by hand.
 *
 * <p>Reports have the names and the order of {@code lnetctl}. Each order waits for its end; where
 * other nodes take part that may be as long as the order says.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class Network {
  private static final int OWNER_ONLY = 0600;

  private final Carrier carrier;

  private Network(Carrier carrier) {
    this.carrier = carrier;
  }

  /** The network of the device behind a session. */
  static Network of(Posix posix, Session session) {
    return new Network(new SessionCarrier(posix, session));
  }

  /** A network that takes its orders directly. */
  static Network of(Carrier carrier) {
    return new Network(carrier);
  }

  /**
   * Gives an order that is answered with a report.
   *
   * @param order what is asked
   * @return the answer; without values if there is nothing to tell
   * @throws NetworkException if it is refused or fails, EPERM for other users, ENODEV if the node
   *     has no network
   * @throws LinkException if the session is lost
   */
  public Report.Fields ask(NetworkOrder order) {
    return ask(order, new byte[0]);
  }

  /**
   * Gives an order that goes with bytes and is answered with a report.
   *
   * @param order {@link NetworkOrder.Put} or {@link NetworkOrder.Serve}
   * @param payload the bytes
   * @return the answer; without values if there is nothing to tell
   * @throws NetworkException as {@link #ask(NetworkOrder)}
   * @throws LinkException if the session is lost
   */
  public Report.Fields ask(NetworkOrder order, byte[] payload) {
    byte[] answer = carrier.perform(order, payload);
    if (answer.length == 0) {
      return Report.fields().build();
    }
    try {
      if (ReportCodec.decode(answer) instanceof Report.Fields fields) {
        return fields;
      }
    } catch (MalformedBlockException e) {
      throw new NetworkException(Errno.EPROTO, "the device gives no report: " + e.getMessage());
    }
    throw new NetworkException(Errno.EPROTO, "the device gives a report without names");
  }

  /**
   * Gives an order that is answered with bytes.
   *
   * @param order {@link NetworkOrder.Get} or {@link NetworkOrder.Peek}
   * @return the bytes
   * @throws NetworkException as {@link #ask(NetworkOrder)}
   * @throws LinkException if the session is lost
   */
  public byte[] fetch(NetworkOrder order) {
    return carrier.perform(order, new byte[0]);
  }

  /** How orders get to a network and answers back. */
  interface Carrier {
    /** Carries one order; waits for its end. */
    byte[] perform(NetworkOrder order, byte[] payload);
  }

  private record SessionCarrier(Posix posix, Session session) implements Carrier {
    @Override
    public byte[] perform(NetworkOrder order, byte[] payload) {
      if (payload.length == 0) {
        return answerOf(call(order, List.of()));
      }
      try (Descriptor file = fileOf(payload)) {
        return answerOf(call(order, List.of(file)));
      }
    }

    private Answer call(NetworkOrder order, List<Descriptor> descriptors) {
      try {
        return session.call(new Request.Network(order), descriptors);
      } catch (InterruptedException e) {
        throw Node.interrupted(e);
      }
    }

    private Descriptor fileOf(byte[] payload) {
      Descriptor file = posix.memfd("atoll-payload");
      boolean isWhole = false;
      try (Arena arena = Arena.ofConfined()) {
        posix.fchmod(file, OWNER_ONLY);
        posix.ftruncate(file, payload.length);
        MemorySegment image = arena.allocate(payload.length);
        MemorySegment.copy(MemorySegment.ofArray(payload), 0, image, 0, payload.length);
        for (long done = 0; done < payload.length; ) {
          done += posix.pwrite(file, image.asSlice(done), done);
        }
        isWhole = true;
        return file;
      } finally {
        if (!isWhole) {
          file.close();
        }
      }
    }

    private byte[] answerOf(Answer answer) {
      try {
        return switch (answer.reply()) {
          case Reply.NetworkAnswer known when known.bytes() == 0 -> new byte[0];
          case Reply.NetworkAnswer known
              when answer.descriptors().size() == 1
                  && known.bytes() > 0
                  && known.bytes() <= ReportCodec.BYTES_MAX ->
              read(answer.descriptors().getFirst(), (int) known.bytes());
          case Reply.Refused refused ->
              throw new NetworkException(Errno.of(refused.errno()), refused.detail());
          default ->
              throw new NetworkException(
                  Errno.EPROTO, "the device answers an order with " + answer.reply());
        };
      } finally {
        answer.closeDescriptors();
      }
    }

    /** Reads instead of mapping: what is copied can not change or vanish any more. */
    private byte[] read(Descriptor file, int length) {
      byte[] bytes = new byte[length];
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment image = arena.allocate(length);
        long done = 0;
        while (done < length) {
          long count = posix.pread(file, image.asSlice(done), done);
          if (count <= 0) {
            throw new NetworkException(
                Errno.EPROTO, "the answer ends after " + done + " of " + length + " bytes");
          }
          done += count;
        }
        MemorySegment.copy(image, 0, MemorySegment.ofArray(bytes), 0, length);
      }
      return bytes;
    }
  }
}
