/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts the thread that made it when the process is told to stop, and holds the process until
 * that thread has tidied up.
 *
 * <p>It needs a shutdown hook, since Java has no other way to notice SIGINT and SIGTERM; only
 * commands that serve until they are told to stop use it.
 */
final class StopRequest implements AutoCloseable {
  private final Thread server = Thread.currentThread();
  private final CountDownLatch closed = new CountDownLatch(1);

  private StopRequest() {}

  /** Begins to watch for signals, and for the end of a leash if there is one. */
  static StopRequest watch(@Nullable InputStream leash) {
    var request = new StopRequest();
    Thread hook = Thread.ofPlatform().name("atoll-stop").unstarted(request::stopAndWait);
    Runtime.getRuntime().addShutdownHook(hook);
    if (leash != null) {
      Thread.ofPlatform().name("atoll-leash").daemon(true).start(() -> request.follow(leash));
    }
    return request;
  }

  private void stopAndWait() {
    server.interrupt();
    boolean isOver = false;
    while (!isOver) {
      try {
        closed.await();
        isOver = true;
      } catch (InterruptedException e) {
        // Only the end of the server's work counts; nobody interrupts a hook but by mistake.
        isOver = false;
      }
    }
  }

  private void follow(InputStream leash) {
    try {
      while (leash.read() >= 0) {
        // Nothing is said on a leash; only its end counts.
      }
    } catch (IOException e) {
      System.err.println("atoll: the leash broke: " + e.getMessage());
    } finally {
      server.interrupt();
    }
  }

  /** Says that all is tidy; the process may end. */
  @Override
  public void close() {
    closed.countDown();
  }
}
