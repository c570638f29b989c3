/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.device.NetworkAdministration;
import dev.atoll.link.NetworkOrder;
import dev.atoll.posix.Errno;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A node of LNet inside this process, without a device, for tools that need one for a while.
 *
 * <p>Thread safety: all methods may be called by any thread.
 */
public final class OwnNetwork implements AutoCloseable {
  private static final long ONLY_SESSION = 0;

  private final RunningLnet running;

  private OwnNetwork(RunningLnet running) {
    this.running = running;
  }

  /**
   * Starts a node.
   *
   * @param plan what it is to be
   * @return the node, owned by the caller
   * @throws dev.atoll.lnet.LnetException if it can not be had so, with what to do
   */
  public static OwnNetwork start(DaemonNetwork plan) {
    return new OwnNetwork(RunningLnet.start(plan));
  }

  /**
   * Gives the way to use it.
   *
   * @return the network, usable until this is closed
   */
  public Network network() {
    return Network.of(this::perform);
  }

  private byte[] perform(NetworkOrder order, byte[] payload) {
    var answer = new CompletableFuture<byte[]>();
    running
        .administration()
        .perform(
            ONLY_SESSION,
            order,
            payload,
            new NetworkAdministration.Outcome() {
              @Override
              public void done(byte[] bytes) {
                answer.complete(bytes);
              }

              @Override
              public void refused(Errno errno, String detail) {
                answer.completeExceptionally(new NetworkException(errno, detail));
              }
            });
    try {
      return answer.get();
    } catch (InterruptedException e) {
      throw Node.interrupted(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof NetworkException refused
          ? new NetworkException(refused.errno(), String.valueOf(refused.getMessage()))
          : new IllegalStateException("an order has failed", e.getCause());
    }
  }

  /** Ends the node. Idempotent. */
  @Override
  public void close() {
    running.close();
  }
}
