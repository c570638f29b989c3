/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import java.nio.file.Path;

/** A private mapping: nothing of it can ever become durable, and asking is a mistake. */
final class NoDurability implements Durability {
  private final Path path;

  NoDurability(Path path) {
    this.path = path;
  }

  @Override
  public void flush(long address, long length) {
    throw refusal(path);
  }

  @Override
  public void fence() {
    throw refusal(path);
  }

  @Override
  public void persist(long address, long length) {
    throw refusal(path);
  }

  @Override
  public boolean isLineFlushed() {
    return false;
  }

  static IllegalStateException refusal(Path path) {
    return new IllegalStateException(
        "mode=PRIVATE stores never reach the file, so they can't be made durable: "
            + path
            + "; map it SHARED");
  }
}
