/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MemoryCallsTest {
  private static final int READ_WRITE = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;

  private final Posix posix = Posix.system();
  private final long page = posix.pageSize();

  @Test
  void twoMappingsOfAMemfdShareTheirBytes() {
    try (Descriptor memfd = posix.memfd("test");
        Arena arena = Arena.ofConfined()) {
      posix.ftruncate(memfd, page);
      long first = posix.mmap(0, page, READ_WRITE, MemoryCalls.MAP_SHARED, memfd, 0);
      long second = posix.mmap(0, page, MemoryCalls.PROT_READ, MemoryCalls.MAP_SHARED, memfd, 0);
      NativeMemory.view(first, page, arena).set(ValueLayout.JAVA_LONG, 8, 42);
      assertThat(NativeMemory.view(second, page, arena).get(ValueLayout.JAVA_LONG, 8))
          .isEqualTo(42);
      posix.munmap(first, page);
      posix.munmap(second, page);
    }
  }

  @Test
  void refusalNamesCallErrnoAndRemedy() {
    assertThatThrownBy(() -> posix.munmap(1, page))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("munmap(address=0x1")
        .hasMessageContaining("EINVAL (errno 22)")
        .hasMessageContaining("page size");
  }
}
