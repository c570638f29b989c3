/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a caller asked of {@link PmemFile#open}, checked against itself.
 *
 * @param path the file
 * @param size bytes, or {@link #AS_IT_IS}
 * @param options how to open
 */
record OpenPlan(Path path, long size, Set<PmemOption> options) {
  static final long AS_IT_IS = -1;

  static OpenPlan asItIs(Path path, PmemOption... options) {
    OpenPlan plan = new OpenPlan(path, AS_IT_IS, setOf(options));
    if (plan.isCreating()) {
      throw new IllegalArgumentException("options=" + plan.options + " need a size: " + path);
    }
    return plan.checked();
  }

  static OpenPlan sized(Path path, long size, PmemOption... options) {
    if (size <= 0) {
      throw new IllegalArgumentException("size=" + size + " must be positive: " + path);
    }
    return new OpenPlan(path, size, setOf(options)).checked();
  }

  boolean isCreating() {
    return options.contains(PmemOption.CREATE);
  }

  boolean isReadOnly() {
    return options.contains(PmemOption.READ_ONLY);
  }

  private OpenPlan checked() {
    boolean needsCreate =
        options.contains(PmemOption.EXCLUSIVE) || options.contains(PmemOption.SPARSE);
    if (needsCreate && !isCreating()) {
      throw new IllegalArgumentException("options=" + options + " need CREATE: " + path);
    }
    if (isReadOnly() && isCreating()) {
      throw new IllegalArgumentException("options=" + options + " contradict: " + path);
    }
    return this;
  }

  private static Set<PmemOption> setOf(PmemOption... options) {
    Set<PmemOption> set = EnumSet.noneOf(PmemOption.class);
    set.addAll(List.of(options));
    return set;
  }
}
