/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.Clock;
import dev.atoll.base.Site;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The device as a process of its own.
 *
 * <p>It runs until it is told to stop by SIGTERM or SIGINT, and then ends every session, takes its
 * socket away and leaves. When ready it prints one line, {@code ready PATH}.
 */
public final class NodeDaemon {
  /** Exit code of a daemon in the background that found another device in its directory. */
  static final int TAKEN = 3;

  private static final int OTHERS_AND_GROUP = 077;

  private NodeDaemon() {}

  /**
   * Runs a device until the process is told to stop.
   *
   * @param directory where it listens
   * @param config what it is told
   * @param leash if not null, the device also stops when this stream ends: whoever holds its other
   *     end takes the device along, however it dies
   * @param out where the line goes that says it is ready
   * @throws LinkException if the directory is not safe or taken
   */
  public static void run(
      DeviceDirectory directory,
      DeviceConfig config,
      @Nullable InputStream leash,
      PrintStream out) {
    run(new DaemonPlan(directory, config), leash, out);
  }

  /**
   * Runs a device until the process is told to stop, or nobody has used it for the time of the
   * plan.
   *
   * @param plan what it is to be
   * @param leash if not null, the device also stops when this stream ends: whoever holds its other
   *     end takes the device along, however it dies
   * @param out where the line goes that says it is ready, after one for each export of the plan
   * @throws LinkException if the directory is not safe or taken
   * @throws dev.atoll.lnet.LnetException if the network can not be had as planned
   */
  public static void run(DaemonPlan plan, @Nullable InputStream leash, PrintStream out) {
    var stop = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    Posix posix = Posix.system();
    try (Device device =
        Device.start(posix, Clock.system(), plan.config(), new SecureRandom(), stop::countDown)) {
      device.onStopRequest(stop::countDown);
      device.occupy(plan.directory());
      // The hook waits until the device is closed, so that a signal leaves nothing behind.
      Thread hook = Thread.ofPlatform().name("atoll-stop").unstarted(() -> stop(stop, closed));
      Runtime.getRuntime().addShutdownHook(hook);
      if (leash != null) {
        Thread.ofPlatform().name("atoll-leash").daemon(true).start(() -> follow(leash, stop));
      }
      serve(plan, device, stop, out);
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
   * @param args the directory, and {@code any} if programs of every user may come; the words that
   *     {@link Node#attachOrStart()} adds make it a daemon in the background
   */
  public static void main(String... args) {
    DaemonArguments parsed = DaemonArguments.parse(args);
    DeviceConfig config = DeviceConfig.standard();
    if (parsed.isForAll()) {
      config = config.withUsers(DeviceConfig.Users.ANY);
    }
    Duration idleExit = parsed.idleExit();
    if (idleExit == null) {
      run(parsed.directory(), config, null, System.out);
    } else {
      System.exit(runInBackground(parsed.directory(), config, idleExit));
    }
  }

  private static int runInBackground(
      DeviceDirectory directory, DeviceConfig config, Duration idleExit) {
    BoundedLog.install();
    Posix posix = Posix.system();
    // A session of its own: the terminal and the process group of the starter are not ours.
    posix.startSession();
    posix.setUmask(OTHERS_AND_GROUP);
    Site.hit("daemon.detached");
    try {
      run(new DaemonPlan(directory, config).withIdleExit(idleExit), null, System.out);
      return 0;
    } catch (LinkException e) {
      System.out.println(e.code() + ": " + e.getMessage());
      return e.code().equals(LinkException.TAKEN) ? TAKEN : 1;
    }
  }

  private static void serve(DaemonPlan plan, Device device, CountDownLatch stop, PrintStream out) {
    DaemonNetwork network = plan.network();
    if (network == null) {
      offer(plan, device, stop, out);
      return;
    }
    try (RunningLnet lnet = RunningLnet.start(network)) {
      device.administer(lnet.administration());
      out.println("network " + lnet.describe());
      offer(plan, device, stop, out);
    }
  }

  private static void offer(DaemonPlan plan, Device device, CountDownLatch stop, PrintStream out) {
    // The exports come first: whoever can attach finds them.
    DaemonExports exports = DaemonExports.open(Posix.system(), device, plan.exports(), out);
    try (exports) {
      device.listen(plan.directory());
      Duration idleExit = plan.idleExit();
      if (idleExit != null) {
        device.whenIdle(idleExit, stop::countDown);
      }
      out.println("ready " + plan.directory().socket());
      out.flush();
      awaitUninterruptibly(stop);
    }
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
