/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells other nodes this node's info: a PUT to their reserved portal, and its ACK. Each push ends
 * exactly once. Belongs to the loop.
 */
final class Pushes {
  private final LnetCore core;
  private final LnetOperation operation = new LnetOperation();
  private int count;

  Pushes(LnetCore core) {
    this.core = core;
  }

  /** Counts those whose memory is in use. */
  int count() {
    return count;
  }

  /**
   * Tells a node.
   *
   * @param target whom
   * @param info what
   * @param timeoutNanos how long to wait for the ACK
   * @param listener is called once with a status, perhaps before this returns, unless this refuses
   * @return zero, or a negative errno if nothing was begun
   */
  int push(ProcessId target, OwnInfo info, long timeoutNanos, IntConsumer listener) {
    Push push = new Push(listener);
    count++;
    push.descriptor = core.bind(Pieces.of(info.bytes()), MemoryOptions.forInitiator(), push, null);
    operation.clear();
    operation.target = target;
    operation.portal = LnetNumbers.RESERVED_PORTAL;
    operation.matchBits = LnetNumbers.PING_MATCH_BITS;
    operation.length = (int) info.bytes().byteSize();
    operation.wantsAck = true;
    operation.timeoutNanos = timeoutNanos;
    int refusal = core.put(push.descriptor, operation);
    if (refusal != 0) {
      push.listener = null;
      push.unlink();
    }
    return refusal;
  }

  /** One that is under way. */
  private final class Push implements EventHandler {
    private @Nullable IntConsumer listener;
    private @Nullable MemoryDescriptor descriptor;
    private boolean isUnlinking;

    Push(IntConsumer listener) {
      this.listener = listener;
    }

    @Override
    public void handle(LnetEvent event) {
      boolean isLast = event.isUnlinked();
      int status = event.status();
      switch (event.type()) {
        case SEND -> {
          if (status != 0) {
            end(status);
          }
        }
        case ACK -> end(status);
        case UNLINK -> end(LnetErrno.CANCELED);
        case GET, PUT, REPLY -> throw new AssertionError("event=" + event + " of a push");
      }
      if (isLast) {
        end(LnetErrno.CANCELED);
        count--;
      } else if (listener == null) {
        unlink();
      }
    }

    private void unlink() {
      if (!isUnlinking && descriptor != null) {
        isUnlinking = true;
        var _ = core.unlinkNow(descriptor);
      }
    }

    private void end(int status) {
      IntConsumer told = listener;
      listener = null;
      if (told != null) {
        told.accept(status);
      }
    }
  }
}
