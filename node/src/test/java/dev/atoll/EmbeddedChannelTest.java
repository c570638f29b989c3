/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

class EmbeddedChannelTest extends ChannelContract {
  @Override
  Node exportingNode() {
    return Node.embedded();
  }

  @Override
  Node importingNode(Node exporting) {
    return exporting;
  }
}
