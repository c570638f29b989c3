/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryBudgetTest {
  private static final long MIB = 1L << 20;

  @TempDir Path root;

  @Test
  void setsNoLimitWhereNothingIsKnown() {
    MemoryBudget budget = MemoryBudget.read(root);
    assertThat(budget.availableBytes()).isEqualTo(Long.MAX_VALUE);
    assertThatCode(() -> budget.require(1L << 50, "all")).doesNotThrowAnyException();
  }

  @Test
  void takesMemAvailableOfMachine() throws IOException {
    put("proc/meminfo", "MemTotal:  2000 kB\nMemFree: 1 kB\nMemAvailable:    1024 kB\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(MIB);
  }

  @Test
  void readsVersionTwoWithoutInactiveCache() throws IOException {
    put("proc/self/cgroup", "0::/user/app\n");
    v2("user/app", 200 * MIB, 150 * MIB, 30 * MIB);
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(80 * MIB);
  }

  @Test
  void countsTheMarkAtWhichTheKernelSlowsAGroupDown() throws IOException {
    put("proc/self/cgroup", "0::/user/app\n");
    v2("user/app", 200 * MIB, 50 * MIB, 0);
    put("sys/fs/cgroup/user/app/memory.high", 120 * MIB + "\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(70 * MIB);
    assertThat(MemoryBudget.read(root)).asString().contains("app/memory.high");
    put("sys/fs/cgroup/user/app/memory.high", "max\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(150 * MIB);
    put("sys/fs/cgroup/user/app/memory.max", "max\n");
    put("sys/fs/cgroup/user/app/memory.high", 60 * MIB + "\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(10 * MIB);
  }

  @Test
  void takesTightestOfAllLevels() throws IOException {
    put("proc/self/cgroup", "0::/user/app\n");
    put("sys/fs/cgroup/user/app/memory.max", "max\n");
    put("sys/fs/cgroup/user/app/memory.current", "5\n");
    v2("user", 100 * MIB, 90 * MIB, 0);
    put("proc/meminfo", "MemAvailable: 999999 kB\n");
    MemoryBudget budget = MemoryBudget.read(root);
    assertThat(budget.availableBytes()).isEqualTo(10 * MIB);
    assertThatThrownBy(() -> budget.require(50 * MIB, "shared memory x"))
        .isInstanceOfSatisfying(
            OutOfMemoryBudgetException.class,
            e -> {
              assertThat(e.code()).isEqualTo("ATOLL_MEMORY_BUDGET");
              assertThat(e.wantedBytes()).isEqualTo(50 * MIB);
              assertThat(e.availableBytes()).isEqualTo(10 * MIB);
              assertThat(e)
                  .hasMessageContaining("shared memory x")
                  .hasMessageContaining("wanted " + 50 * MIB)
                  .hasMessageContaining("limit " + 100 * MIB)
                  .hasMessageContaining("used " + 90 * MIB)
                  .hasMessageContaining("sys/fs/cgroup/user/memory.max")
                  .hasMessageContaining("raise the limit");
            });
  }

  @Test
  void readsVersionOne() throws IOException {
    put("proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/a/b\n0::/\n");
    v1("a/b", 64 * MIB, 40 * MIB, 10 * MIB);
    v1("a", 1L << 40, 40 * MIB, 0);
    v1("", 9223372036854771712L, 1, 0);
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(34 * MIB);
  }

  @Test
  void takesMountRootWhenOwnPathIsNotVisible() throws IOException {
    put("proc/self/cgroup", "4:memory:/docker/0123\n");
    v1("", 64 * MIB, 40 * MIB, 10 * MIB);
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(34 * MIB);
  }

  @Test
  void readsUnifiedMountBesideVersionOne() throws IOException {
    put("proc/self/cgroup", "0::/x\n");
    put("sys/fs/cgroup/unified/x/memory.max", "1000\n");
    put("sys/fs/cgroup/unified/x/memory.current", "400\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(600);
  }

  @Test
  void stopsAtMountWhateverPathTheKernelNames() throws IOException {
    put("proc/self/cgroup", "4:memory:/../../../../evil\n");
    put("memory.limit_in_bytes", "1\n");
    put("memory.usage_in_bytes", "1\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void takesMountRootWhenOwnPathLeadsOutOfNameSpace() throws IOException {
    put("proc/self/cgroup", "0::/../other\n");
    v2("", 64 * MIB, 40 * MIB, 0);
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(24 * MIB);
  }

  @Test
  void keepsSomeMemoryFreeForTablesAndMachine() throws IOException {
    put("proc/self/cgroup", "0::/\n");
    v2("", 128 * MIB, 0, 0);
    MemoryBudget budget = MemoryBudget.read(root);
    assertThatCode(() -> budget.require(123 * MIB, "x")).doesNotThrowAnyException();
    assertThatThrownBy(() -> budget.require(124 * MIB, "x"))
        .isInstanceOf(OutOfMemoryBudgetException.class);
    assertThatThrownBy(() -> budget.require(Long.MAX_VALUE, "x"))
        .isInstanceOf(OutOfMemoryBudgetException.class);
    assertThatThrownBy(() -> budget.require(-1, "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAllWhenUsageIsAboveLimit() throws IOException {
    put("proc/self/cgroup", "0::/\n");
    v2("", 10 * MIB, 20 * MIB, 0);
    MemoryBudget budget = MemoryBudget.read(root);
    assertThatThrownBy(() -> budget.require(1, "x"))
        .isInstanceOf(OutOfMemoryBudgetException.class)
        .hasMessageContaining("available 0;");
  }

  @Test
  void ignoresGarbage() throws IOException {
    put("proc/self/cgroup", "nonsense\n4:memory\n0::/\n");
    put("sys/fs/cgroup/memory.max", "12x\n");
    put("sys/fs/cgroup/memory.current", "\n");
    put("proc/meminfo", "MemAvailable:\n");
    assertThat(MemoryBudget.read(root).availableBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void readsRealMachine() {
    MemoryBudget budget = MemoryBudget.read();
    assertThat(budget.availableBytes()).isPositive().isLessThan(Long.MAX_VALUE);
  }

  private void v2(String group, long limit, long used, long inactive) throws IOException {
    put("sys/fs/cgroup/" + group + "/memory.max", limit + "\n");
    put("sys/fs/cgroup/" + group + "/memory.current", used + "\n");
    put("sys/fs/cgroup/" + group + "/memory.stat", "anon 1\ninactive_file " + inactive + "\n");
  }

  private void v1(String group, long limit, long used, long inactive) throws IOException {
    String at = "sys/fs/cgroup/memory/" + group;
    put(at + "/memory.limit_in_bytes", limit + "\n");
    put(at + "/memory.usage_in_bytes", used + "\n");
    put(at + "/memory.stat", "inactive_file 1\ntotal_inactive_file " + inactive + "\n");
  }

  private void put(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
