/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process in a real control group with a memory limit is refused, not killed. */
class GroupLimitTest {
  private static final Path MOUNT = Path.of("/sys/fs/cgroup/memory");
  private static final long LIMIT_BYTES = 200L << 20;

  private final Path group = MOUNT.resolve("atoll-test-" + ProcessHandle.current().pid());

  @BeforeEach
  void makeGroup() throws IOException {
    assumeTrue(
        Files.isWritable(MOUNT.resolve("cgroup.procs")),
        "needs a writable version 1 memory group at " + MOUNT + ", usually root");
    Files.createDirectory(group);
    Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(LIMIT_BYTES));
  }

  @AfterEach
  void removeGroup() throws IOException {
    if (Files.exists(group)) {
      long start = System.nanoTime();
      boolean isGone = false;
      while (!isGone) {
        try {
          Files.delete(group);
          isGone = true;
        } catch (IOException e) {
          // The kernel lets go of a group a moment after its last process has ended.
          if (System.nanoTime() - start > 10_000_000_000L) {
            throw e;
          }
        }
      }
    }
  }

  @Test
  void refusesWithNumbersInsteadOfBeingKilled() throws Exception {
    Outcome outcome = runInGroup(400L << 20);
    assertThat(outcome.output())
        .contains("ATOLL_MEMORY_BUDGET")
        .contains("wanted " + (400L << 20))
        .contains("limit " + LIMIT_BYTES)
        .contains(group + "/memory.limit_in_bytes");
    assertThat(outcome.status()).isEqualTo(3);
  }

  @Test
  void survivesReservingAllThatIsAllowed() throws Exception {
    Outcome outcome = runInGroup(-1);
    assertThat(outcome.output()).contains("reserved and written");
    assertThat(outcome.status()).isZero();
  }

  private record Outcome(int status, String output) {}

  private Outcome runInGroup(long bytes) throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    "/bin/sh",
                    "-c",
                    "echo $$ > " + group + "/cgroup.procs && exec \"$@\"",
                    "sh",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx32m",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Reserver.class.getName(),
                    Long.toString(bytes)))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("child did not end: " + output);
    }
    return new Outcome(process.exitValue(), output);
  }

  /** What the child runs: reserve so many bytes, or all that the budget allows. */
  static final class Reserver {
    private Reserver() {}

    public static void main(String[] arguments) {
      Posix posix = Posix.system();
      long wanted = Long.parseLong(arguments[0]);
      // Touch what the checks need first, so that the budget is read after class loading.
      SharedMemory.create(posix, "small", posix.pageSize()).close();
      long bytes = wanted >= 0 ? wanted : allowed(posix);
      try (SharedMemory memory = SharedMemory.create(posix, "large", bytes)) {
        memory.segment().fill((byte) 1);
        System.out.println("reserved and written " + memory.size());
      } catch (OutOfMemoryBudgetException e) {
        System.out.println(e.code() + ": " + e.getMessage());
        System.exit(3);
      }
    }

    private static long allowed(Posix posix) {
      // The budget keeps one part in 128 and 4 MiB; the next read may find some pages less.
      long available = MemoryBudget.read().availableBytes() - (6L << 20);
      return (available - (available >>> 7)) & -posix.pageSize();
    }
  }
}
