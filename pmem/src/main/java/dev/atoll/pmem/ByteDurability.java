/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.WriteBack;

/** Stores are durable once visible (eADR); what is left to do is to order them. */
final class ByteDurability implements Durability {
  @Override
  public void flush(long address, long length) {}

  @Override
  public void fence() {
    WriteBack.fence();
  }

  @Override
  public void persist(long address, long length) {
    WriteBack.fence();
  }

  @Override
  public boolean isLineFlushed() {
    return false;
  }
}
