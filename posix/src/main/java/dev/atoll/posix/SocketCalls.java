/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Errno.*;

import dev.atoll.base.CheckReturnValue;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Calls on sockets, as {@link Posix} gives them.
 *
 * <p>All sockets are close-on-exec, and non-blocking unless a method says otherwise. Data calls
 * return a negative errno for what a peer or a full buffer can cause; only misuse throws.
 */
public interface SocketCalls {
  /** Most descriptors in one message that {@link #receiveMessage} accepts. */
  int DESCRIPTORS_MAX = 4;

  /** The peer has closed: what the data calls return at the end of the stream. */
  int END_OF_STREAM = 0;

  /** recv(2): look without taking. */
  int MSG_PEEK = 2;

  /** IP protocol number of TCP, for {@link #setOption}. */
  int IPPROTO_TCP = 6;

  /** Send small segments at once (level {@link #IPPROTO_TCP}). */
  int TCP_NODELAY = 1;

  /** Seconds of silence after which a peer is probed (level {@link #IPPROTO_TCP}). */
  int TCP_KEEPIDLE = 4;

  /** Seconds between probes. */
  int TCP_KEEPINTVL = 5;

  /** Probes without an answer after which a connection is dropped. */
  int TCP_KEEPCNT = 6;

  /** Seconds that a closed connection waits for the peer's end; negative for not at all. */
  int TCP_LINGER2 = 8;

  /** Milliseconds without acknowledgement after which a connection is dropped. */
  int TCP_USER_TIMEOUT = 18;

  /** Socket level, for {@link #setOption}. */
  int SOL_SOCKET = 1;

  /** Rebind an address that lingers. */
  int SO_REUSEADDR = 2;

  /** The pending error of a socket. */
  int SO_ERROR = 4;

  /** Bytes of the send buffer. */
  int SO_SNDBUF = 7;

  /** Bytes of the receive buffer. */
  int SO_RCVBUF = 8;

  /** Probe an idle peer. */
  int SO_KEEPALIVE = 9;

  /**
   * Makes two connected Unix {@code SOCK_SEQPACKET} sockets: socketpair(2).
   *
   * @return two descriptors, both owned by the caller
   */
  @Errnos({EMFILE, ENFILE, ENOMEM})
  List<Descriptor> socketPair();

  /**
   * Makes a Unix {@code SOCK_SEQPACKET} socket that listens at a path: socket(2), bind(2),
   * listen(2).
   *
   * @param path where; must not exist; at most 107 bytes
   * @param backlog connections that may wait
   * @return the listening socket, owned by the caller, who also deletes the path
   */
  @Errnos({EACCES, EADDRINUSE, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENOENT, ENOMEM, ENOTDIR, EROFS})
  Descriptor listenUnix(Path path, int backlog);

  /**
   * Connects to a Unix {@code SOCK_SEQPACKET} socket: socket(2), connect(2).
   *
   * @param path of the listener
   * @return the connected socket, owned by the caller
   */
  @Errnos({EACCES, EAGAIN, ECONNREFUSED, ELOOP, EMFILE, ENFILE, ENOENT, ENOMEM, ENOTDIR, EPROTO})
  Descriptor connectUnix(Path path);

  /**
   * Makes a TCP socket that listens: socket(2), setsockopt(2), bind(2), listen(2).
   *
   * @param address where; port 0 lets the kernel choose
   * @param backlog connections that may wait
   * @return the listening socket, owned by the caller
   */
  @Errnos({EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM})
  Descriptor listenTcp(InetSocketAddress address, int backlog);

  /**
   * Makes a TCP socket, bound to a local address: socket(2), bind(2). A port that is named may be
   * one that lingers, or that another socket connects from to somewhere else ({@code
   * SO_REUSEADDR}); then {@link #connectTcp} says if the pair of addresses is taken.
   *
   * @param local where it comes from; port 0 lets the kernel choose
   * @return the socket, owned by the caller
   */
  @Errnos({EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM})
  Descriptor socketTcp(InetSocketAddress local);

  /**
   * Starts to connect a TCP socket: connect(2).
   *
   * @param descriptor the socket
   * @param remote the peer
   * @return zero when connected, {@code -EINPROGRESS} when it will be, or a negative errno
   */
  @CheckReturnValue
  @Errnos(
      returned = {
        EACCES,
        EADDRINUSE,
        EADDRNOTAVAIL,
        EAGAIN,
        EALREADY,
        ECONNREFUSED,
        EINPROGRESS,
        EISCONN,
        ENETUNREACH,
        EHOSTUNREACH,
        ETIMEDOUT
      })
  int connectTcp(Descriptor descriptor, InetSocketAddress remote);

  /**
   * Takes a waiting connection: accept4(2).
   *
   * @param descriptor the listening socket
   * @return the number of a new descriptor that the caller must wrap and own, or a negative errno;
   *     {@code -EAGAIN} when none waits
   */
  @CheckReturnValue
  @Errnos(returned = {EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTO})
  int accept(Descriptor descriptor);

  /**
   * Tells the local address of a TCP socket: getsockname(2).
   *
   * @param descriptor the socket
   * @return address and port
   */
  @Errnos({EBADF, ENOBUFS, ENOTSOCK})
  InetSocketAddress localAddress(Descriptor descriptor);

  /**
   * Tells the peer's address of a TCP socket: getpeername(2).
   *
   * @param descriptor the socket
   * @return address and port
   */
  @Errnos({EBADF, ENOBUFS, ENOTCONN, ENOTSOCK})
  InetSocketAddress remoteAddress(Descriptor descriptor);

  /**
   * Sets an integer option: setsockopt(2).
   *
   * @param descriptor the socket
   * @param level such as {@link #SOL_SOCKET}
   * @param option such as {@link #SO_REUSEADDR}
   * @param value the value
   */
  @Errnos({EBADF, EINVAL, ENOPROTOOPT, ENOTSOCK})
  void setOption(Descriptor descriptor, int level, int option, int value);

  /**
   * Reads an integer option: getsockopt(2).
   *
   * @param descriptor the socket
   * @param level such as {@link #SOL_SOCKET}
   * @param option such as {@link #SO_ERROR}
   * @return the value
   */
  @Errnos({EBADF, EINVAL, ENOPROTOOPT, ENOTSOCK})
  int option(Descriptor descriptor, int level, int option);

  /**
   * Sends one message with descriptors: sendmsg(2) with {@code SCM_RIGHTS} and {@code
   * MSG_NOSIGNAL}.
   *
   * @param descriptor a connected Unix socket
   * @param message native memory with the whole message, not empty
   * @param passed descriptors whose open files the peer receives, at most {@link #DESCRIPTORS_MAX};
   *     the caller keeps its own
   * @return bytes sent, or a negative errno; {@code -EAGAIN} when the peer's queue is full, {@code
   *     -ETOOMANYREFS} when the user has as many descriptors in messages that nobody has read as
   *     the process may have open (unix(7))
   */
  @CheckReturnValue
  @Errnos(returned = {EAGAIN, ECONNRESET, EMSGSIZE, ENOBUFS, ENOMEM, ENOTCONN, EPIPE, ETOOMANYREFS})
  long sendMessage(Descriptor descriptor, MemorySegment message, List<Descriptor> passed);

  /**
   * Receives one message with its descriptors: recvmsg(2) with {@code MSG_CMSG_CLOEXEC}.
   * Descriptors beyond {@link #DESCRIPTORS_MAX} are closed by the kernel and reported as truncated.
   *
   * @param descriptor a connected Unix socket
   * @param buffer native memory for the message
   * @return what arrived
   */
  @CheckReturnValue
  @Errnos(returned = {EAGAIN, ECONNRESET, EMFILE, ENOMEM, ENOTCONN})
  ReceivedMessage receiveMessage(Descriptor descriptor, MemorySegment buffer);

  /**
   * Receives bytes: recv(2).
   *
   * @param descriptor a connected socket
   * @param buffer native memory
   * @param flags zero or {@link #MSG_PEEK}
   * @return bytes, {@link #END_OF_STREAM}, or a negative errno
   */
  @CheckReturnValue
  @Errnos(returned = {EAGAIN, ECONNREFUSED, ECONNRESET, EFAULT, ENOMEM, ENOTCONN, ETIMEDOUT})
  long receive(Descriptor descriptor, MemorySegment buffer, int flags);

  /**
   * Sends bytes: send(2) with {@code MSG_NOSIGNAL}.
   *
   * @param descriptor a connected socket
   * @param buffer native memory
   * @return bytes taken, or a negative errno
   */
  @CheckReturnValue
  @Errnos(
      returned = {
        EAGAIN,
        ECONNRESET,
        EFAULT,
        EMSGSIZE,
        ENOBUFS,
        ENOMEM,
        ENOTCONN,
        EPIPE,
        ETIMEDOUT
      })
  long send(Descriptor descriptor, MemorySegment buffer);

  /**
   * Reads into several pieces: readv(2).
   *
   * @param descriptor a connected socket
   * @param vector the pieces
   * @return bytes, {@link #END_OF_STREAM}, or a negative errno; {@code -EFAULT} if a piece is no
   *     longer backed by its file
   */
  @CheckReturnValue
  @Errnos(returned = {EAGAIN, ECONNRESET, EFAULT, EINVAL, EIO, ENOMEM, ENOTCONN, ETIMEDOUT})
  long readv(Descriptor descriptor, IoVector vector);

  /**
   * Writes from several pieces: writev(2).
   *
   * @param descriptor a connected socket
   * @param vector the pieces
   * @return bytes taken, or a negative errno
   */
  @CheckReturnValue
  @Errnos(
      returned = {
        EAGAIN,
        ECONNRESET,
        EFAULT,
        EINVAL,
        EIO,
        ENOBUFS,
        ENOMEM,
        ENOTCONN,
        EPIPE,
        ETIMEDOUT
      })
  long writev(Descriptor descriptor, IoVector vector);

  /**
   * Ends both directions of a connection, which wakes whoever waits on it: shutdown(2).
   *
   * @param descriptor a connected socket
   */
  @Errnos({EBADF, ENOTCONN, ENOTSOCK})
  void shutdown(Descriptor descriptor);

  /**
   * Tells who connected, by the kernel's word: getsockopt(2) {@code SO_PEERCRED} and {@code
   * SO_PEERGROUPS}.
   *
   * @param descriptor a connected Unix socket
   * @return the peer's identity at the time it connected
   */
  @Errnos({EBADF, ENOPROTOOPT, ENOTSOCK})
  PeerCredentials peerCredentials(Descriptor descriptor);

  /**
   * Gets a descriptor of the peer's process, which becomes readable when that ends: getsockopt(2)
   * {@code SO_PEERPIDFD}.
   *
   * @param descriptor a connected Unix socket
   * @return the process descriptor's number, to be wrapped and owned by the caller, or a negative
   *     errno where the kernel (before 6.5) lacks it
   */
  @CheckReturnValue
  @Errnos(returned = {EBADF, ENODEV, ENOPROTOOPT, ENOTSOCK, ESRCH})
  int peerProcess(Descriptor descriptor);
}
