/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.memory.ControlPage;
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
 * and a second msync would succeed. That holds for every errno: msync visits the pages in order, so
 * an {@code ENOMEM} or {@code EBUSY} can hide a failure of a page that it passed before. So the
 * word is never cleared: it goes when all files and mappings of the inode are closed, and a program
 * then opens the file anew and reads what the medium really holds.
 *
 * <p>Two threads that call msync on one open file can get the same failure: the kernel hands it to
 * one, and tells the other that all is well. So a call holds the read lock until it has marked its
 * failure, and one that succeeded while others were in flight waits for those (by passing through
 * the write lock) before it looks at the word.
 */
final class SharedFile {
  /** Inodes belong to the host, so the files of a process share one register. */
  private static final Map<Identity, SharedFile> OPEN = new HashMap<>();

  private record Identity(long device, long inode) {
    static Identity of(FileStatus status) {
      return new Identity(status.device(), status.inode());
    }
  }

  private final Identity identity;
  private final ControlPage control;
  private final ReentrantReadWriteLock inFlight = new ReentrantReadWriteLock();
  private int users;

  private SharedFile(Identity identity, ControlPage control) {
    this.identity = identity;
    this.control = control;
  }

  /** Counts a user. The page is made and closed without the monitor, for every flush takes that. */
  static SharedFile acquire(Posix posix, FileStatus status) {
    Identity identity = Identity.of(status);
    SharedFile known = existing(identity);
    if (known != null) {
      return known;
    }
    SharedFile made = new SharedFile(identity, ControlPage.create(posix));
    synchronized (OPEN) {
      known = existing(identity);
      if (known == null) {
        made.users = 1;
        OPEN.put(identity, made);
        return made;
      }
    }
    try {
      made.control.close();
      return known;
    } catch (Throwable failure) {
      known.release();
      throw failure;
    }
  }

  private static @Nullable SharedFile existing(Identity identity) {
    synchronized (OPEN) {
      SharedFile known = OPEN.get(identity);
      if (known != null) {
        known.users++;
      }
      return known;
    }
  }

  /** Tells whether a status is that of this inode. */
  boolean isOf(FileStatus status) {
    return identity.equals(Identity.of(status));
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
      if (users > 0) {
        return;
      }
      OPEN.remove(identity);
    }
    control.close();
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
      if (result < 0) {
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

  static int openCount() {
    synchronized (OPEN) {
      return OPEN.size();
    }
  }
}
