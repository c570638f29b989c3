/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.Errno;

/** Why a {@link PmemException} was thrown; the names are stable. */
public enum PmemProblem {
  /** The path names something that can't be mapped as a file: a FIFO, a socket, a device. */
  NOT_MAPPABLE(Errno.ENODEV),
  /** The file's size does not allow what was asked. */
  SIZE(Errno.EINVAL),
  /** The file has become smaller than the mapping; touching the lost pages kills the process. */
  TRUNCATED(Errno.EFAULT),
  /** The file has pages without blocks, and a flush from user space could hit one. */
  HOLES(Errno.ENOSPC),
  /** The file can't be flushed as finely as the program requires. */
  GRANULARITY(Errno.EOPNOTSUPP);

  private final Errno errno;

  PmemProblem(Errno errno) {
    this.errno = errno;
  }

  /**
   * Tells the nearest errno of the C interface.
   *
   * @return the errno
   */
  public Errno errno() {
    return errno;
  }

  String code() {
    return "PMEM_" + name();
  }
}
