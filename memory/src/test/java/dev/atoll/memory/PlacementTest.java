/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final int READ_WRITE = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;
  private static final int ANONYMOUS =
      MemoryCalls.MAP_PRIVATE | MemoryCalls.MAP_ANONYMOUS | MemoryCalls.MAP_NORESERVE;

  private final Posix real = Posix.system();

  private static MapRequest request(long length) {
    return new MapRequest(length, READ_WRITE, ANONYMOUS, null, 0, "test");
  }

  @Test
  void aFixedAddressThatIsTakenIsRefused() {
    try (MappedRange first = MappedRange.map(real, request(8192))) {
      var there = new Placement(first.address() + 4096, true);
      assertThatThrownBy(() -> MappedRange.map(real, request(4096), there))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    }
  }

  /** Linux before 4.17 maps somewhere else instead. */
  @Test
  void anAddressThatTheKernelChangedIsGivenBackAndRefused() {
    List<Object> unmapped = new ArrayList<>();
    Posix old =
        FakePosix.over(
            real,
            (name, arguments) -> {
              if (name.equals("mmap")) {
                return 0x7000_0000L;
              }
              if (name.equals("munmap")) {
                unmapped.add(arguments[0]);
                return null;
              }
              return FakePosix.Interceptor.REAL;
            });
    assertThatThrownBy(() -> MappedRange.map(old, request(4096), new Placement(0x6000_0000L, true)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    assertThat(unmapped).containsExactly(0x7000_0000L);
  }

  @Test
  void populateGoesOverTheWholeRangeInPieces() {
    List<Long> lengths = new ArrayList<>();
    Posix posix = advising(lengths, 0);
    long length = (128L << 20) + 4096;
    try (MappedRange range = MappedRange.map(posix, request(length))) {
      range.populate(true);
    }
    assertThat(lengths).containsExactly(64L << 20, 64L << 20, 4096L);
  }

  @Test
  void populateMakesThePagesPresent() {
    try (MappedRange range = MappedRange.map(real, request(1 << 20))) {
      range.populate(false);
      range.populate(true);
      assertThat(range.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 4096)).isZero();
    }
  }

  @Test
  void aKernelThatCanNotPopulateIsNoError() {
    List<Long> lengths = new ArrayList<>();
    try (MappedRange range =
        MappedRange.map(advising(lengths, -Errno.EINVAL.number()), request(4096))) {
      range.populate(false);
    }
    assertThat(lengths).hasSize(1);
  }

  @Test
  void aFailureToPopulateIsTold() {
    try (MappedRange range =
        MappedRange.map(advising(new ArrayList<>(), -Errno.ENOMEM.number()), request(4096))) {
      assertThatThrownBy(() -> range.populate(true))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
    }
  }

  @Test
  void populateOfAClosedRangeDoesNothing() {
    List<Long> lengths = new ArrayList<>();
    MappedRange range = MappedRange.map(advising(lengths, 0), request(4096));
    range.close();
    range.populate(true);
    assertThat(lengths).isEmpty();
  }

  private Posix advising(List<Long> lengths, int result) {
    return FakePosix.over(
        real,
        (name, arguments) -> {
          if (name.equals("madvise")) {
            lengths.add((Long) arguments[1]);
            return result;
          }
          return FakePosix.Interceptor.REAL;
        });
  }
}
