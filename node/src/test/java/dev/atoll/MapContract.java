/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.MapAttribute;
import dev.atoll.rsm.MapOptions;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import org.junit.jupiter.api.Test;

/** What map promises about addresses and pages; each carrier's test extends this. */
abstract class MapContract extends ContractFixture {
  private static final long PAGE = Posix.system().pageSize();

  /** Addresses that were free a moment ago: nothing else in the process asks for so many. */
  private static long freeAddress() {
    long length = 64L << 20;
    long address =
        Posix.system()
            .mmap(
                0,
                length,
                MemoryCalls.PROT_NONE,
                MemoryCalls.MAP_PRIVATE | MemoryCalls.MAP_ANONYMOUS | MemoryCalls.MAP_NORESERVE,
                null,
                0);
    Posix.system().munmap(address, length);
    return address + length / 2;
  }

  @Test
  void aFixedAddressIsTakenIfItIsFree() {
    export.publish(ID);
    long address = freeAddress();
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages =
            segment.map(4096, 8192, Permission.READ_WRITE, MapOptions.at(address))) {
      assertThat(pages.segment().address()).isEqualTo(address);
      pages.segment().set(JAVA_LONG, 0, 42);
      assertThat(memory.segment().get(JAVA_LONG, 4096)).isEqualTo(42);
    }
  }

  @Test
  void whatIsMappedAtAFixedAddressIsNotReplaced() {
    export.publish(ID);
    memory.segment().set(JAVA_LONG, 0, 42);
    long taken = memory.segment().address();
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      for (long address : new long[] {taken, taken + SIZE - PAGE, taken - PAGE}) {
        assertThatThrownBy(
                () -> segment.map(0, 2 * PAGE, Permission.READ_WRITE, MapOptions.at(address)))
            .isInstanceOfSatisfying(
                RsmException.class, e -> assertThat(e.error()).isEqualTo(RsmError.MAP_FAILED))
            .hasMessageContaining("address is in use");
      }
      assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(42);
      segment.map(0, PAGE, Permission.READ).close();
    }
  }

  @Test
  void refusesFixedAddressesThatAreNone() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      long address = freeAddress();
      assertRefused(
          RsmError.BAD_MEM_ALIGNMENT,
          () -> segment.map(0, PAGE, Permission.READ, MapOptions.at(address + 8)));
      assertRefused(
          RsmError.BAD_ADDR, () -> segment.map(0, PAGE, Permission.READ, MapOptions.at(0)));
      assertRefused(
          RsmError.BAD_ADDR, () -> segment.map(0, PAGE, Permission.READ, MapOptions.at(-PAGE)));
      assertRefused(
          RsmError.BAD_LENGTH, () -> segment.map(0, 0, Permission.READ, MapOptions.at(8)));
      segment.map(0, PAGE, Permission.READ).close();
    }
  }

  @Test
  void aHintIsNoMoreThanThat() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      long free = freeAddress();
      try (ImportMapping pages = segment.map(0, PAGE, Permission.READ, MapOptions.near(free))) {
        assertThat(pages.segment().address()).isEqualTo(free);
      }
      long taken = memory.segment().address();
      MapOptions reserved = new MapOptions(MapAttribute.RESERVED, taken, false);
      try (ImportMapping pages = segment.map(0, PAGE, Permission.READ, reserved)) {
        assertThat(pages.segment().address()).isNotEqualTo(taken);
      }
      assertThat(MapAttribute.RESERVED.value()).isEqualTo(2);
      assertThat(MapAttribute.FIXED.value()).isEqualTo(1);
      assertThat(MapAttribute.NONE.value()).isZero();
    }
  }

  @Test
  void populatedMappingsAreTheExportersMemoryToo() {
    export.publish(ID);
    memory.segment().set(JAVA_LONG, SIZE - 8, 42);
    MapOptions populated = MapOptions.anywhere().populated();
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      for (Permission rights : new Permission[] {Permission.READ, Permission.READ_WRITE}) {
        try (ImportMapping pages = segment.map(0, SIZE, rights, populated)) {
          assertThat(pages.segment().get(JAVA_LONG, SIZE - 8)).isEqualTo(42);
        }
      }
    }
  }

  @Test
  void aFixedMappingIsRevokedInPlace() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages =
            segment.map(0, SIZE, Permission.READ_WRITE, MapOptions.at(freeAddress()).populated())) {
      pages.segment().set(JAVA_LONG, 0, 42);
      export.unpublish();
      assertThat(pages.segment().get(JAVA_LONG, 0)).isZero();
      assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(42);
    }
  }
}
