/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.posix.Descriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssignedIdsTest {
  private static final int FIRST = 0x8000_0000;

  @TempDir Path temporary;
  private DeviceDirectory directory;
  private IdFile file;
  private final Worker worker = new Worker();

  /** Workers whose tasks run when the test says so. */
  private static final class Worker implements AgentPorts {
    private final Deque<Runnable> queue = new ArrayDeque<>();

    @Override
    public <T> boolean transfer(
        Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      throw new AssertionError();
    }

    @Override
    public <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      queue.add(() -> {
        T result;
        try {
          result = task.call();
        } catch (Exception e) {
          onLoop.accept(null, e);
          return;
        }
        onLoop.accept(result, null);
      });
      return true;
    }

    void runAll() {
      while (!queue.isEmpty()) {
        queue.remove().run();
      }
    }

    @Override
    public void close(Descriptor descriptor) {
      throw new AssertionError();
    }

    @Override
    public boolean requestStop() {
      throw new AssertionError();
    }

    @Override
    public void later(Runnable action) {
      throw new AssertionError();
    }

    @Override
    public long nanos() {
      throw new AssertionError();
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      throw new AssertionError();
    }
  }

  @BeforeEach
  void nameTheFile() {
    directory = new DeviceDirectory(temporary);
    file = new IdFile(directory);
  }

  private AssignedIds start() {
    var ids = new AssignedIds(worker);
    ids.continueFrom(file, AssignedIds.prepare(file));
    return ids;
  }

  @Test
  void assignsEachIdOfThePoolOnce() {
    var ids = new AssignedIds(worker);

    assertThat(ids.assign()).isEqualTo(FIRST);
    assertThat(ids.assign()).isEqualTo(FIRST + 1);
  }

  @Test
  void nextDeviceAssignsNoIdOfTheLast() {
    AssignedIds first = start();
    int last = 0;
    for (int i = 0; i < 3 * AssignedIds.BLOCK; i++) {
      last = first.assign();
      worker.runAll();
    }

    AssignedIds second = start();

    assertThat(last).isEqualTo(FIRST + 3 * (int) AssignedIds.BLOCK - 1);
    assertThat(Integer.compareUnsigned(second.assign(), last)).isPositive();
    assertThat(second.isInherited(last)).isTrue();
    assertThat(second.isInherited(FIRST)).isTrue();
  }

  @Test
  void doesNotInheritWhatItAssignsItself() {
    AssignedIds ids = start();

    assertThat(ids.isInherited(ids.assign())).isFalse();
    assertThat(ids.isInherited(0x600000)).isFalse();
  }

  @Test
  void assignsNothingThatTheFileDoesNotPromise() {
    AssignedIds ids = start();
    for (int i = 0; i < AssignedIds.BLOCK; i++) {
      assertThat(ids.assign()).isNotZero();
    }

    assertThat(ids.assign()).isZero();
    worker.runAll();
    assertThat(ids.assign()).isEqualTo(FIRST + (int) AssignedIds.BLOCK);
  }

  @Test
  void goesOnOnceTheFileCanBeWrittenAgain() throws IOException {
    AssignedIds ids = start();
    Path blocked = directory.path().resolve("device.ids.next");
    Files.createDirectories(blocked.resolve("full"));
    while (ids.assign() != 0) {
      // Every try in between would fail as well.
    }
    worker.runAll();

    Files.delete(blocked.resolve("full"));
    assertThat(ids.assign()).isZero();
    worker.runAll();
    assertThat(ids.assign()).isNotZero();
  }

  @Test
  void endsWithThePool() {
    file.writeEnd(AssignedIds.LIMIT - 2);
    AssignedIds ids = start();

    assertThat(ids.assign()).isEqualTo(-2);
    assertThat(ids.assign()).isEqualTo(-1);
    assertThat(ids.assign()).isZero();
    worker.runAll();
    assertThat(ids.assign()).isZero();
  }

  @Test
  void refusesEveryFileThatIsNotItsOwn() throws IOException {
    file.writeEnd(AssignedIds.FIRST + 5);
    byte[] good = Files.readAllBytes(directory.ids());
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(directory.ids(), bad);
      assertThatThrownBy(file::readEnd).as("bit %s", bit).isInstanceOf(LinkException.class);
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(directory.ids(), java.util.Arrays.copyOf(good, length));
      assertThatThrownBy(file::readEnd).isInstanceOf(LinkException.class);
    }
    Files.delete(directory.ids());
    Files.createSymbolicLink(directory.ids(), temporary.resolve("elsewhere"));
    assertThatThrownBy(file::readEnd).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void layoutOfVersionOneStays() {
    file.writeEnd(0x8000_4000L);

    ByteBuffer expected =
        ByteBuffer.allocate(32)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("ATOLLIDS".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            .putInt(1)
            .putInt(0)
            .putLong(0x8000_4000L)
            .putLong(~0x8000_4000L);
    assertThat(directory.ids()).hasBinaryContent(expected.array());
  }
}
