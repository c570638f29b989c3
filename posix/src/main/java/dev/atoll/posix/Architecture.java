/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What differs between the processors Atoll runs on: system call numbers (asm/unistd.h), flags of
 * open(2) (asm/fcntl.h) and the packing of {@code epoll_event}.
 */
enum Architecture {
  /** 64-bit Intel and AMD; here {@code epoll_event} is packed (epoll_ctl(2)). */
  X86_64(202, 319, 324, 46, 47, 0x10000, 0x20000, 4),

  /** 64-bit Arm. */
  AARCH64(98, 279, 283, 211, 212, 0x4000, 0x8000, 8);

  /** The same on every processor. */
  static final int PIDFD_OPEN = 434;

  /** The same on every processor. */
  static final int FUTEX_WAITV = 449;

  private static final @Nullable Architecture CURRENT = detect();

  final int futex;
  final int memfdCreate;
  final int membarrier;
  final int sendmsg;
  final int recvmsg;

  /** Where {@code data} stands in {@code epoll_event}; it is the last member, of eight bytes. */
  final int epollDataOffset;

  private final int directory;
  private final int noFollow;

  Architecture(
      int futex,
      int memfdCreate,
      int membarrier,
      int sendmsg,
      int recvmsg,
      int directory,
      int noFollow,
      int epollDataOffset) {
    this.futex = futex;
    this.memfdCreate = memfdCreate;
    this.membarrier = membarrier;
    this.sendmsg = sendmsg;
    this.recvmsg = recvmsg;
    this.directory = directory;
    this.noFollow = noFollow;
    this.epollDataOffset = epollDataOffset;
  }

  /**
   * Tells what this process runs on.
   *
   * @throws UnsupportedOperationException if it is not one of the two
   */
  static Architecture current() {
    if (CURRENT == null) {
      throw new UnsupportedOperationException(
          "os.name="
              + System.getProperty("os.name")
              + " os.arch="
              + System.getProperty("os.arch")
              + ": Atoll needs Linux on x86-64 or aarch64");
    }
    return CURRENT;
  }

  /** Gives flags of {@link FileCalls} the numbers of this processor. */
  int openFlags(int flags) {
    int common = flags & ~(FileCalls.O_DIRECTORY | FileCalls.O_NOFOLLOW);
    int isDirectory = (flags & FileCalls.O_DIRECTORY) != 0 ? directory : 0;
    int isNoFollow = (flags & FileCalls.O_NOFOLLOW) != 0 ? noFollow : 0;
    return common | isDirectory | isNoFollow;
  }

  private static @Nullable Architecture detect() {
    String system = System.getProperty("os.name", "?");
    String processor = System.getProperty("os.arch", "?").toLowerCase(Locale.ROOT);
    if (system.equals("Linux") && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      if (processor.equals("amd64") || processor.equals("x86_64")) {
        return X86_64;
      }
      if (processor.equals("aarch64")) {
        return AARCH64;
      }
    }
    return null;
  }
}
