/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.posix.Errno;

/** The statuses that a node itself gives to messages and operations: negative error numbers. */
final class LnetErrno {
  static final int IO = -Errno.EIO.number();
  static final int INVALID = -Errno.EINVAL.number();
  static final int PROTOCOL = -Errno.EPROTO.number();
  static final int NO_BUFFERS = -Errno.ENOBUFS.number();
  static final int TIMED_OUT = -Errno.ETIMEDOUT.number();
  static final int UNREACHABLE = -Errno.EHOSTUNREACH.number();
  static final int CANCELED = -Errno.ECANCELED.number();

  private LnetErrno() {}
}
