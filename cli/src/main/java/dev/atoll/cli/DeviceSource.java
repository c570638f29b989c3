/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.posix.Posix;

/**
 * The network of a running device.
 *
 * @param directory which device
 */
record DeviceSource(DirectoryOption directory) implements NetworkUse.Source {
  @Override
  public NetworkUse open() {
    Node node = Node.attach(Posix.system(), directory.find());
    return new NetworkUse(node.network(), node::close);
  }
}
