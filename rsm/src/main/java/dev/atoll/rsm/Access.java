/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.AccessEntry;

/**
 * One line of an access list: {@code rsmapi_access_entry_t}.
 *
 * @param nodeId the node whose programs it is about
 * @param permission three octal digits for owner, group and others, each of 4 (read) and 2 (write):
 *     0624 lets the exporter's own user read and write, its group write, and others read
 */
public record Access(int nodeId, int permission) {
  /**
   * Allows programs of a node to connect.
   *
   * @param nodeId the node
   * @param permission three octal digits
   * @return the entry
   */
  public static Access node(int nodeId, int permission) {
    return new Access(nodeId, permission);
  }

  AccessEntry toEntry() {
    return new AccessEntry(nodeId, permission);
  }
}
