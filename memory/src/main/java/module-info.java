/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 1: regions, control pages, slabs and rings. */
@NullMarked
module dev.atoll.memory {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;

  exports dev.atoll.memory;
}
