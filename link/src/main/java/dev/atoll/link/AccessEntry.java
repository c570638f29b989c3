/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

/**
 * One line of an access list: {@code rsmapi_access_entry_t}.
 *
 * @param nodeId the node it is about
 * @param permission three octal digits for owner, group and others, each of 4 (read) and 2 (write)
 */
public record AccessEntry(int nodeId, int permission) {
  private static final int DIGITS = 0666;

  /**
   * Tells whether the permission has only digits of 0, 2, 4 and 6 and the node id is in bounds.
   *
   * @return false for an entry that publish must refuse with BAD_ACL
   */
  public boolean isWellFormed() {
    return (permission & ~DIGITS) == 0 && nodeId >= 0 && nodeId <= LinkLimits.NODE_ID_MAX;
  }
}
