/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Downcall.INT;
import static dev.atoll.posix.Downcall.LONG;
import static dev.atoll.posix.Downcall.POINTER;
import static dev.atoll.posix.SocketAddresses.AF_UNIX;
import static dev.atoll.posix.SocketAddresses.BYTES_MAX;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Calls on sockets, made for real. */
interface LinuxSockets extends SocketCalls {
  int SOCK_STREAM = 1;
  int SOCK_SEQPACKET = 5;
  int SOCK_NONBLOCK = 0x800;
  int SOCK_CLOEXEC = 0x80000;
  int MSG_NOSIGNAL = 0x4000;
  int MSG_CMSG_CLOEXEC = 0x40000000;
  int SHUT_RDWR = 2;
  int SO_PEERCRED = 17;
  int SO_PEERGROUPS = 59;
  int SO_PEERPIDFD = 77;
  int UCRED_BYTES = 12;
  int GROUPS_FIRST_TRY = 64;

  /** More than {@code NGROUPS_MAX} (65536) the kernel has not. */
  int GROUPS_MAX = 65536;

  int ERANGE = 34;
  int ENODATA = 61;

  Downcall SOCKET = Downcall.libc("socket", INT, INT, INT, INT);
  Downcall SOCKETPAIR = Downcall.libc("socketpair", INT, INT, INT, INT, POINTER);
  Downcall BIND = Downcall.libc("bind", INT, INT, POINTER, INT);
  Downcall LISTEN = Downcall.libc("listen", INT, INT, INT);
  Downcall CONNECT = Downcall.libc("connect", INT, INT, POINTER, INT);
  Downcall ACCEPT = Downcall.libc("accept4", INT, INT, POINTER, POINTER, INT);
  Downcall GETSOCKNAME = Downcall.libc("getsockname", INT, INT, POINTER, POINTER);
  Downcall GETPEERNAME = Downcall.libc("getpeername", INT, INT, POINTER, POINTER);
  Downcall SETSOCKOPT = Downcall.libc("setsockopt", INT, INT, INT, INT, POINTER, INT);
  Downcall GETSOCKOPT = Downcall.libc("getsockopt", INT, INT, INT, INT, POINTER, POINTER);
  Downcall READV = Downcall.libc("readv", LONG, INT, POINTER, INT);
  Downcall WRITEV = Downcall.libc("writev", LONG, INT, POINTER, INT);
  Downcall SHUTDOWN = Downcall.libc("shutdown", INT, INT, INT);
  Transfer SENDMSG = Transfer.message("sendmsg", Architecture.current().sendmsg);
  Transfer RECVMSG = Transfer.message("recvmsg", Architecture.current().recvmsg);
  Transfer RECV = Transfer.libc("recv", INT);
  Transfer SEND = Transfer.libc("send", INT);

  // socketpair(2)
  @Override
  default List<Descriptor> socketPair() {
    Scratch scratch = Scratch.ofThread();
    int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
    SOCKETPAIR.require("AF_UNIX", SOCKETPAIR.call(AF_UNIX, type, 0, scratch.address));
    int first = scratch.memory.get(JAVA_INT, 0);
    int second = scratch.memory.get(JAVA_INT, 4);
    return List.of(own(first, "socket pair, first"), own(second, "socket pair, second"));
  }

  // unix(7), bind(2), listen(2)
  @Override
  default Descriptor listenUnix(Path path, int backlog) {
    Descriptor socket = socket(AF_UNIX, SOCK_SEQPACKET, path.toString());
    return closingOnFailure(
        socket,
        () -> {
          Scratch scratch = Scratch.ofThread();
          int length = SocketAddresses.write(path, scratch.memory);
          BIND.require(path.toString(), BIND.call(socket.number(), scratch.address, length));
          listen(socket, backlog);
        });
  }

  // unix(7), connect(2)
  @Override
  default Descriptor connectUnix(Path path) {
    Descriptor socket = socket(AF_UNIX, SOCK_SEQPACKET, path.toString());
    return closingOnFailure(
        socket,
        () -> {
          Scratch scratch = Scratch.ofThread();
          int length = SocketAddresses.write(path, scratch.memory);
          long result = CONNECT.call(socket.number(), scratch.address, length);
          CONNECT.require(path.toString(), result);
        });
  }

  // tcp(7), bind(2), listen(2)
  @Override
  default Descriptor listenTcp(InetSocketAddress address, int backlog) {
    Descriptor socket =
        socket(SocketAddresses.family(address), SOCK_STREAM, "tcp listener " + address);
    return closingOnFailure(
        socket,
        () -> {
          setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
          bind(socket, address);
          listen(socket, backlog);
        });
  }

  // tcp(7), bind(2)
  @Override
  default Descriptor socketTcp(InetSocketAddress local) {
    Descriptor socket = socket(SocketAddresses.family(local), SOCK_STREAM, "tcp from " + local);
    return closingOnFailure(
        socket,
        () -> {
          if (local.getPort() != 0) {
            setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
          }
          bind(socket, local);
        });
  }

  // connect(2). A connect that a signal cut short goes on by itself: a repeat says EALREADY, which
  // for the caller is the same as EINPROGRESS; a non-blocking one is not cut short at all.
  @Override
  default int connectTcp(Descriptor descriptor, InetSocketAddress remote) {
    Scratch scratch = Scratch.ofThread();
    int length = SocketAddresses.write(remote, scratch.memory);
    return (int) CONNECT.call(descriptor.number(), scratch.address, length);
  }

  // accept(2)
  @Override
  default int accept(Descriptor descriptor) {
    return (int) ACCEPT.call(descriptor.number(), 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
  }

  // getsockname(2)
  @Override
  default InetSocketAddress localAddress(Descriptor descriptor) {
    return address(GETSOCKNAME, descriptor);
  }

  // getpeername(2)
  @Override
  default InetSocketAddress remoteAddress(Descriptor descriptor) {
    return address(GETPEERNAME, descriptor);
  }

  // setsockopt(2)
  @Override
  default void setOption(Descriptor descriptor, int level, int option, int value) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_INT, 0, value);
    long result =
        SETSOCKOPT.call(descriptor.number(), level, option, scratch.address, Integer.BYTES);
    if (result < 0) {
      throw SETSOCKOPT.failure(result, option(descriptor, level, option, "=" + value));
    }
  }

  // getsockopt(2)
  @Override
  default int option(Descriptor descriptor, int level, int option) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_INT, 8, Integer.BYTES);
    long result =
        GETSOCKOPT.call(descriptor.number(), level, option, scratch.address, scratch.address + 8);
    if (result < 0) {
      throw GETSOCKOPT.failure(result, option(descriptor, level, option, ""));
    }
    return scratch.memory.get(JAVA_INT, 0);
  }

  // sendmsg(2)
  @Override
  default long sendMessage(Descriptor descriptor, MemorySegment message, List<Descriptor> passed) {
    if (message.byteSize() == 0 || passed.size() > DESCRIPTORS_MAX) {
      throw new IllegalArgumentException(
          "message size=" + message.byteSize() + ", descriptors=" + passed.size());
    }
    Scratch scratch = Scratch.ofThread();
    Messages.layOut(scratch, message, passed);
    try {
      return SENDMSG.call(descriptor.number(), message, scratch.address, MSG_NOSIGNAL);
    } finally {
      Reference.reachabilityFence(passed);
    }
  }

  // recvmsg(2)
  @Override
  default ReceivedMessage receiveMessage(Descriptor descriptor, MemorySegment buffer) {
    Scratch scratch = Scratch.ofThread();
    Messages.layOut(scratch, buffer);
    long result = RECVMSG.call(descriptor.number(), buffer, scratch.address, MSG_CMSG_CLOEXEC);
    return Messages.take(scratch, LinuxPosix.instance(), result);
  }

  // recv(2)
  @Override
  default long receive(Descriptor descriptor, MemorySegment buffer, int flags) {
    return RECV.call(descriptor.number(), buffer, flags);
  }

  // send(2)
  @Override
  default long send(Descriptor descriptor, MemorySegment buffer) {
    return SEND.call(descriptor.number(), buffer, MSG_NOSIGNAL);
  }

  // readv(2)
  @Override
  default long readv(Descriptor descriptor, IoVector vector) {
    try {
      return READV.call(descriptor.number(), vector.address(), vector.count());
    } finally {
      Reference.reachabilityFence(vector);
    }
  }

  // writev(2). It has no flag against SIGPIPE, but the JVM ignores that signal.
  @Override
  default long writev(Descriptor descriptor, IoVector vector) {
    try {
      return WRITEV.call(descriptor.number(), vector.address(), vector.count());
    } finally {
      Reference.reachabilityFence(vector);
    }
  }

  // shutdown(2)
  @Override
  default void shutdown(Descriptor descriptor) {
    SHUTDOWN.require(descriptor.subject(), SHUTDOWN.call(descriptor.number(), SHUT_RDWR));
  }

  // unix(7), SO_PEERCRED: struct ucred {pid, uid, gid}; socket(7) does not know SO_PEERGROUPS,
  // which
  // fills an array of gid_t and answers ERANGE with the length needed
  @Override
  default PeerCredentials peerCredentials(Descriptor descriptor) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_INT, 16, UCRED_BYTES);
    long result =
        GETSOCKOPT.call(
            descriptor.number(), SOL_SOCKET, SO_PEERCRED, scratch.address, scratch.address + 16);
    GETSOCKOPT.require(descriptor.subject(), result);
    int pid = scratch.memory.get(JAVA_INT, 0);
    int uid = scratch.memory.get(JAVA_INT, 4);
    int gid = scratch.memory.get(JAVA_INT, 8);
    return new PeerCredentials(pid, uid, gid, peerGroups(descriptor, GROUPS_FIRST_TRY));
  }

  // unix(7), SO_PEERPIDFD; the descriptor is close-on-exec without asking
  @Override
  default int peerProcess(Descriptor descriptor) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_INT, 8, Integer.BYTES);
    long result =
        GETSOCKOPT.call(
            descriptor.number(), SOL_SOCKET, SO_PEERPIDFD, scratch.address, scratch.address + 8);
    return result < 0 ? (int) result : scratch.memory.get(JAVA_INT, 0);
  }

  private static List<Integer> peerGroups(Descriptor descriptor, int capacity) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(JAVA_INT, capacity * Integer.BYTES);
      MemorySegment groups = arena.allocate(JAVA_INT, capacity);
      long result =
          GETSOCKOPT.call(
              descriptor.number(), SOL_SOCKET, SO_PEERGROUPS, groups.address(), length.address());
      int count = length.get(JAVA_INT, 0) / Integer.BYTES;
      if (result == -ERANGE && count > capacity && count <= GROUPS_MAX) {
        return peerGroups(descriptor, count);
      }
      if (result == -ENODATA) {
        return List.of();
      }
      GETSOCKOPT.require(descriptor.subject(), result);
      var found = new ArrayList<Integer>();
      for (int i = 0; i < count; i++) {
        found.add(groups.getAtIndex(JAVA_INT, i));
      }
      return found;
    }
  }

  private static Descriptor socket(int family, int type, String subject) {
    long result = SOCKET.call(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return own((int) SOCKET.require(subject, result), subject);
  }

  private static Descriptor own(int number, String subject) {
    return new Descriptor(LinuxPosix.instance(), number, subject);
  }

  private static void bind(Descriptor socket, InetSocketAddress address) {
    Scratch scratch = Scratch.ofThread();
    int length = SocketAddresses.write(address, scratch.memory);
    BIND.require(address.toString(), BIND.call(socket.number(), scratch.address, length));
  }

  private static void listen(Descriptor socket, int backlog) {
    LISTEN.require(socket.subject(), LISTEN.call(socket.number(), backlog));
  }

  private static Descriptor closingOnFailure(Descriptor socket, Runnable setUp) {
    boolean isReady = false;
    try {
      setUp.run();
      isReady = true;
      return socket;
    } finally {
      if (!isReady) {
        socket.close();
      }
    }
  }

  private static InetSocketAddress address(Downcall call, Descriptor descriptor) {
    Scratch scratch = Scratch.ofThread();
    scratch.memory.set(JAVA_INT, BYTES_MAX, BYTES_MAX);
    long result = call.call(descriptor.number(), scratch.address, scratch.address + BYTES_MAX);
    call.require(descriptor.subject(), result);
    return SocketAddresses.read(scratch.memory);
  }

  private static String option(Descriptor descriptor, int level, int option, String value) {
    return descriptor.subject() + ", level=" + level + ", option=" + option + value;
  }
}
