/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The user that the reader runs as.
 *
 * @param uid the user id
 * @param prefix what stands before the command to become that user; empty for this user
 * @param why a sentence about the choice
 */
record OtherUser(int uid, List<String> prefix, String why) {
  /**
   * A user that has no name and owns nothing. Not 65534, which the device turns away: the kernel
   * shows it for every user that a namespace does not map.
   */
  private static final int NOBODY = 65_533;

  OtherUser {
    prefix = List.copyOf(prefix);
  }

  boolean isOther() {
    return !prefix.isEmpty();
  }

  /** Another user if this one is root and the other could run Java; else this user. */
  static OtherUser choose(int uid, Path java) throws InterruptedException {
    if (uid != 0) {
      return new OtherUser(uid, List.of(), "only root can start processes of other users");
    }
    List<String> prefix =
        List.of(
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--no-new-privs",
            "--");
    List<String> probe = new ArrayList<>(prefix);
    probe.addAll(List.of("test", "-x", java.toString()));
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0
          ? new OtherUser(NOBODY, prefix, "as uid " + NOBODY + ", who owns nothing")
          : new OtherUser(uid, List.of(), "uid " + NOBODY + " can not run " + java + " here");
    } catch (IOException e) {
      return new OtherUser(uid, List.of(), "there is no setpriv (util-linux) here");
    }
  }
}
