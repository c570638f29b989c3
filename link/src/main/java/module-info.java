/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 2: what crosses the boundary between a program and its device. */
@NullMarked
module dev.atoll.link {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;
  requires transitive dev.atoll.memory;

  exports dev.atoll.link;
}
