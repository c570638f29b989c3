/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import dev.atoll.base.Ranges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How much memory this process may still take before the kernel kills for it.
 *
 * <p>Reserving a memfd past the limit of a control group does not fail: the out-of-memory killer
 * ends a process of the group. So the limits are read first, of the group and all groups above it,
 * in both versions of the control groups ({@code memory.max} and {@code memory.high} in the second,
 * where the latter slows a group down until it seems to hang), and the machine's {@code
 * MemAvailable}; the tightest counts. What a group uses is counted without its inactive page cache
 * ({@code inactive_file} of memory.stat), since the kernel gives that up before it kills. Swap is
 * not counted.
 *
 * <p>A budget is a snapshot: others may take memory a moment later.
 */
public final class MemoryBudget {
  /** Limits at or above this mean "no limit" (cgroup v1 shows the greatest count of pages). */
  private static final long UNLIMITED = 1L << 62;

  /**
   * What is kept free besides: page tables and the file's own tree take 2 x 8 bytes per 4 KiB page,
   * rounded up to one part in 128, and the virtual machine itself goes on allocating.
   */
  private static final long KEPT_FREE_BYTES = 4L << 20;

  private static final int OVERHEAD_SHIFT = 7;

  /** No process has more groups above it than this. */
  private static final int MOST_LEVELS = 64;

  private static final List<String> V1_MOUNTS = List.of("sys/fs/cgroup/memory");
  private static final List<String> V2_MOUNTS = List.of("sys/fs/cgroup", "sys/fs/cgroup/unified");

  private final Bound tightest;
  private final List<Bound> bounds;

  private MemoryBudget(List<Bound> bounds) {
    this.bounds = List.copyOf(bounds);
    Bound least = new Bound("no limit was found", Long.MAX_VALUE, 0, 0);
    for (Bound bound : bounds) {
      if (bound.availableBytes() < least.availableBytes()) {
        least = bound;
      }
    }
    this.tightest = least;
  }

  /**
   * Reads the limits of this process.
   *
   * @return a snapshot
   */
  public static MemoryBudget read() {
    return read(Path.of("/"));
  }

  /**
   * Reads the limits below a directory that stands for the root of the file system.
   *
   * <p>A file that is missing or unreadable sets no limit.
   *
   * @param root where {@code proc} and {@code sys} are
   * @return a snapshot
   */
  public static MemoryBudget read(Path root) {
    List<Bound> bounds = new ArrayList<>();
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      // hierarchy-ID:controller-list:cgroup-path (cgroups(7)); version 2 is "0::path".
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
        walk(root, V2_MOUNTS, parts[2], Version.V2, bounds);
      } else if (parts.length == 3 && List.of(parts[1].split(",", -1)).contains("memory")) {
        walk(root, V1_MOUNTS, parts[2], Version.V1, bounds);
      }
    }
    long available = memAvailable(root.resolve("proc/meminfo"));
    if (available >= 0) {
      bounds.add(new Bound("MemAvailable in /proc/meminfo", available, 0, 0));
    }
    return new MemoryBudget(bounds);
  }

  /**
   * Tells how much can still be taken.
   *
   * @return bytes, {@link Long#MAX_VALUE} if no limit was found
   */
  public long availableBytes() {
    return tightest.availableBytes();
  }

  /**
   * Refuses to take more than there is.
   *
   * @param bytes what is wanted, not negative
   * @param what what it is wanted for, in words
   * @throws OutOfMemoryBudgetException if it would not fit, with the numbers, the place of the
   *     limit and what to do
   */
  public void require(long bytes, String what) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes=" + bytes + " must not be negative: " + what);
    }
    long kept = (bytes >>> OVERHEAD_SHIFT) + KEPT_FREE_BYTES;
    if (!Ranges.contains(kept, bytes, availableBytes())) {
      throw new OutOfMemoryBudgetException(bytes, availableBytes(), refusal(bytes, kept, what));
    }
  }

  @Override
  public String toString() {
    return "MemoryBudget" + bounds;
  }

  private String refusal(long bytes, long kept, String what) {
    return what
        + ": wanted "
        + bytes
        + " bytes and "
        + kept
        + " kept free, available "
        + Math.max(0, availableBytes())
        + "; limit "
        + tightest
        + ". Reserving more would make the kernel kill the process; ask for less, free memory, or"
        + " raise the limit named here.";
  }

  private static void walk(
      Path root, List<String> mounts, String group, Version version, List<Bound> bounds) {
    for (String mount : mounts) {
      Path top = root.resolve(mount);
      // The path is as seen from the host; inside a container it may not exist below the mount,
      // which then stands for the container's own group.
      Path level = top.resolve(group.replaceFirst("^/+", "")).normalize();
      if (!level.startsWith(top)) {
        // A path such as /../x names a group outside the name space (cgroup_namespaces(7)).
        level = top;
      }
      for (int i = 0; i < MOST_LEVELS && level != null && level.startsWith(top); i++) {
        version.read(level, bounds);
        level = level.getParent();
      }
    }
  }

  private static long memAvailable(Path meminfo) {
    for (String line : lines(meminfo)) {
      if (line.startsWith("MemAvailable:")) {
        long kibibytes = number(line.substring(line.indexOf(':') + 1).replace("kB", ""));
        return kibibytes < 0 ? -1 : kibibytes << 10;
      }
    }
    return -1;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      // A group that is not visible from here sets no limit that we could name.
      return List.of();
    }
  }

  private static long firstNumber(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? -1 : number(lines.getFirst());
  }

  private static long number(String text) {
    String digits = text.strip();
    if (digits.isEmpty() || digits.length() > 19 || !digits.chars().allMatch(Character::isDigit)) {
      return -1;
    }
    // 19 digits fit a long as unsigned; beyond the signed range it means "no limit" anyway.
    long value = Long.parseUnsignedLong(digits);
    return value < 0 ? Long.MAX_VALUE : value;
  }

  /** Where each version of the control groups keeps its numbers. */
  private enum Version {
    V1("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "),
    V2("memory.max", "memory.current", "inactive_file ");

    private final String limitFile;
    private final String usageFile;
    private final String reclaimableKey;

    Version(String limitFile, String usageFile, String reclaimableKey) {
      this.limitFile = limitFile;
      this.usageFile = usageFile;
      this.reclaimableKey = reclaimableKey;
    }

    void read(Path group, List<Bound> bounds) {
      for (String name : limitFiles()) {
        Path file = group.resolve(name);
        // "max" of version 2 is no number.
        long limit = firstNumber(file);
        long used = firstNumber(group.resolve(usageFile));
        if (limit >= 0 && limit < UNLIMITED && used >= 0) {
          bounds.add(new Bound(file.toString(), limit, used, reclaimable(group, used)));
        }
      }
    }

    private List<String> limitFiles() {
      // Above memory.high nobody is killed, but all who allocate are slowed down more and more
      // (Linux, Documentation/admin-guide/cgroup-v2.rst), which looks like a hang.
      return this == V2 ? List.of(limitFile, "memory.high") : List.of(limitFile);
    }

    private long reclaimable(Path group, long used) {
      for (String line : lines(group.resolve("memory.stat"))) {
        if (line.startsWith(reclaimableKey)) {
          long value = number(line.substring(reclaimableKey.length()));
          return Math.clamp(value, 0, used);
        }
      }
      return 0;
    }
  }

  /** One limit and what is used of it. */
  private record Bound(String place, long limitBytes, long usedBytes, long reclaimableBytes) {
    long availableBytes() {
      return limitBytes - (usedBytes - reclaimableBytes);
    }

    @Override
    public String toString() {
      return limitBytes
          + " bytes ("
          + place
          + "), used "
          + usedBytes
          + " of which "
          + reclaimableBytes
          + " are inactive page cache";
    }
  }
}
