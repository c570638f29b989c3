/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.wire;

import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/** Compares the offsets that code uses with the structure that they are of. */
final class Offsets {
  private Offsets() {}

  static void check(StructLayout structure, String field, long offset) {
    long is = structure.byteOffset(PathElement.groupElement(field));
    if (is != offset) {
      throw new AssertionError(field + " at " + is + ", not at " + offset);
    }
  }

  static void checkSize(StructLayout structure, long bytes) {
    if (structure.byteSize() != bytes) {
      throw new AssertionError(structure + " of " + structure.byteSize() + ", not " + bytes);
    }
  }
}
