/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 2: LNet in user space. */
@NullMarked
module dev.atoll.lnet {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;
  requires transitive dev.atoll.loop;
  requires transitive dev.atoll.memory;

  exports dev.atoll.lnet;
}
