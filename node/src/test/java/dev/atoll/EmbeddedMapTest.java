/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

class EmbeddedMapTest extends MapContract {
  @Override
  Node exportingNode() {
    return Node.embedded();
  }

  @Override
  Node importingNode(Node exporting) {
    return exporting;
  }
}
