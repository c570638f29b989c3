/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

class EmbeddedRevocationRaceTest extends RevocationRaceContract {
  @Override
  Node exportingNode() {
    return Node.embedded();
  }

  @Override
  Node importingNode(Node exporting) {
    return exporting;
  }
}
