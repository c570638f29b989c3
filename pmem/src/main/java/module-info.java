/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 2: the Linux Persistent Memory API. */
@NullMarked
module dev.atoll.pmem {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;
  requires transitive dev.atoll.memory;

  exports dev.atoll.pmem;
}
