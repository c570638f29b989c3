/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 1: one thread's event loop, its timers, and workers for what blocks. */
@NullMarked
module dev.atoll.loop {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;

  exports dev.atoll.loop;
}
