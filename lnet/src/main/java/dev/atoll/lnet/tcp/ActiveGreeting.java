/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.base.CheckReturnValue;
import dev.atoll.lnet.ProcessId;
import dev.atoll.lnet.wire.ConnectionRequestLayout;
import dev.atoll.lnet.wire.ConnectionType;
import dev.atoll.lnet.wire.Hello;
import dev.atoll.lnet.wire.HelloLayout;
import dev.atoll.lnet.wire.Soundness;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Says what comes first on a connection that this node has begun, and reads the answer.
 *
 * <pre>
 *   request, HELLO --> MORE ...  answer --+--> AGREED
 *                                         +--> NOT_NOW        try again in a moment
 *                                         +--> OTHER_VERSION  try again with {@link #answer}'s
 *                                         +--> WRONG          somebody else, or nonsense
 * </pre>
 */
final class ActiveGreeting {
  /** What to do next. */
  enum Step {
    /** Read on, up to {@link #neededBytes}. */
    MORE,
    /** The connection stands. */
    AGREED,
    /** The other end wants no such connection now. */
    NOT_NOW,
    /** The other end wants another version. */
    OTHER_VERSION,
    /** The answer is not that of the node that was looked for. */
    WRONG
  }

  private final Hello offer;
  private final ProcessId expected;
  private final MemorySegment buffer;
  private int neededBytes;
  private @Nullable Hello answer;

  /**
   * Begins.
   *
   * @param offer what this node says
   * @param expected who must answer
   * @param buffer where the bytes will be, with room for {@link PassiveGreeting#BYTES_MAX}
   */
  ActiveGreeting(Hello offer, ProcessId expected, MemorySegment buffer) {
    this.offer = offer;
    this.expected = expected;
    this.buffer = buffer;
  }

  /** Puts what is to be sent into the buffer, and gives its length. */
  int write() {
    int request = ConnectionRequestLayout.encode(expected.nid(), buffer, 0);
    return request + HelloLayout.encode(offer, buffer, request);
  }

  /** The greeting has been sent; from now on the buffer takes the answer. */
  void listen() {
    neededBytes = HelloLayout.inspect(buffer, 0, 0);
  }

  /** How many bytes of the answer must be in the buffer before {@link #advance} can say more. */
  int neededBytes() {
    return neededBytes;
  }

  /** The answer, once it is there. */
  Hello answer() {
    Hello heard = answer;
    if (heard == null) {
      throw new IllegalStateException("no answer has been heard");
    }
    return heard;
  }

  /** Tells whether the other end has another byte order. */
  boolean isForeign() {
    return HelloLayout.isForeignOrder(buffer, 0);
  }

  /** Looks at the bytes that are there, as many as are needed. */
  @CheckReturnValue
  Step advance() {
    int soundness = HelloLayout.inspect(buffer, 0, neededBytes);
    if (soundness > 0) {
      neededBytes = soundness;
      return Step.MORE;
    }
    if (soundness != Soundness.SOUND) {
      return Step.WRONG;
    }
    Hello heard = HelloLayout.decode(buffer, 0);
    answer = heard;
    boolean isRefused = heard.type() == ConnectionType.NONE;
    if (heard.version() != offer.version()) {
      return isRefused ? Step.OTHER_VERSION : Step.WRONG;
    }
    if (!heard.source().equals(expected)) {
      return Step.WRONG;
    }
    if (isRefused) {
      return Step.NOT_NOW;
    }
    return heard.type().inverse() == offer.type() ? Step.AGREED : Step.WRONG;
  }
}
