/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Descriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program's session with its device; it stands for the descriptor of an opened device file.
 *
 * <p>When it is closed, or the program dies, the device frees all that was made through it. Thread
 * safety: all methods may be called by any thread. Virtual threads may call; nothing here enters a
 * blocking system call on the caller's thread.
 */
public interface Session extends AutoCloseable {
  /**
   * Tells what the device said when the session was opened.
   *
   * @return the handshake's answer
   */
  Reply.Welcome welcome();

  /**
   * Gives the pages that the device writes signals into.
   *
   * @return read-only memory of {@link SignalSlotLayout#TOTAL_BYTES} bytes
   * @throws IllegalStateException once the session is closed
   */
  MemorySegment signalPages();

  /**
   * Gives the pages that tell the device how many signals were taken.
   *
   * @return memory of {@link TakenLayout#TOTAL_BYTES} bytes
   * @throws IllegalStateException once the session is closed
   */
  MemorySegment takenPages();

  /**
   * Asks the device and waits for the answer.
   *
   * <p>An interrupt ends the wait, not the request, which may have been sent and then goes through.
   * What it makes is given back when its answer comes: an export that was created is destroyed, a
   * segment that was published is unpublished, an import that was connected is disconnected, and
   * descriptors are closed. All else stays done, since there is nothing to give back: rebind,
   * republish, unpublish, destroy, disconnect. The order of requests holds for these too, so a
   * later one of the same thread finds them done.
   *
   * @param request what is asked
   * @param passed descriptors whose open files the device receives; the caller keeps its own
   * @return the answer, which may be a {@link Reply.Refused}; the caller owns its descriptors
   * @throws InterruptedException if the thread was interrupted, before or after the request was
   *     sent
   * @throws LinkException if the session is lost
   * @throws IllegalStateException if the session is closed
   */
  Answer call(Request request, List<Descriptor> passed) throws InterruptedException;

  /**
   * Tells the device something that it does not answer. Requests of one session arrive in order.
   *
   * @param request what is told
   * @throws InterruptedException if the thread was interrupted while the device's queue was full;
   *     nothing was sent then
   * @throws LinkException if the session is lost
   * @throws IllegalStateException if the session is closed
   */
  void tell(Request request) throws InterruptedException;

  /**
   * Gives the session's rings; the first call opens them.
   *
   * @return the rings, which end with the session
   * @throws InterruptedException if the thread was interrupted meanwhile
   * @throws LinkException if the session is lost, or the device has no memory for them
   * @throws IllegalStateException if the session is closed
   */
  SessionRings rings() throws InterruptedException;

  /**
   * Gives the session's rings if they are open.
   *
   * @return the rings, or null while nobody has needed them
   */
  @Nullable SessionRings openRings();

  /**
   * Says who is told of revocations; to be called once, before the first import is made.
   *
   * @param listener who is told
   */
  void listen(SessionListener listener);

  /**
   * Tells whether the device still answers.
   *
   * @return false once the session is closed or lost
   */
  boolean isOpen();

  /**
   * Tells whether the session has ended for good.
   *
   * @return true once nothing more will come; a {@link LastingSession} that has lost its device is
   *     not open and has not ended
   */
  default boolean isEnded() {
    return !isOpen();
  }

  /** Ends the session; the device frees all that was made through it. Idempotent. */
  @Override
  void close();
}
