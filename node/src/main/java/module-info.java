/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 4: the front door. */
@NullMarked
module dev.atoll {
  requires static transitive org.jspecify;
  requires transitive dev.atoll.base;
  requires transitive dev.atoll.memory;
  requires transitive dev.atoll.pmem;
  requires transitive dev.atoll.rsm;
  requires transitive dev.atoll.link;
  requires transitive dev.atoll.lnet;
  requires transitive dev.atoll.device;

  exports dev.atoll;
}
