/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 0: what every module of Atoll shares and nothing else. */
@NullMarked
module dev.atoll.base {
  requires static transitive org.jspecify;

  exports dev.atoll.base;
}
