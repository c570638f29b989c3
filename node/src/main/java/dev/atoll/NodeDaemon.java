/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.CountDownLatch;

/**
 * The device as a process of its own.
 *
 * <p>It runs in the foreground until it is told to stop by SIGTERM or SIGINT, and then ends every
 * session, takes its socket away and leaves. When ready it prints one line, {@code ready PATH}.
 */
public final class NodeDaemon {
  private NodeDaemon() {}

  /**
   * Runs a device until the process is told to stop.
   *
   * @param directory where it listens
   * @param config what it is told
   * @param leash if not null, the device also stops when this stream ends: whoever holds its other
   *     end takes the device along, however it dies
   * @param out where the line goes that says it is ready
   * @throws dev.atoll.link.LinkException if the directory is not safe or taken
   */
  public static void run(
      DeviceDirectory directory,
      DeviceConfig config,
      @org.jspecify.annotations.Nullable InputStream leash,
      PrintStream out) {
    var stop = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    try (Device device =
        Device.start(Posix.system(), Clock.system(), config, new SecureRandom(), stop::countDown)) {
      device.onStopRequest(stop::countDown);
      device.listen(directory);
      // The hook waits until the device is closed, so that a signal leaves nothing behind.
      Thread hook = Thread.ofPlatform().name("atoll-stop").unstarted(() -> stop(stop, closed));
      Runtime.getRuntime().addShutdownHook(hook);
      if (leash != null) {
        Thread.ofPlatform().name("atoll-leash").daemon(true).start(() -> follow(leash, stop));
      }
      out.println("ready " + directory.socket());
      out.flush();
      awaitUninterruptibly(stop);
      Throwable failure = device.failure();
      if (failure != null) {
        throw new IllegalStateException("the device can not go on", failure);
      }
    } finally {
      closed.countDown();
    }
  }

  /**
   * Runs a device with the standard configuration.
   *
   * @param args the directory, and {@code any} if programs of every user may come
   */
  public static void main(String[] args) {
    if (args.length < 1 || args.length > 2) {
      throw new IllegalArgumentException("usage: NodeDaemon DIRECTORY [any]");
    }
    DeviceConfig config = DeviceConfig.standard();
    if (args.length == 2) {
      config =
          config.withUsers(DeviceConfig.Users.valueOf(args[1].toUpperCase(java.util.Locale.ROOT)));
    }
    run(new DeviceDirectory(Path.of(args[0])), config, null, System.out);
  }

  private static void stop(CountDownLatch stop, CountDownLatch closed) {
    stop.countDown();
    awaitUninterruptibly(closed);
  }

  private static void follow(InputStream leash, CountDownLatch stop) {
    try {
      while (leash.read() >= 0) {
        // Nothing is said on a leash; only its end counts.
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the leash broke", e);
    } finally {
      stop.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean isInterrupted = false;
    boolean isOver = false;
    while (!isOver) {
      try {
        latch.await();
        isOver = true;
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
