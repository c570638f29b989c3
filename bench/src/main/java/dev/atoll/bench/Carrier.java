/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

/** Where the device is. */
enum Carrier {
  EMBEDDED("embedded", "the device in the same process"),
  ATTACHED("attached", "the device in a process of its own, reached over its socket");

  private final String label;
  private final String conditions;

  Carrier(String label, String conditions) {
    this.label = label;
    this.conditions = conditions;
  }

  String label() {
    return label;
  }

  String conditions() {
    return conditions;
  }
}
