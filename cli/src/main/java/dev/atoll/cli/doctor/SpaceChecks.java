/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.memory.MemoryBudget;
import dev.atoll.memory.OutOfMemoryBudgetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How much memory and space there is. */
final class SpaceChecks {
  private static final long LITTLE_BYTES = 256L << 20;
  private static final long LEAST_BYTES = 16L << 20;
  private static final long SHM_LITTLE_BYTES = 64L << 20;
  private static final String LESS = "stop what needs it, or raise the limit of the control group";

  private final Host host;

  SpaceChecks(Host host) {
    this.host = host;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(memory());
    findings.add(sharedMemory());
    return findings;
  }

  /** The tightest of the control groups' limits and MemAvailable. */
  private Finding memory() {
    MemoryBudget budget = MemoryBudget.read(host.root());
    String value = budget.availableBytes() + " bytes available; " + budget;
    try {
      budget.require(LEAST_BYTES, "the doctor");
    } catch (OutOfMemoryBudgetException e) {
      return Finding.fail("memory", value, "not enough for a segment; " + LESS);
    }
    return Finding.warnUnless(budget.availableBytes() >= LITTLE_BYTES, "memory", value, LESS);
  }

  private Finding sharedMemory() {
    Path mount = host.root().resolve("dev/shm");
    try {
      long usable = Files.getFileStore(mount).getUsableSpace();
      return Finding.warnUnless(
          usable >= SHM_LITTLE_BYTES,
          "dev-shm",
          usable + " bytes usable",
          "files exported from there need it (fresh memory does not): docker run --shm-size=1g, or"
              + " mount -o remount,size=1g /dev/shm");
    } catch (IOException e) {
      return Finding.warn(
          "dev-shm", "not there", "only files exported from there need it, fresh memory does not");
    }
  }
}
