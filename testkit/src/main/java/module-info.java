/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Test tools: forked processes, bounded waits, seeds, and a look at what a process holds. */
@NullMarked
module dev.atoll.testkit {
  requires jdk.management;
  requires java.management;
  requires transitive dev.atoll.base;

  exports dev.atoll.testkit;
}
