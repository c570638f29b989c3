/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A device with a real socket, in this process. */
final class SocketCarrier implements AutoCloseable {
  private final Device device;
  private final Path directory;

  SocketCarrier(Path temporary) {
    directory = temporary.resolve("device");
    device =
        Device.start(
            Posix.system(), Clock.system(), DeviceConfig.standard(), new SplittableRandom(1));
    device.listen(new DeviceDirectory(directory));
  }

  Node attach() {
    return Node.attach(directory);
  }

  @Override
  public void close() {
    device.close();
  }
}
