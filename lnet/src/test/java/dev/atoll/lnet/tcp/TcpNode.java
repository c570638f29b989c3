/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.FakePort;
import dev.atoll.lnet.Nid;
import dev.atoll.lnet.OutgoingMessage;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.LoopOptions;
import dev.atoll.posix.Posix;
import dev.atoll.testkit.Conditions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A TCP network on a loop of its own, for tests that are its peer. */
final class TcpNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final FakePort port = new FakePort();
  final TcpLnd lnd;
  private final EventLoop loop;

  TcpNode(Posix posix, TcpSettings settings) {
    loop = EventLoop.started(LoopOptions.usual("tcp-node", posix));
    lnd = new TcpLnd(posix, loop, settings);
    try {
      run(() -> lnd.start(port));
    } catch (RuntimeException refused) {
      loop.close();
      throw refused;
    }
  }

  /** Runs something on the node's loop. */
  void run(Runnable task) {
    ask(() -> {
      task.run();
      return true;
    });
  }

  /** Asks something on the node's loop. */
  <T> T ask(Supplier<T> question) {
    if (loop.isLoopThread()) {
      return question.get();
    }
    try {
      return CompletableFuture.supplyAsync(question, loop)
          .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  /** Waits until something holds, which is asked on the node's loop. */
  void await(String what, BooleanSupplier condition) {
    Conditions.await(what, PATIENCE, () -> ask(condition::getAsBoolean));
  }

  void awaitArrivals(int count) {
    await("arrivals=" + count, () -> port.arrivals.size() >= count);
  }

  void awaitRefusal(Refusal reason, long count) {
    await(reason + "=" + count, () -> lnd.counters().refusals(reason) == count);
  }

  void awaitCut(Cut reason, long count) {
    await(reason + "=" + count, () -> lnd.counters().cuts(reason) == count);
  }

  void awaitConnections(int count) {
    await("connections=" + count, () -> lnd.connections().size() == count);
  }

  /** Sends a PUT of so many bytes. */
  void put(Nid to, long matchBits, int length) {
    OutgoingMessage message = FakePort.put(lnd.nid(), to, matchBits, new byte[length]);
    run(() -> lnd.send(message));
  }

  @Override
  public void close() {
    run(lnd::close);
    loop.close();
  }
}
