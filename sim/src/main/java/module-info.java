/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Beside the house: a simulated network. */
@NullMarked
module dev.atoll.sim {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.posix;
  requires transitive dev.atoll.loop;
  requires transitive dev.atoll.lnet;

  exports dev.atoll.sim;
}
