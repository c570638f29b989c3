/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.loop;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A task on its way to a loop and back. */
final class LoopCall<T extends @Nullable Object> implements Runnable, BooleanSupplier {
  private final Supplier<T> task;
  private @Nullable T result;
  private @Nullable Throwable failure;
  private volatile boolean isDone;

  LoopCall(Supplier<T> task) {
    this.task = task;
  }

  @Override
  public void run() {
    try {
      result = task.get();
    } catch (Throwable thrown) {
      failure = thrown;
    }
    isDone = true;
  }

  @Override
  public boolean getAsBoolean() {
    return isDone;
  }

  @SuppressWarnings("NullAway") // null only if the task gave null, which its type then allows
  T result(String ended) {
    if (!isDone) {
      throw new RejectedExecutionException(ended);
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return result;
  }
}
