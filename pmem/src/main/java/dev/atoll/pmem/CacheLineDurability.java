/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.posix.WriteBack;

/** Cache lines are written back by an instruction. */
final class CacheLineDurability implements Durability {
  @Override
  public void flush(long address, long length) {
    WriteBack.flush(address, length);
  }

  @Override
  public void fence() {
    WriteBack.fence();
  }

  @Override
  public void persist(long address, long length) {
    WriteBack.persist(address, length);
  }

  @Override
  public boolean isLineFlushed() {
    return true;
  }
}
