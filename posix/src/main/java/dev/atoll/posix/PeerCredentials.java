/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import java.util.List;

/**
 * Who is at the other end of a Unix socket, by the kernel's word.
 *
 * @param pid process id at connect; it may have been given to another process since
 * @param uid effective user id
 * @param gid effective group id
 * @param groups supplementary group ids
 */
public record PeerCredentials(int pid, int uid, int gid, List<Integer> groups) {
  /** What a user id without a meaning in our user namespace shows as. */
  public static final int OVERFLOW_UID = 65534;

  /** Copies the list. */
  public PeerCredentials {
    groups = List.copyOf(groups);
  }

  /**
   * Tells whether the peer is a member of a group.
   *
   * @param group group id
   * @return true for its primary and its supplementary groups
   */
  public boolean isMemberOf(int group) {
    return gid == group || groups.contains(group);
  }
}
