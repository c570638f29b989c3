/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/** The peer: one side of two IPC streams of Aeron. One object for each side and driver. */
final class AeronPeer implements AutoCloseable {
  static final String CLASS = "io.aeron.driver.MediaDriver";

  private static final int PING = 1001;
  private static final int PONG = 1002;
  private static final int TERM_BYTES = 4 << 20;
  private static final String CHANNEL = "aeron:ipc?term-length=" + TERM_BYTES;
  private static final long PATIENCE_SECONDS = 20;

  private final Aeron aeron;
  private final ExclusivePublication out;
  private final Subscription in;

  private AeronPeer(Aeron aeron, int outStream, int inStream) {
    this.aeron = aeron;
    this.out = aeron.addExclusivePublication(CHANNEL, outStream);
    this.in = aeron.addSubscription(CHANNEL, inStream);
  }

  /** Starts a driver in this process: one thread that backs off when there is nothing to do. */
  static MediaDriver drive(Path directory) {
    return MediaDriver.launch(
        new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(false)
            .threadingMode(ThreadingMode.SHARED)
            .termBufferSparseFile(true)
            .performStorageChecks(false)
            .ipcTermBufferLength(TERM_BYTES)
            .driverTimeoutMs(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))
            .errorHandler(error -> tell("driver", error)));
  }

  static AeronPeer leader(Path directory) {
    return new AeronPeer(client(directory), PING, PONG);
  }

  static AeronPeer partner(Path directory) {
    return new AeronPeer(client(directory), PONG, PING);
  }

  private static Aeron client(Path directory) {
    return Aeron.connect(
        new Aeron.Context()
            .aeronDirectoryName(directory.toString())
            .driverTimeoutMs(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))
            .errorHandler(error -> tell("client", error)));
  }

  private static void tell(String who, Throwable error) {
    System.err.println("Aeron's " + who + ": " + error);
  }

  /** Waits until both streams have both their ends. */
  void awaitConnected() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!out.isConnected() || !in.isConnected()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "not connected within "
                + PATIENCE_SECONDS
                + " s: publication="
                + out.isConnected()
                + " subscription="
                + in.isConnected());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  ExclusivePublication out() {
    return out;
  }

  Subscription in() {
    return in;
  }

  /** A message off the heap. */
  static UnsafeBuffer message() {
    return new UnsafeBuffer(java.nio.ByteBuffer.allocateDirect(Duet.MESSAGE_BYTES));
  }

  @Override
  public void close() {
    aeron.close();
  }
}
