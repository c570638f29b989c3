/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.util.function.BooleanSupplier;

/**
 * A thread that waits in a loop and has not got it.
 *
 * @param thread who, parked or about to be
 * @param isDone what it waits for; whoever drives the loop looks at it
 * @param mayBorrow whether the loop can be handed to it
 */
record LoopWaiter(Thread thread, BooleanSupplier isDone, boolean mayBorrow) {
  static final LoopWaiter[] NONE = {};
}
