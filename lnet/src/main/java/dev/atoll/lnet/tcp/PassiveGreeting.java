/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.wire.ConnectionRequestLayout;
import dev.atoll.lnet.wire.ConnectionType;
import dev.atoll.lnet.wire.Hello;
import dev.atoll.lnet.wire.HelloLayout;
import dev.atoll.lnet.wire.Soundness;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the other end of a connection that came in says first: request, then HELLO.
 *
 * <pre>
 *   MORE ...  request --+--> MORE ...  HELLO --+--> HEARD
 *                       |                      +--> ANSWER_HELLO  unknown version
 *                       |                      +--> CLOSE
 *                       +--> ANSWER_REQUEST  unknown version, or question for the protocol
 *                       +--> CLOSE           not for this node, or none of LNet's
 * </pre>
 *
 * <p>It knows bytes alone; who the other end is, and whether there is room for it, others say.
 */
final class PassiveGreeting {
  /** What to do next. */
  enum Step {
    /** Read on, up to {@link #neededBytes}. */
    MORE,
    /** The HELLO is there. */
    HEARD,
    /** Tell the version of the request that is spoken here, and close. */
    ANSWER_REQUEST,
    /** Tell the version of the HELLO that is spoken here, and close. */
    ANSWER_HELLO,
    /** Close without a word. */
    CLOSE
  }

  /** No greeting is longer. */
  static final int BYTES_MAX = ConnectionRequestLayout.V2_BYTES + HelloLayout.BYTES_MAX;

  private final Nid self;
  private final MemorySegment buffer;
  private int helloAt;
  private int neededBytes;
  private Refusal refusal = Refusal.ENDED;
  private @Nullable Hello hello;

  /**
   * Begins.
   *
   * @param self the NID that must be asked for
   * @param buffer where the bytes will be, with room for {@link #BYTES_MAX}
   */
  PassiveGreeting(Nid self, MemorySegment buffer) {
    this.self = self;
    this.buffer = buffer;
    this.neededBytes = ConnectionRequestLayout.inspect(buffer, 0, 0);
  }

  /** How many bytes must be in the buffer before {@link #advance} can say more. */
  int neededBytes() {
    return neededBytes;
  }

  /** Why it ended, unless it ended well. */
  Refusal refusal() {
    return refusal;
  }

  /** What was heard. */
  Hello hello() {
    Hello heard = hello;
    if (heard == null) {
      throw new IllegalStateException("no hello has been heard");
    }
    return heard;
  }

  /** Tells whether the other end has another byte order. */
  boolean isForeign() {
    return HelloLayout.isForeignOrder(buffer, helloAt);
  }

  /** Looks at the bytes that are there, as many as are needed. */
  @CheckReturnValue
  Step advance() {
    return helloAt == 0 ? advanceRequest() : advanceHello();
  }

  private Step advanceRequest() {
    int soundness = ConnectionRequestLayout.inspect(buffer, 0, neededBytes);
    if (soundness > 0) {
      neededBytes = soundness;
      return Step.MORE;
    }
    return switch (soundness) {
      case Soundness.SOUND -> beginHello();
      case Soundness.UNKNOWN_VERSION -> end(Refusal.VERSION, Step.ANSWER_REQUEST);
      case Soundness.PROTOCOL_QUERY -> end(Refusal.MAGIC, Step.ANSWER_REQUEST);
      case Soundness.BAD_NID -> end(Refusal.TARGET, Step.CLOSE);
      default -> end(Refusal.MAGIC, Step.CLOSE);
    };
  }

  private Step beginHello() {
    if (!ConnectionRequestLayout.target(buffer, 0).equals(self)) {
      return end(Refusal.TARGET, Step.CLOSE);
    }
    helloAt = ConnectionRequestLayout.bytes(buffer, 0);
    neededBytes = helloAt + HelloLayout.inspect(buffer, helloAt, 0);
    return Step.MORE;
  }

  private Step advanceHello() {
    int soundness = HelloLayout.inspect(buffer, helloAt, neededBytes - helloAt);
    if (soundness > 0) {
      neededBytes = helloAt + soundness;
      return Step.MORE;
    }
    if (soundness == Soundness.UNKNOWN_VERSION) {
      return end(Refusal.VERSION, Step.ANSWER_HELLO);
    }
    if (soundness != Soundness.SOUND) {
      boolean isForeign = soundness == Soundness.FOREIGN_MAGIC;
      return end(isForeign ? Refusal.MAGIC : Refusal.HELLO, Step.CLOSE);
    }
    Hello heard = HelloLayout.decode(buffer, helloAt);
    if (heard.source().nid().isAny() || heard.type() == ConnectionType.NONE) {
      return end(Refusal.HELLO, Step.CLOSE);
    }
    hello = heard;
    return Step.HEARD;
  }

  private Step end(Refusal reason, Step step) {
    refusal = reason;
    return step;
  }
}
