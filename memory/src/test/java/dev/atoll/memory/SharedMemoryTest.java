/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.base.Site;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.io.File;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {
  private static final int SEALS =
      MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW | MemoryCalls.F_SEAL_SEAL;

  private final Posix posix = Posix.system();

  @Test
  void isSealedReservedAndPrivate() {
    try (SharedMemory memory = SharedMemory.create(posix, "test", 1 << 20)) {
      assertThat(posix.seals(memory.descriptor())).isEqualTo(SEALS);
      assertThat(posix.statx(memory.descriptor()).permissions()).isEqualTo(0600);
      assertThat(posix.statx(memory.descriptor()).blocks()).isEqualTo((1 << 20) / 512);
      assertThat(memory.size()).isEqualTo(1 << 20);
      assertThat(memory.kind()).isEqualTo(RegionKind.VOLATILE);
      assertThat(memory.fileOffset()).isZero();
      assertThat(memory.isWritable()).isTrue();
      assertThat(memory.segment().address()).isEqualTo(memory.address());
      assertThat(memory.control().failedErrno()).isZero();
      assertThatThrownBy(() -> posix.ftruncate(memory.descriptor(), 4096))
          .isInstanceOf(ErrnoException.class);
      assertThatThrownBy(() -> posix.ftruncate(memory.descriptor(), 2 << 20))
          .isInstanceOf(ErrnoException.class);
    }
  }

  @Test
  void checksRangeOfPersist() {
    SharedMemory memory = SharedMemory.create(posix, "test", 4096);
    memory.persist(0, 4096);
    memory.persist(4096, 0);
    assertThatThrownBy(() -> memory.persist(1, 4096)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.persist(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    memory.close();
    assertThatThrownBy(() -> memory.persist(0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void releasesAllOnClose() {
    SharedMemory memory = SharedMemory.create(posix, "test", 4096);
    MemorySegment segment = memory.segment();
    memory.close();
    memory.close();
    assertThat(memory.isOpen()).isFalse();
    assertThat(memory.descriptor().isOpen()).isFalse();
    assertThat(memory.control().descriptor().isOpen()).isFalse();
    assertThatThrownBy(memory::segment).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> segment.get(JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesSizesThatAreNoPages() {
    for (long size : new long[] {0, -4096, 1, 4095, 4097, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> SharedMemory.create(posix, "test", size))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("size=" + size);
    }
  }

  @Test
  void refusesNamesTheKernelWouldNotTake() {
    assertThatThrownBy(() -> SharedMemory.create(posix, "", 4096))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SharedMemory.create(posix, "x".repeat(201), 4096))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SharedMemory.create(posix, "a\0b", 4096))
        .isInstanceOf(IllegalArgumentException.class);
    SharedMemory.create(posix, "x".repeat(200), 4096).close();
  }

  @Test
  void roundsUpToPages() {
    assertThat(SharedMemory.pagesFor(posix, 1)).isEqualTo(4096);
    assertThat(SharedMemory.pagesFor(posix, 4096)).isEqualTo(4096);
    assertThat(SharedMemory.pagesFor(posix, 4097)).isEqualTo(8192);
    assertThatThrownBy(() -> SharedMemory.pagesFor(posix, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SharedMemory.pagesFor(posix, Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesMoreThanTheBudget() {
    long tooMuch = 1L << 50;
    int before = descriptors();
    assertThatThrownBy(() -> SharedMemory.create(posix, "huge", tooMuch))
        .isInstanceOf(OutOfMemoryBudgetException.class)
        .hasMessageContaining("wanted " + tooMuch);
    assertThat(descriptors()).isEqualTo(before);
  }

  @Test
  void adoptsMemfdOfDeviceAndReservesItsPages() {
    Descriptor made = memfd(8192, MemoryCalls.F_SEAL_SHRINK | MemoryCalls.F_SEAL_GROW);
    Descriptor kept = posix.duplicate(made);
    try (kept;
        SharedMemory memory = SharedMemory.adopt(posix, made, 8192)) {
      assertThat(posix.statx(kept).blocks()).isEqualTo(16);
      memory.segment().set(JAVA_LONG, 8, 42);
      assertThat(memory.descriptor()).isSameAs(made);
    }
    assertThat(made.isOpen()).isFalse();
  }

  @Test
  void refusesToAdoptWhatCouldChange() {
    refuses(memfd(4096, 0), 4096, "required=");
    refuses(memfd(4096, MemoryCalls.F_SEAL_GROW), 4096, "required=");
    refuses(memfd(8192, SEALS), 4096, "size=8192 expected=4096");
    refuses(memfd(4096, SEALS | MemoryCalls.F_SEAL_WRITE), 4096, "WRITE");
    refuses(memfd(4096, SEALS | MemoryCalls.F_SEAL_FUTURE_WRITE), 4096, "FUTURE_WRITE");
    refuses(posix.eventfd(0), 4096, "no ");
  }

  @Test
  void leavesNothingBehindWhicheverCallFails() {
    List<String> calls = new ArrayList<>();
    Posix counting =
        FakePosix.over(
            posix,
            (name, arguments) -> {
              calls.add(name);
              return FakePosix.Interceptor.REAL;
            });
    SharedMemory.create(counting, "test", 4096).close();
    assertThat(calls).contains("memfd", "fchmod", "ftruncate", "fallocate", "addSeals", "mmap");
    int before = descriptors();
    int failed = 0;
    for (int n = 0; n < calls.size(); n++) {
      int[] left = {n};
      Posix failing =
          FakePosix.over(
              posix,
              (name, arguments) -> {
                boolean canFail =
                    Set.of("memfd", "fchmod", "ftruncate", "fallocate", "addSeals", "mmap")
                        .contains(name);
                if (left[0]-- == 0 && canFail) {
                  throw new ErrnoException(name, 12, "test");
                }
                return FakePosix.Interceptor.REAL;
              });
      try {
        SharedMemory.create(failing, "test", 4096).close();
      } catch (ErrnoException e) {
        failed++;
      }
      assertThat(descriptors()).as("call %s (%s)", n, calls.get(n)).isEqualTo(before);
    }
    assertThat(failed).isGreaterThanOrEqualTo(12);
  }

  @Test
  void visitsItsSites() {
    List<String> sites = new ArrayList<>();
    Thread me = Thread.currentThread();
    Site.install(site -> {
      if (me.equals(Thread.currentThread())) {
        sites.add(site);
      }
    });
    try {
      SharedMemory.create(posix, "test", 4096).close();
    } finally {
      Site.install(null);
    }
    assertThat(sites)
        .containsSubsequence(
            "memory.created",
            "memory.reserved",
            "memory.sealed",
            "control.sealed",
            "control.created",
            "range.mapped",
            "memory.mapped",
            "range.closed",
            "range.zeroed");
  }

  @Test
  void staysFlatOverTenThousandCycles() {
    for (int i = 0; i < 100; i++) {
      SharedMemory.create(posix, "test", 4096).close();
    }
    int before = descriptors();
    for (int i = 0; i < 10_000; i++) {
      SharedMemory.create(posix, "test", 4096).close();
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  private void refuses(Descriptor descriptor, long size, String reason) {
    assertThatThrownBy(() -> SharedMemory.adopt(posix, descriptor, size))
        .isInstanceOf(RefusedMemoryException.class)
        .hasMessageContaining(reason);
    assertThat(descriptor.isOpen()).isFalse();
  }

  private Descriptor memfd(long size, int seals) {
    Descriptor descriptor = posix.memfd("made");
    posix.ftruncate(descriptor, size);
    if (seals != 0) {
      posix.addSeals(descriptor, seals);
    }
    return descriptor;
  }

  private static int descriptors() {
    String[] names = new File("/proc/self/fd").list();
    return names == null ? -1 : names.length;
  }
}
