/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/** Tells an observer of each flush and fence. */
final class ObservedDurability implements Durability {
  private final Durability observed;
  private final FlushObserver observer;

  ObservedDurability(Durability observed, FlushObserver observer) {
    this.observed = observed;
    this.observer = observer;
  }

  @Override
  public void flush(long address, long length) {
    observed.flush(address, length);
    observer.flushed(address, length);
  }

  @Override
  public void fence() {
    observed.fence();
    observer.fenced();
  }

  @Override
  public void persist(long address, long length) {
    observed.persist(address, length);
    observer.flushed(address, length);
    observer.fenced();
  }

  /** Non-temporal stores would pass the observer by. */
  @Override
  public boolean isLineFlushed() {
    return false;
  }
}
