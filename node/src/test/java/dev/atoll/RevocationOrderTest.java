/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.Answer;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.EmbeddedSession;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.Session;
import dev.atoll.link.SessionListener;
import dev.atoll.link.SocketSession;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An unpublish returns only when its importers have let go, not when they have heard of it. */
class RevocationOrderTest {
  private static final int ID = 0x600000;
  private static final DeviceConfig PATIENT =
      DeviceConfig.standard().withRevocationTimeout(Duration.ofMinutes(5));

  @TempDir Path temporary;
  private final Posix posix = Posix.system();
  private final CountDownLatch isTold = new CountDownLatch(1);
  private final CountDownLatch mayLetGo = new CountDownLatch(1);

  /** Lets go of nothing until the test says so. */
  private SessionListener slow() {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("revoke")) {
            isTold.countDown();
            mayLetGo.await(1, TimeUnit.MINUTES);
          }
          return method.getReturnType() == boolean.class ? true : null;
        };
    return (SessionListener)
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {SessionListener.class}, handler);
  }

  private void unpublishWaitsFor(Session importer, Node exporter) throws Exception {
    try (SharedMemory memory = exporter.allocate(4096);
        Controller controller = exporter.controller();
        ExportSegment export = controller.export(memory)) {
      export.publish(ID);
      importer.listen(slow());
      Answer connected = importer.call(new Request.ImportConnect(1, ID, 0600), List.of());
      assertThat(connected.reply()).isInstanceOf(Reply.Connected.class);
      connected.closeDescriptors();
      CompletableFuture<Void> unpublished = CompletableFuture.runAsync(export::unpublish);
      assertThat(isTold.await(1, TimeUnit.MINUTES)).isTrue();
      // The device answers these in order: had it been told already, the unpublish were over.
      for (int i = 0; i < 20; i++) {
        assertThat(exporter.administration().status().revoking()).isOne();
      }
      assertThat(unpublished.isDone()).isFalse();
      mayLetGo.countDown();
      unpublished.get(1, TimeUnit.MINUTES);
    } finally {
      mayLetGo.countDown();
    }
  }

  @Test
  void overTheSocket() throws Exception {
    var directory = new DeviceDirectory(temporary.resolve("device"));
    try (Device device = Device.start(posix, Clock.system(), PATIENT, new SplittableRandom(1))) {
      device.listen(directory);
      try (Session importer = SocketSession.connect(posix, directory);
          Node exporter = Node.attach(directory.path())) {
        unpublishWaitsFor(importer, exporter);
      }
    }
  }

  @Test
  void withinOneProcess() throws Exception {
    var directory = new DeviceDirectory(temporary.resolve("device"));
    try (Device device = Device.start(posix, Clock.system(), PATIENT, new SplittableRandom(1))) {
      device.listen(directory);
      try (Session importer = EmbeddedSession.open(posix, device.port());
          Node exporter = Node.attach(directory.path())) {
        unpublishWaitsFor(importer, exporter);
      }
    }
  }
}
