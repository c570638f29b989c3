/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 0: the only module of Atoll with native calls. */
@NullMarked
module dev.atoll.posix {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;

  exports dev.atoll.posix;
}
