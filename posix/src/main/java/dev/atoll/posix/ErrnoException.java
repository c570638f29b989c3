/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import dev.atoll.base.AtollException;
import java.io.Serial;

/**
 * A system call failed.
 *
 * <p>The message has the form {@code call(subject): ERRNO (number), meaning. What to do next}. The
 * {@link #code()} is the name of the errno.
 */
public final class ErrnoException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The call. */
  private final String call;

  /** The error. */
  private final Errno errno;

  /** The raw number. */
  private final int number;

  /** What it was about. */
  private final String subject;

  /**
   * Makes the exception with the remedy that the errno suggests.
   *
   * @param call the name of the call, as in its man page
   * @param number the positive error number
   * @param subject what it was about: a path, sizes, a descriptor
   */
  public ErrnoException(String call, int number, String subject) {
    this(call, number, subject, Remedies.of(call, Errno.of(number)));
  }

  /**
   * Makes the exception with a remedy of the caller's.
   *
   * @param call the name of the call, as in its man page
   * @param number the positive error number
   * @param subject what it was about: a path, sizes, a descriptor
   * @param remedy a sentence that says what to do next; may be empty
   */
  public ErrnoException(String call, int number, String subject, String remedy) {
    super(Errno.of(number).name(), text(call, number, subject, remedy), null);
    this.call = call;
    this.errno = Errno.of(number);
    this.number = number;
    this.subject = subject;
  }

  /**
   * Names the call that failed.
   *
   * @return the name as in its man page
   */
  public String call() {
    return call;
  }

  /**
   * Names the error.
   *
   * @return the errno, {@link Errno#UNKNOWN} if the table has no name for it
   */
  public Errno errno() {
    return errno;
  }

  /**
   * Tells the raw number.
   *
   * @return the positive error number
   */
  public int number() {
    return number;
  }

  /**
   * Tells what the call was about.
   *
   * @return a path, sizes or a descriptor, in words
   */
  public String subject() {
    return subject;
  }

  private static String text(String call, int number, String subject, String remedy) {
    String head = call + "(" + subject + "): " + Errno.of(number) + " (errno " + number + ")";
    return remedy.isEmpty() ? head : head + ". " + remedy;
  }
}
