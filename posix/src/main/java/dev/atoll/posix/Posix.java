/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * The operating system as Atoll sees it: files, memory, sockets, waits and the process itself.
 *
 * <p>It is an interface so that tests can put a failing twin in its place ({@link FaultyPosix}:
 * each call can be made to give each errno it is documented to give). Every descriptor made through
 * it is close-on-exec. A call that fails throws {@link ErrnoException} unless its documentation
 * says that the failure is an expected refusal, which it then returns as a negative errno. Calls
 * that {@code EINTR} cuts short are repeated, except {@code close}, which must not be (Linux has
 * released the descriptor), and waits, whose time-out is re-computed.
 *
 * <p>Thread safety: all methods may be called by any thread at any time. None keeps a reference to
 * a segment it is given.
 */
public interface Posix extends FileCalls, MemoryCalls, SocketCalls, WaitCalls, ProcessCalls {
  /**
   * Gives the real operating system.
   *
   * @return the one instance of this process
   * @throws UnsupportedOperationException if this is not Linux on a 64-bit little-endian processor
   *     or native access is refused, with the reason and the remedy
   */
  static Posix system() {
    return PosixStart.system();
  }
}
