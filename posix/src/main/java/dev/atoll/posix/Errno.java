/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * Linux error numbers by name (errno(3)).
 *
 * <p>The numbers are those of the generic table, which x86-64 and aarch64 share.
 */
public enum Errno {
  /** Operation not permitted. */
  EPERM(1),
  /** No such file or directory. */
  ENOENT(2),
  /** No such process. */
  ESRCH(3),
  /** Interrupted by a signal handler. */
  EINTR(4),
  /** Input/output error. */
  EIO(5),
  /** No such device or address. */
  ENXIO(6),
  /** Argument list too long. */
  E2BIG(7),
  /** Bad descriptor. */
  EBADF(9),
  /** No child processes. */
  ECHILD(10),
  /** Resource temporarily unavailable; the same number as EWOULDBLOCK. */
  EAGAIN(11),
  /** Cannot allocate memory. */
  ENOMEM(12),
  /** Permission denied. */
  EACCES(13),
  /** Bad address. */
  EFAULT(14),
  /** Device or resource busy. */
  EBUSY(16),
  /** File exists. */
  EEXIST(17),
  /** Cross-device link. */
  EXDEV(18),
  /** No such device. */
  ENODEV(19),
  /** Not a directory. */
  ENOTDIR(20),
  /** Is a directory. */
  EISDIR(21),
  /** Invalid argument. */
  EINVAL(22),
  /** Too many open files in the system. */
  ENFILE(23),
  /** Too many open files in the process. */
  EMFILE(24),
  /** Inappropriate request for the device; also: unknown request. */
  ENOTTY(25),
  /** Text file busy. */
  ETXTBSY(26),
  /** File too large. */
  EFBIG(27),
  /** No space left on device. */
  ENOSPC(28),
  /** Illegal seek. */
  ESPIPE(29),
  /** Read-only file system. */
  EROFS(30),
  /** Broken pipe. */
  EPIPE(32),
  /** File name too long. */
  ENAMETOOLONG(36),
  /** Function not implemented. */
  ENOSYS(38),
  /** Too many levels of symbolic links. */
  ELOOP(40),
  /** Invalid request descriptor. */
  EBADR(53),
  /** Timer expired. */
  ETIME(62),
  /** Protocol error. */
  EPROTO(71),
  /** Value too large for defined data type. */
  EOVERFLOW(75),
  /** Socket operation on non-socket. */
  ENOTSOCK(88),
  /** Destination address required. */
  EDESTADDRREQ(89),
  /** Message too long. */
  EMSGSIZE(90),
  /** Protocol not available. */
  ENOPROTOOPT(92),
  /** Protocol not supported. */
  EPROTONOSUPPORT(93),
  /** Operation not supported; the same number as ENOTSUP. */
  EOPNOTSUPP(95),
  /** Address family not supported. */
  EAFNOSUPPORT(97),
  /** Address already in use. */
  EADDRINUSE(98),
  /** Cannot assign requested address. */
  EADDRNOTAVAIL(99),
  /** Network is unreachable. */
  ENETUNREACH(101),
  /** Connection aborted. */
  ECONNABORTED(103),
  /** Connection reset by peer. */
  ECONNRESET(104),
  /** No buffer space available. */
  ENOBUFS(105),
  /** Already connected. */
  EISCONN(106),
  /** Not connected. */
  ENOTCONN(107),
  /** Cannot send after transport endpoint shutdown. */
  ESHUTDOWN(108),
  /** Too many descriptors of the user are in messages that nobody has read. */
  ETOOMANYREFS(109),
  /** Connection timed out. */
  ETIMEDOUT(110),
  /** Connection refused. */
  ECONNREFUSED(111),
  /** No route to host. */
  EHOSTUNREACH(113),
  /** Operation already in progress. */
  EALREADY(114),
  /** Operation now in progress. */
  EINPROGRESS(115),
  /** Disk quota exceeded. */
  EDQUOT(122),
  /** Operation cancelled. */
  ECANCELED(125),
  /** A number this table does not know. */
  UNKNOWN(-1);

  private static final Errno[] BY_NUMBER = byNumber();

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /**
   * Tells the number.
   *
   * @return the positive number, or -1 for {@link #UNKNOWN}
   */
  public int number() {
    return number;
  }

  /**
   * Finds the name of a number.
   *
   * @param number a positive error number
   * @return its name, {@link #UNKNOWN} if this table has none
   */
  public static Errno of(int number) {
    return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
  }

  private static Errno[] byNumber() {
    var table = new Errno[256];
    java.util.Arrays.fill(table, UNKNOWN);
    for (Errno errno : values()) {
      if (errno.number > 0) {
        table[errno.number] = errno;
      }
    }
    return table;
  }
}
