/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.base.Clock;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A device with an honest client, which must still be served after whatever a test does. */
abstract class HostileFixture {
  static final Duration LONG = Duration.ofSeconds(20);
  static final int ID = 0x600000;

  @TempDir Path temporary;
  final Posix posix = Posix.system();
  DeviceDirectory directory;
  Device device;
  RawClient honest;

  @BeforeEach
  void startADevice() {
    directory = new DeviceDirectory(temporary.resolve("device"));
    device = start(posix, DeviceConfig.standard().withRevocationTimeout(Duration.ofMillis(200)));
    honest = RawClient.greeted(directory.socket());
  }

  @AfterEach
  void theHonestClientIsStillServed() {
    assertThat(honest.ask(new Request.Status())).isInstanceOf(Reply.DeviceStatus.class);
    assertThat(device.failure()).isNull();
    honest.close();
    device.close();
  }

  final Device start(Posix calls, DeviceConfig config) {
    Device started = Device.start(calls, Clock.system(), config, new SplittableRandom(7));
    started.listen(directory);
    return started;
  }

  final RawClient connect() {
    return new RawClient(directory.socket());
  }

  final RawClient greeted() {
    return RawClient.greeted(directory.socket());
  }

  static final void assertErrno(Reply reply, Errno errno) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Refused.class, r -> assertThat(Errno.of(r.errno())).isEqualTo(errno));
  }

  static final void assertRefused(Reply reply, RsmError error) {
    assertThat(reply)
        .isInstanceOfSatisfying(
            Reply.Refused.class, r -> assertThat(RsmError.of(r.rsmCode())).contains(error));
  }

  final Descriptor reopen(Descriptor descriptor) {
    return posix.open(Path.of("/proc/self/fd/" + descriptor.number()), FileCalls.O_RDONLY, 0);
  }

  /** An export of one page by a raw client. */
  final class Export implements AutoCloseable {
    final RawClient client = greeted();
    final SharedMemory memory = SharedMemory.create(posix, "atoll-test", 4096);
    final Descriptor control = reopen(memory.control().descriptor());
    final long handle;

    Export() {
      this(0);
    }

    Export(int flags) {
      Reply reply =
          client.ask(
              new Request.ExportCreate(4096, 0, false, 0600, flags), memory.descriptor(), control);
      handle = ((Reply.ExportCreated) reply).handle();
    }

    Request.ExportCreate request() {
      return new Request.ExportCreate(4096, 0, false, 0600, 0);
    }

    void publish() {
      assertThat(client.ask(new Request.ExportPublish(handle, ID, List.of())))
          .isInstanceOf(Reply.Published.class);
    }

    @Override
    public void close() {
      client.close();
      control.close();
      memory.close();
    }
  }
}
