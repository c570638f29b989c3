/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.stress;

import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;

/** The fence that a consumer makes all producers pass before it sleeps: membarrier(2). */
final class Barrier {
  private static final Posix POSIX = Posix.system();

  static {
    check(POSIX.membarrier(MemoryCalls.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED));
  }

  private Barrier() {}

  static void ofAllProducers() {
    if (!Mutations.is(Mutations.NO_BARRIER)) {
      check(POSIX.membarrier(MemoryCalls.MEMBARRIER_CMD_GLOBAL_EXPEDITED));
    }
  }

  private static void check(int result) {
    if (result != 0) {
      throw new IllegalStateException("membarrier result=" + result);
    }
  }
}
