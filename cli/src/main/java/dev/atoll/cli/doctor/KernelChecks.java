/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;

/** What the kernel can do: tried, not guessed by its version. */
final class KernelChecks {
  private static final String NEWER = "use a kernel of 5.14 or newer";
  private static final int MEMBARRIER_CMD_QUERY = 0;

  private final Posix posix;

  KernelChecks(Host host) {
    this.posix = host.posix();
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    long page = posix.pageSize();
    findings.add(
        Finding.warnUnless(
            page == 4096,
            "page-size",
            page + " bytes",
            "works, tested least; segments are whole pages, so files must be multiples of it"));
    findings.add(memfd(page));
    findings.add(populate(page));
    findings.add(membarrier());
    return findings;
  }

  private Finding memfd(long page) {
    int seals =
        MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_FUTURE_WRITE;
    try (Descriptor file = posix.memfd("atoll-doctor")) {
      posix.ftruncate(file, page);
      posix.addSeals(file, seals);
      boolean isLocked = posix.tryLock(file);
      return Finding.failUnless(
          isLocked, "memfd-seals-locks", isLocked ? "all there" : "a fresh file is locked", NEWER);
    } catch (ErrnoException e) {
      return Finding.fail(
          "memfd-seals-locks",
          e.getMessage() + "",
          NEWER + "; in a container see whether seccomp refuses memfd_create or fcntl");
    }
  }

  private Finding populate(long page) {
    int protection = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;
    int flags = MemoryCalls.MAP_PRIVATE | MemoryCalls.MAP_ANONYMOUS;
    try {
      long address = posix.mmap(0, page, protection, flags, null, 0);
      int result = posix.madvise(address, page, MemoryCalls.MADV_POPULATE_WRITE);
      posix.munmap(address, page);
      return Finding.warnUnless(
          result == 0,
          "populate",
          result == 0 ? "MADV_POPULATE_WRITE" : "MADV_POPULATE_WRITE gives " + result,
          "first touches of a large import are slower; " + NEWER);
    } catch (ErrnoException e) {
      return Finding.fail("populate", e.getMessage() + "", "the process can not map a page");
    }
  }

  private Finding membarrier() {
    int commands = posix.membarrier(MEMBARRIER_CMD_QUERY);
    boolean isThere = commands > 0 && (commands & MemoryCalls.MEMBARRIER_CMD_GLOBAL_EXPEDITED) != 0;
    return Finding.warnUnless(
        isThere,
        "membarrier",
        isThere ? "expedited" : "answers " + commands,
        "fences cost more; in a container see whether seccomp refuses membarrier");
  }
}
