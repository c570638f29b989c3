/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.base.Clock;
import dev.atoll.device.Device;
import dev.atoll.device.DeviceConfig;
import dev.atoll.link.DeviceDirectory;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Two sessions over a real socket; {@code checks} runs the same with processes of two users. */
class SocketSegmentTest extends SegmentContract {
  @TempDir Path temporary;
  private Device device;
  private Path directory;

  @Override
  Node exportingNode() {
    directory = temporary.resolve("device");
    device =
        Device.start(
            Posix.system(), Clock.system(), DeviceConfig.standard(), new SplittableRandom(1));
    device.listen(new DeviceDirectory(directory));
    return Node.attach(directory);
  }

  @Override
  Node importingNode(Node exporting) {
    return Node.attach(directory);
  }

  @AfterEach
  void stopTheDevice() {
    device.close();
  }
}
