/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.IdentityMode;
import dev.atoll.lnet.Lnd;
import dev.atoll.lnet.LndContract;
import dev.atoll.lnet.Nid;
import dev.atoll.loop.EventLoop;
import dev.atoll.loop.LoopOptions;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The contract over real sockets; two networks share one loop that the test drives. */
abstract class TcpLndContract extends LndContract {
  static final TcpTimes TIMES =
      new TcpTimes(
          TimeUnit.SECONDS.toNanos(2),
          TimeUnit.SECONDS.toNanos(5),
          TimeUnit.SECONDS.toNanos(30),
          TimeUnit.SECONDS.toNanos(10),
          TimeUnit.MILLISECONDS.toNanos(20),
          TimeUnit.MILLISECONDS.toNanos(200));

  private final Posix posix = Posix.system();
  private final EventLoop loop = held();
  private final int port = freePort();

  private EventLoop held() {
    var made = new EventLoop(LoopOptions.usual("lnd-test", posix));
    if (!made.tryHold()) {
      throw new AssertionError("a new loop is held");
    }
    return made;
  }

  static int freePort() {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  abstract Nid nid(boolean isLeft);

  @Override
  protected Lnd make(boolean isLeft) {
    return new TcpLnd(
        posix,
        loop,
        TcpSettings.of(nid(isLeft), IdentityMode.PLAIN, isLeft ? 1 : 2)
            .withPort(port)
            .withTimes(TIMES));
  }

  @Override
  protected void await(String what, BooleanSupplier condition) {
    drive(loop, what, condition);
  }

  static void drive(EventLoop loop, String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within 30 s: " + what);
      }
      loop.turn(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Override
  protected void settle() {
    for (int i = 0; i < 40; i++) {
      loop.turn(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  @Override
  protected void closeWorld() {
    loop.release();
    loop.close();
  }
}
