/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * What lies below a file system or device: whether what it has written outlives a power failure.
 *
 * @param isMemory whether nothing but memory lies below
 * @param isKept whether it is known to keep its content without power
 * @param why a sentence, without a full stop
 */
record Backing(boolean isMemory, boolean isKept, String why) {
  static Backing kept(String why) {
    return new Backing(false, true, why);
  }

  static Backing memory(String why) {
    return new Backing(true, false, why);
  }

  static Backing unknown(String why) {
    return new Backing(false, false, "it is not known whether anything is kept: " + why);
  }
}
