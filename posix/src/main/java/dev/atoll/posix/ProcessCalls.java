/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static dev.atoll.posix.Errno.*;

import dev.atoll.base.CheckReturnValue;
import java.util.BitSet;

/** Calls about this process, as {@link Posix} gives them. */
public interface ProcessCalls {
  /**
   * Tells the effective user id: geteuid(2).
   *
   * @return user id
   */
  int effectiveUid();

  /**
   * Tells the effective group id: getegid(2).
   *
   * @return group id
   */
  int effectiveGid();

  /**
   * Tells the file creation mask without changing it (/proc/self/status; umask(2) can only be read
   * by setting it).
   *
   * @return the mask
   */
  int umask();

  /**
   * Sets the file creation mask of the whole process: umask(2). For a process of our own alone; in
   * a program's it would change what all its threads create.
   *
   * @param mask permission bits that files are created without
   */
  void setUmask(int mask);

  /**
   * Makes this process the leader of a session of its own, without a terminal: setsid(2). Signals
   * to the group or the terminal of who started it no longer reach it.
   */
  @Errnos({EPERM})
  void startSession();

  /**
   * Restricts the calling thread to processors: sched_setaffinity(2).
   *
   * @param processors bits of the processors it may use
   */
  @Errnos({EINVAL, EPERM})
  void setAffinity(BitSet processors);

  /**
   * Tells on which processors the calling thread may run: sched_getaffinity(2).
   *
   * @return bits of the processors
   */
  @Errnos({EINVAL})
  BitSet affinity();

  /** Gives up the processor for now: sched_yield(2). */
  void yieldProcessor();

  /**
   * Gets a descriptor of a process, which becomes readable when that ends: pidfd_open(2).
   *
   * @param pid process id
   * @return the number, to be wrapped and owned by the caller, or a negative errno
   */
  @CheckReturnValue
  @Errnos(returned = {EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ESRCH})
  int processDescriptor(long pid);
}
