/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.Clock;
import dev.atoll.link.DevicePort;
import dev.atoll.link.LinkLimits;
import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A program of the device's own process. */
class EmbeddedPeerTest {
  private static final long LONG_SECONDS = Duration.ofSeconds(20).toSeconds();

  private final Posix posix = Posix.system();
  private final AtomicBoolean isBroken = new AtomicBoolean();

  private static final class Program implements DevicePort.Events {
    private final CompletableFuture<Reply> welcome = new CompletableFuture<>();
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();

    @Override
    public void replied(long correlation, Reply reply, List<Descriptor> descriptors) {
      descriptors.forEach(Descriptor::close);
      welcome.complete(reply);
    }

    @Override
    public void notified(Notification notification, List<Descriptor> descriptors) {
      descriptors.forEach(Descriptor::close);
    }

    @Override
    public void lost() {
      end.complete(true);
    }
  }

  /** The operating system, but for one call that breaks in a way that nobody foresaw. */
  private Posix breaking(String call) {
    return (Posix)
        Proxy.newProxyInstance(
            Posix.class.getClassLoader(),
            new Class<?>[] {Posix.class},
            (proxy, method, arguments) -> {
              if (isBroken.get() && method.getName().equals(call)) {
                throw new IllegalStateException("not foreseen");
              }
              try {
                return method.invoke(posix, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aRequestThatBreaksTheDeviceEndsItsSessionAndNoOther() throws Exception {
    var broken = new Program();
    var other = new Program();
    try (Device device =
        Device.start(
            breaking("fchmod"), Clock.system(), DeviceConfig.standard(), new SplittableRandom(7))) {
      DevicePort.Channel channel = device.port().open(broken);
      greet(channel, broken);
      isBroken.set(true);
      submit(channel, new Request.MemoryCreate(4096));
      assertThat(broken.end.get(LONG_SECONDS, TimeUnit.SECONDS)).isTrue();
      isBroken.set(false);
      greet(device.port().open(other), other);
      assertThat(other.end).isNotDone();
      assertThat(device.status().sessions()).isEqualTo(1);
    }
  }

  private void greet(DevicePort.Channel channel, Program program) throws Exception {
    submit(channel, new Request.Hello(LinkLimits.VERSION, posix.pageSize()));
    assertThat(program.welcome.get(LONG_SECONDS, TimeUnit.SECONDS))
        .isInstanceOf(Reply.Welcome.class);
  }

  private static void submit(DevicePort.Channel channel, Request request) {
    channel.submit(new Request.Envelope(1, request, List.of()));
  }
}
