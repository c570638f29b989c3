/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 3: the privileged side of a session. */
@NullMarked
module dev.atoll.device {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;
  requires transitive dev.atoll.link;
  requires transitive dev.atoll.loop;
  requires dev.atoll.memory;

  exports dev.atoll.device;
}
