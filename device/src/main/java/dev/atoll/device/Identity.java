/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.posix.PeerCredentials;

/**
 * Who an importer is to an exporter, and what that allows (spec of RSMAPI, "who may connect").
 *
 * <p>Only kernel credentials count; nothing a program says about itself does.
 */
final class Identity {
  private static final int READ_WRITE_DIGITS = 0666;

  private Identity() {}

  /** The rights of the first class that fits: owner, group, others; as owner bits 0400 and 0200. */
  static int rightsOf(PeerCredentials importer, PeerCredentials exporter, int mask) {
    int digits = mask & READ_WRITE_DIGITS;
    if (importer.uid() == exporter.uid()) {
      return digits & 0600;
    }
    if (importer.isMemberOf(exporter.gid())) {
      return (digits & 0060) << 3;
    }
    return (digits & 0006) << 6;
  }
}
