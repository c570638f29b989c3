/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 3: the Remote Shared Memory API, user side. */
@NullMarked
module dev.atoll.rsm {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;
  requires transitive dev.atoll.memory;
  requires transitive dev.atoll.link;

  exports dev.atoll.channel;
  exports dev.atoll.rsm;
}
