/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** Every persist also empties the write-pending queues, for those who do not trust ADR. */
final class DeepDurability implements Durability {
  private final Durability shallow;
  private final DeepFlush deep;

  DeepDurability(Durability shallow, DeepFlush deep) {
    this.shallow = shallow;
    this.deep = deep;
  }

  @Override
  public void flush(long address, long length) {
    shallow.flush(address, length);
  }

  @Override
  public void fence() {
    shallow.fence();
  }

  @Override
  public void persist(long address, long length) {
    shallow.persist(address, length);
    deep.flush(address, length);
  }

  @Override
  public boolean isLineFlushed() {
    return shallow.isLineFlushed();
  }

  /** Empties the queues below a range. */
  @FunctionalInterface
  interface DeepFlush {
    void flush(long address, long length);
  }
}
