/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Two sessions over a real socket; {@code checks} runs processes of two users beside it. */
class SocketRevocationRaceTest extends RevocationRaceContract {
  @TempDir Path temporary;
  private SocketCarrier carrier;

  @Override
  Node exportingNode() {
    carrier = new SocketCarrier(temporary);
    return carrier.attach();
  }

  @Override
  Node importingNode(Node exporting) {
    return carrier.attach();
  }

  @AfterEach
  void stopTheDevice() {
    carrier.close();
  }
}
