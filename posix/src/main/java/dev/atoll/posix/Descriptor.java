/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An open file descriptor with one owner.
 *
 * <p>{@link #close()} is idempotent and safe from any thread. A call that is under way on another
 * thread while the descriptor is closed may still finish; a call that starts afterwards throws
 * {@link IllegalStateException}. The owner keeps descriptors that other threads wait on open until
 * those have been woken.
 */
public final class Descriptor implements AutoCloseable {
  private static final int CLOSED = -1;
  private static final VarHandle NUMBER;

  static {
    try {
      NUMBER = MethodHandles.lookup().findVarHandle(Descriptor.class, "number", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final FileCalls files;
  private final String subject;

  @SuppressWarnings("FieldMayBeFinal") // written through NUMBER
  private volatile int number;

  /**
   * Takes ownership of a descriptor.
   *
   * @param files what will close it
   * @param number the open descriptor, not negative
   * @param subject what it is, in words, for error messages: a path or a purpose
   */
  public Descriptor(FileCalls files, int number, String subject) {
    if (number < 0) {
      throw new IllegalArgumentException("number=" + number + " is no descriptor: " + subject);
    }
    this.files = files;
    this.number = number;
    this.subject = subject;
  }

  /**
   * Tells the number the kernel knows it by.
   *
   * @return the descriptor, not negative
   * @throws IllegalStateException if it is closed
   */
  public int number() {
    int current = number;
    if (current == CLOSED) {
      throw new IllegalStateException("descriptor is closed: " + subject);
    }
    return current;
  }

  /**
   * Tells whether it is still open.
   *
   * @return false once closed
   */
  public boolean isOpen() {
    return number != CLOSED;
  }

  /**
   * Tells what it is.
   *
   * @return a path or a purpose
   */
  public String subject() {
    return subject;
  }

  /** Gives up ownership without closing, so that another object can own the number. */
  int disown() {
    int current = (int) NUMBER.getAndSet(this, CLOSED);
    if (current == CLOSED) {
      throw new IllegalStateException("descriptor is closed: " + subject);
    }
    return current;
  }

  /** Closes it; a second call does nothing. */
  @Override
  public void close() {
    int current = (int) NUMBER.getAndSet(this, CLOSED);
    if (current != CLOSED) {
      files.close(current, subject);
    }
  }

  @Override
  public String toString() {
    int current = number;
    return current == CLOSED ? subject + " (closed)" : subject + " (fd " + current + ")";
  }
}
