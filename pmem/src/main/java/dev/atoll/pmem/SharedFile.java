/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.memory.ControlPage;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * What all files and mappings of one inode in this process share: the control page with the errno
 * of the first failed write-back, and the lock that keeps that word honest.
 *
 * <p>The kernel marks pages clean after a failed write-back and reports the failure once per open
 * file (fsync(2), "ERRORS"; errseq_t in Linux). After it nobody can tell which stores were lost,
 * and a second msync would succeed. So the word is never cleared: it goes when all files and
 * mappings of the inode are closed, and a program then opens the file anew and reads what the
 * medium really holds.
 *
 * <p>Two threads that call msync on one open file can get the same failure: the kernel hands it to
 * one, and tells the other that all is well. So a call holds the read lock until it has marked its
 * failure, and one that succeeded while others were in flight waits for those (by passing through
 * the write lock) before it looks at the word.
 */
final class SharedFile {
  /** Inodes belong to the host, so the files of a process share one register. */
  private static final Map<Identity, SharedFile> OPEN = new HashMap<>();

  private record Identity(long device, long inode) {}

  private final Identity identity;
  private final ControlPage control;
  private final ReentrantReadWriteLock inFlight = new ReentrantReadWriteLock();
  private int users;

  private SharedFile(Identity identity, ControlPage control) {
    this.identity = identity;
    this.control = control;
  }

  static SharedFile acquire(Posix posix, FileStatus status) {
    Identity identity = new Identity(status.device(), status.inode());
    synchronized (OPEN) {
      SharedFile shared = OPEN.get(identity);
      if (shared == null) {
        shared = new SharedFile(identity, ControlPage.create(posix));
        OPEN.put(identity, shared);
      }
      shared.users++;
      return shared;
    }
  }

  /** Counts a further user, who holds one already or gets null since the last one has gone. */
  @Nullable SharedFile retain() {
    synchronized (OPEN) {
      if (users == 0) {
        return null;
      }
      users++;
      return this;
    }
  }

  void release() {
    synchronized (OPEN) {
      users--;
      if (users == 0) {
        OPEN.remove(identity);
        control.close();
      }
    }
  }

  ControlPage control() {
    return control;
  }

  /**
   * Makes a call that may meet a failure of write-back; {@link #failedErrnoWhenSettled()} follows.
   */
  int callAndMark(WriteBackCall call) {
    inFlight.readLock().lock();
    try {
      int result = call.make();
      if (result < 0 && isWriteBackFailure(-result)) {
        control.markFailed(-result);
      }
      return result;
    } finally {
      inFlight.readLock().unlock();
    }
  }

  /**
   * Waits for the calls that are in flight, since one of them may hold a failure of ours.
   *
   * @return the errno of the first failure, 0 if there was none
   */
  int failedErrnoWhenSettled() {
    if (inFlight.getReadLockCount() == 0) {
      return control.failedErrno();
    }
    inFlight.writeLock().lock();
    try {
      return control.failedErrno();
    } finally {
      inFlight.writeLock().unlock();
    }
  }

  /** A call that gives zero or a negative errno. */
  @FunctionalInterface
  interface WriteBackCall {
    int make();
  }

  /**
   * Tells whether an errno of msync(2) speaks of the medium. The others speak of the arguments or
   * of a locked page, and nothing was lost.
   */
  private static boolean isWriteBackFailure(int errno) {
    return switch (Errno.of(errno)) {
      case EINVAL, ENOMEM, EBUSY, EINTR -> false;
      default -> true;
    };
  }

  static int openCount() {
    synchronized (OPEN) {
      return OPEN.size();
    }
  }
}
