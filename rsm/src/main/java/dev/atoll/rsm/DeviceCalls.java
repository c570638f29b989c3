/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.Answer;
import dev.atoll.link.LinkException;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.link.Session;
import dev.atoll.link.SessionRings;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import java.lang.System.Logger.Level;
import java.util.List;

/** Calls to the device, with refusals turned into the exceptions of this module. */
final class DeviceCalls {
  private static final System.Logger LOG = System.getLogger(DeviceCalls.class.getName());

  private final Session session;

  DeviceCalls(Session session) {
    this.session = session;
  }

  Session session() {
    return session;
  }

  /** Asks and waits; an interrupt becomes RSMERR_INTERRUPTED with the thread's status kept. */
  Answer call(String operation, Request request, List<Descriptor> passed) {
    try {
      return checked(operation, session.call(request, passed));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RsmException(RsmError.INTERRUPTED, operation, "", e);
    }
  }

  void callSimple(String operation, Request request) {
    call(operation, request, List.of()).closeDescriptors();
  }

  /**
   * Posts a signal, without a system call where the session has rings and the device looks at them.
   */
  void signal(String operation, long handle, int flags) {
    SessionRings rings = session.isOpen() ? session.openRings() : null;
    if (rings == null || rings.isDeviceAsleep() || !rings.postSignal(handle, flags)) {
      tell(operation, new Request.SignalPost(handle, flags));
    } else {
      wake(operation, rings);
    }
  }

  /** Tells a device that sleeps to look at the session's ring. */
  void wake(String operation, SessionRings rings) {
    if (rings.isDeviceAsleep()) {
      tell(operation, new Request.RingsWake());
    }
  }

  /** Tells something that is not answered. */
  void tell(String operation, Request request) {
    try {
      session.tell(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RsmException(RsmError.INTERRUPTED, operation, "", e);
    }
  }

  /**
   * Gives something back, also for an interrupted thread, and also if the device has gone, which
   * then has given it back already.
   */
  void release(String operation, Request request) {
    boolean isInterrupted = Thread.interrupted();
    try {
      checked(operation, session.call(request, List.of())).closeDescriptors();
    } catch (InterruptedException e) {
      // Nobody needs the answer; but the request may not have been sent, the device's queue being
      // full. One that comes twice is refused the second time, and does nothing.
      isInterrupted = true;
      sendForCertain(operation, request);
    } catch (LinkException e) {
      if (!e.code().equals(LinkException.LOST)) {
        throw e;
      }
    } catch (RsmException e) {
      // An interrupted call may have given it back already.
      if (e.error() != RsmError.BAD_SEG_HNDL) {
        throw e;
      }
    } catch (IllegalStateException e) {
      // The session was closed meanwhile, which has given back all that it had.
      if (session.isOpen()) {
        throw e;
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void sendForCertain(String operation, Request request) {
    boolean isSent = false;
    while (!isSent) {
      try {
        session.tell(request);
        isSent = true;
      } catch (InterruptedException e) {
        // The caller sets the status again once this is over.
        LOG.log(Level.DEBUG, "event=release-interrupted operation={0}", operation);
      } catch (LinkException | IllegalStateException e) {
        if (session.isOpen()) {
          throw e;
        }
        // The session has ended, and with it what it had.
        isSent = true;
      }
    }
  }

  private static Answer checked(String operation, Answer answer) {
    if (answer.reply() instanceof Reply.Refused refused) {
      answer.closeDescriptors();
      throw refusal(operation, refused);
    }
    return answer;
  }

  private static RuntimeException refusal(String operation, Reply.Refused refused) {
    if (refused.rsmCode() != 0) {
      return RsmError.of(refused.rsmCode())
          .map(error -> new RsmException(error, operation, refused.detail(), null))
          .orElseGet(() ->
              new RsmException(
                  RsmError.INTERNAL_ERROR, operation, "code " + refused.rsmCode(), null));
    }
    return new ErrnoException(operation, refused.errno(), "device", refused.detail());
  }

  static RsmException unexpected(String operation, Answer answer) {
    answer.closeDescriptors();
    return new RsmException(
        RsmError.INTERNAL_ERROR, operation, "the device answers " + answer.reply(), null);
  }
}
