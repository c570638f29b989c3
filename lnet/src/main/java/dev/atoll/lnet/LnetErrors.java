/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.loop.WaitOutcome;
import dev.atoll.posix.Errno;
import org.jspecify.annotations.Nullable;

/** What statuses and outcomes are to programs. */
final class LnetErrors {
  private LnetErrors() {}

  /** Tells whether a wait ended well; false when its time was up. */
  static boolean isDone(WaitOutcome outcome) throws InterruptedException {
    return switch (outcome) {
      case DONE -> true;
      case TIMED_OUT -> false;
      case INTERRUPTED -> {
        boolean _ = Thread.interrupted();
        throw new InterruptedException();
      }
      case ENDED -> throw closed(null);
    };
  }

  static LnetException closed(@Nullable Throwable cause) {
    return new LnetException(LnetException.CLOSED, "the node has been closed", cause);
  }

  /** Makes the exception of a negative errno. */
  static LnetException of(String what, int status) {
    Errno errno = Errno.of(-status);
    String message = what + " failed: " + errno;
    return switch (errno) {
      case ETIMEDOUT ->
          new LnetException(
              LnetException.TIMED_OUT,
              message
                  + "; LNet has no negative answer, so nothing there may match the portal and match"
                  + " bits, or the node may be gone",
              null);
      case EHOSTUNREACH, ENETUNREACH, ECONNREFUSED ->
          new LnetException(
              LnetException.UNREACHABLE,
              message + "; check the NID, the port and mode of both nodes, and the routes",
              null);
      case EPROTO ->
          new LnetException(
              LnetException.PROTOCOL,
              message + "; the other side is no LNet node, or of another version",
              null);
      case ESHUTDOWN, ECANCELED ->
          new LnetException(
              LnetException.CLOSED, message + "; the node or the transfer was closed", null);
      default -> new LnetException(LnetException.FAILED, message, null);
    };
  }
}
