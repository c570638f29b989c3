/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** How a mapping relates to the file: {@code MAP_SHARED} or {@code MAP_PRIVATE} of mmap(2). */
public enum MapMode {
  /** Loads and stores go to the file and are seen by all who map it; needs a writable file. */
  SHARED,

  /**
   * The first store to a page copies it into volatile memory; nothing ever reaches the file.
   *
   * <p>Flushing such a mapping is refused with {@link IllegalStateException}: a caller who asks for
   * durability must not be told that he got it.
   */
  PRIVATE,

  /**
   * Loads only.
   *
   * <p>Flushing is allowed and real: it makes durable what others stored in the range, which a
   * reader of a lock-free structure needs before it acts on a value it has seen.
   */
  READ_ONLY
}
