/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.rsm.BarrierMode;
import dev.atoll.rsm.ExportOption;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportMapping;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.ItemWidth;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import dev.atoll.testkit.Conditions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the typed transfers promise; each carrier's test extends this. */
abstract class TransferContract extends ContractFixture {
  @Test
  void singleItemsOfEachWidthGoThereAndBack() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.putByte(1, (byte) -2);
      segment.putShort(2, (short) -3);
      segment.putInt(4, -4);
      segment.putLong(SIZE - 8, -5);

      assertThat(memory.segment().get(JAVA_SHORT, 2)).isEqualTo((short) -3);
      assertThat(memory.segment().get(JAVA_INT, 4)).isEqualTo(-4);
      assertThat(memory.segment().get(JAVA_LONG, SIZE - 8)).isEqualTo(-5);
      assertThat(segment.getByte(1)).isEqualTo((byte) -2);
      assertThat(segment.getShort(2)).isEqualTo((short) -3);
      assertThat(segment.getInt(4)).isEqualTo(-4);
      assertThat(segment.getLong(SIZE - 8)).isEqualTo(-5);
    }
  }

  @Test
  void itemsLeaveTheirNeighboursAlone() {
    export.publish(ID);
    memory.segment().asSlice(0, 64).fill((byte) 0x55);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.putShorts(6, new short[] {1, 2, 3});

      short[] back = new short[5];
      segment.getShorts(4, back);
      assertThat(back).containsExactly((short) 0x5555, 1, 2, 3, 0x5555);
    }
  }

  @Test
  void arraysOfEachWidthMoveInWholeAndInPart() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      byte[] bytes = {1, 2, 3, 4, 5};
      short[] shorts = {1, 2, 3, 4, 5};
      int[] ints = {1, 2, 3, 4, 5};
      long[] longs = {1, 2, 3, 4, 5};
      segment.putBytes(3, bytes, 1, 3);
      segment.putShorts(16, shorts, 1, 3);
      segment.putInts(32, ints, 1, 3);
      segment.putLongs(64, longs, 1, 3);

      byte[] someBytes = new byte[5];
      segment.getBytes(3, someBytes, 2, 3);
      assertThat(someBytes).containsExactly(0, 0, 2, 3, 4);
      short[] someShorts = new short[5];
      segment.getShorts(16, someShorts, 2, 3);
      assertThat(someShorts).containsExactly(new short[] {0, 0, 2, 3, 4});
      int[] someInts = new int[5];
      segment.getInts(32, someInts, 2, 3);
      assertThat(someInts).containsExactly(0, 0, 2, 3, 4);
      long[] someLongs = new long[5];
      segment.getLongs(64, someLongs, 2, 3);
      assertThat(someLongs).containsExactly(0, 0, 2, 3, 4);

      segment.putBytes(128, bytes);
      segment.putInts(136, ints);
      segment.putLongs(256, longs);
      segment.getBytes(128, someBytes);
      segment.getInts(136, someInts);
      segment.getLongs(256, someLongs);
      assertThat(someBytes).containsExactly(bytes);
      assertThat(someInts).containsExactly(ints);
      assertThat(someLongs).containsExactly(longs);
    }
  }

  @ParameterizedTest
  @EnumSource(ItemWidth.class)
  void itemsInNativeMemoryMoveByEachWidth(ItemWidth width) {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocate(64, 8);
      for (int i = 0; i < 8; i++) {
        source.setAtIndex(JAVA_LONG, i, 0x0102_0304_0506_0708L * (i + 1));
      }
      long count = 24 / width.bytes();
      segment.putItems(width, 8, source, 16, count);
      MemorySegment target = arena.allocate(64, 8);
      segment.getItems(width, 8, target, 32, count);
      assertThat(target.asSlice(32, 24).mismatch(source.asSlice(16, 24))).isEqualTo(-1);
      assertThat(memory.segment().asSlice(8, 24).mismatch(source.asSlice(16, 24))).isEqualTo(-1);
      assertThat(memory.segment().get(JAVA_LONG, 32)).isZero();
      assertThat(target.get(JAVA_LONG, 56)).isZero();
    }
  }

  @Test
  void itemsAreInTheProcessorsByteOrder() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.putInt(0, 0x01020304);
      assertThat(memory.segment().get(JAVA_INT, 0)).isEqualTo(0x01020304);
    }
  }

  @Test
  void refusesMisalignedOffsets() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.getLong(4));
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.putLong(4, 1));
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.getInts(2, new int[1]));
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.putInts(2, new int[1]));
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.putShort(-1, (short) 1));
      assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.getShorts(SIZE + 1, new short[0]));
    }
  }

  @Test
  void refusesMisalignedLocalMemory() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment local = arena.allocate(64, 8);
      assertRefused(
          RsmError.BAD_MEM_ALIGNMENT, () -> segment.getItems(ItemWidth.BITS_64, 0, local, 4, 1));
      assertRefused(
          RsmError.BAD_MEM_ALIGNMENT, () -> segment.putItems(ItemWidth.BITS_16, 0, local, 1, 1));
      MemorySegment heap = MemorySegment.ofArray(new byte[64]);
      assertRefused(
          RsmError.BAD_MEM_ALIGNMENT, () -> segment.putItems(ItemWidth.BITS_32, 0, heap, 0, 1));
      segment.putItems(ItemWidth.BITS_8, 0, heap, 3, 1);
      segment.putItems(ItemWidth.BITS_32, 0, MemorySegment.ofArray(new long[2]), 4, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-8, SIZE, Long.MAX_VALUE - 7, Long.MIN_VALUE})
  void refusesItemsOutsideTheSegment(long offset) {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      assertRefused(RsmError.BAD_OFFSET, () -> segment.putLong(offset, 1));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.getLong(offset));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.putByte(offset, (byte) 1));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.getShorts(offset, new short[1]));
    }
  }

  @Test
  void itemsReachExactlyToTheEnd() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.putLongs(SIZE - 16, new long[] {1, 2});
      assertRefused(RsmError.BAD_OFFSET, () -> segment.putLongs(SIZE - 16, new long[3]));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.getLongs(SIZE - 16, new long[3]));
      assertThat(memory.segment().get(JAVA_LONG, SIZE - 16)).isEqualTo(1);
    }
  }

  @Test
  void movingNoItemsIsLegal() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.putLongs(0, new long[0]);
      segment.getLongs(SIZE, new long[0]);
      segment.putInts(8, new int[4], 4, 0);
      segment.getItems(ItemWidth.BITS_64, 8, MemorySegment.ofArray(new long[1]), 8, 0);
      assertRefused(RsmError.BAD_OFFSET, () -> segment.putLongs(SIZE + 8, new long[0]));
    }
  }

  @Test
  void refusesItemsOutsideTheLocalMemory() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      MemorySegment two = MemorySegment.ofArray(new long[2]);
      assertThatThrownBy(() -> segment.putLongs(0, new long[2], 1, 2))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> segment.getInts(0, new int[2], -1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      for (long count : new long[] {2, -1, Long.MAX_VALUE, 1L << 61}) {
        assertThatThrownBy(() -> segment.putItems(ItemWidth.BITS_64, 0, two, 8, count))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @Test
  void rightsCountForItemsAsForBytes() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ)) {
      assertThat(segment.getByte(0)).isZero();
      assertRefused(RsmError.PERM_DENIED, () -> segment.putByte(0, (byte) 1));
      assertRefused(RsmError.PERM_DENIED, () -> segment.putLongs(0, new long[1]));
    }
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(0, 4096, Permission.READ)) {
      assertRefused(RsmError.BAD_PERMS, () -> segment.putLong(0, 1));
      assertThat(segment.getLong(0)).isEqualTo(pages.segment().get(JAVA_LONG, 0));
    }
  }

  @Test
  void aWindowBoundsItemsByOffsetsOfTheSegment() {
    export.publish(ID);
    memory.segment().set(JAVA_LONG, 4096, 77);
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ImportMapping pages = segment.map(4096, 4096, Permission.READ_WRITE)) {
      assertRefused(RsmError.BAD_OFFSET, () -> segment.getLong(0));
      assertRefused(RsmError.BAD_OFFSET, () -> segment.getLong(8192));
      assertThat(segment.getLong(4096)).isEqualTo(77);
      segment.putLong(8184, 78);
      assertThat(pages.segment().get(JAVA_LONG, 4088)).isEqualTo(78);
    }
  }

  @Test
  void itemsTellTheEndOfTheConnection() {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ_WRITE);
    segment.putLong(0, 1);
    export.unpublish();
    assertRefused(RsmError.CONN_ABORTED, () -> segment.putLong(0, 2));
    assertRefused(RsmError.CONN_ABORTED, () -> segment.getLong(0));
    assertRefused(RsmError.CONN_ABORTED, () -> segment.getBytes(0, new byte[3]));
    assertRefused(
        RsmError.CONN_ABORTED,
        () -> segment.putItems(ItemWidth.BITS_8, 0, MemorySegment.ofArray(new byte[1]), 0, 1));
    segment.setMode(BarrierMode.EXPLICIT);
    segment.putLong(0, 3);
    segment.disconnect();
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.putLong(0, 4));
    assertRefused(RsmError.BAD_SEG_HNDL, () -> segment.getLongs(0, new long[1]));
    assertThat(memory.segment().get(JAVA_LONG, 0)).isEqualTo(1);
  }

  @Test
  void withoutABarrierImplicitItemsAreRefused() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.READ_WRITE)) {
      segment.currentBarrier().orElseThrow().destroy();
      assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.putByte(0, (byte) 1));
      segment.setMode(BarrierMode.EXPLICIT);
      segment.putByte(0, (byte) 1);
    }
  }

  @Test
  void itemsGoThroughTheDeviceWhereThereAreNoPages() {
    try (ExportSegment mediated =
        exporter.controller("loopback").export(memory, ExportOption.MEDIATED)) {
      mediated.publish(ID);
      try (ImportSegment segment = connect(Permission.READ_WRITE)) {
        segment.putByte(0, (byte) 1);
        segment.putShort(2, (short) 2);
        segment.putInt(4, 3);
        segment.putLong(8, 4);
        assertThat(segment.getByte(0)).isEqualTo((byte) 1);
        assertThat(segment.getShort(2)).isEqualTo((short) 2);
        assertThat(segment.getInt(4)).isEqualTo(3);
        assertThat(segment.getLong(8)).isEqualTo(memory.segment().get(JAVA_LONG, 8)).isEqualTo(4);

        segment.putInts(16, new int[] {9, 1, 2, 9}, 1, 2);
        int[] ints = new int[3];
        segment.getInts(16, ints, 1, 2);
        assertThat(ints).containsExactly(0, 1, 2);
        MemorySegment local = MemorySegment.ofArray(new long[] {0, 7});
        segment.putItems(ItemWidth.BITS_64, 32, local, 8, 1);
        segment.getItems(ItemWidth.BITS_64, 32, local, 0, 1);
        assertThat(local.get(JAVA_LONG, 0)).isEqualTo(7);

        assertRefused(RsmError.BAD_MEM_ALIGNMENT, () -> segment.putLong(4, 1));
        assertRefused(RsmError.BAD_OFFSET, () -> segment.putLong(SIZE, 1));
        assertRefused(RsmError.BAD_OFFSET, () -> segment.getLongs(SIZE - 8, new long[2]));
        segment.currentBarrier().orElseThrow().destroy();
        assertRefused(RsmError.BARRIER_UNINITIALIZED, () -> segment.putLong(8, 5));
      }
    }
  }

  @Test
  void writeOnlyConnectionsPutItems() {
    export.publish(ID);
    try (ImportSegment segment = connect(Permission.WRITE)) {
      segment.putLongs(0, new long[] {1, 2});
      assertThat(memory.segment().get(JAVA_LONG, 8)).isEqualTo(2);
      assertRefused(RsmError.PERM_DENIED, () -> segment.getLong(0));
      assertRefused(RsmError.PERM_DENIED, () -> segment.getLongs(0, new long[1]));
    }
  }

  /** A torn item would mix halves; items out of order would show a later number first. */
  @Test
  void itemsAreNeverTornAndComeInOrder() throws Exception {
    export.publish(ID);
    int count = 64;
    long rounds = 20_000;
    try (ImportSegment writer = connect(Permission.READ_WRITE);
        ImportSegment reader = connect(Permission.READ)) {
      CompletableFuture<Void> watching =
          CompletableFuture.runAsync(() -> watch(reader, count, rounds));
      long[] items = new long[count];
      for (long round = 1; round <= rounds; round++) {
        java.util.Arrays.fill(items, round << 32 | round);
        writer.putLongs(0, items);
      }
      watching.get(60, TimeUnit.SECONDS);
    }
  }

  /** Reads from the last item to the first: each must be at least as new as the one after it. */
  private static void watch(ImportSegment reader, int count, long last) {
    long newest = 0;
    while (newest < last) {
      long later = 0;
      for (int i = count - 1; i >= 0; i--) {
        long item = reader.getLong(i * 8L);
        assertThat((int) item).isEqualTo((int) (item >>> 32));
        assertThat(item).isGreaterThanOrEqualTo(later);
        later = item;
      }
      newest = later >>> 32;
    }
  }

  @Test
  void manyThreadsMakeTheFirstPutTogetherAndOneMapping() throws Exception {
    export.publish(ID);
    int threads = 64;
    int before = mappingsOfTheSegment();
    try (ImportSegment segment = connect(Permission.READ_WRITE);
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<?>> puts = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        long offset = t * 8L;
        puts.add(
            pool.submit(() -> {
              start.await(20, TimeUnit.SECONDS);
              segment.putLong(offset, offset + 1);
              return null;
            }));
      }
      for (Future<?> put : puts) {
        put.get(20, TimeUnit.SECONDS);
      }
      for (int t = 0; t < threads; t++) {
        assertThat(memory.segment().get(JAVA_LONG, t * 8L)).isEqualTo(t * 8L + 1);
      }
      assertThat(mappingsOfTheSegment()).isEqualTo(before + 1);
    }
  }

  /** Lines of /proc/self/maps that name the inode of the exported memory; see proc(5). */
  private int mappingsOfTheSegment() throws IOException {
    Path file = Path.of("/proc/self/fd/" + memory.descriptor().number());
    String inode = " " + Files.getAttribute(file, "unix:ino") + " ";
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return (int) lines.filter(line -> line.contains(inode)).count();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void transfersThatRaceWithTheEndFailWithACodeAndNeverCrash(boolean isRevoked) throws Exception {
    for (int round = 0; round < 40; round++) {
      export.publish(ID);
      ImportSegment segment = connect(Permission.READ_WRITE);
      RsmError expected = isRevoked ? RsmError.CONN_ABORTED : RsmError.BAD_SEG_HNDL;
      List<CompletableFuture<RsmError>> workers =
          List.of(
              CompletableFuture.supplyAsync(() -> putItemsUntilTheEnd(segment)),
              CompletableFuture.supplyAsync(() -> getBytesUntilTheEnd(segment)));
      Conditions.await("items", LONG, () -> memory.segment().get(JAVA_LONG, 8) != 0);
      if (!isRevoked) {
        segment.close();
      }
      export.unpublish();
      for (CompletableFuture<RsmError> worker : workers) {
        assertThat(worker.get(20, TimeUnit.SECONDS)).isEqualTo(expected);
      }
      segment.close();
      memory.segment().asSlice(0, 1 << 16).fill((byte) 0);
    }
  }

  @Test
  void transfersThatRaceWithMapAndUnmapSucceedOrSayWhy() throws Exception {
    export.publish(ID);
    ImportSegment segment = connect(Permission.READ_WRITE);
    CompletableFuture<RsmError> worker =
        CompletableFuture.supplyAsync(() -> putItemsUntilTheEnd(segment));
    Conditions.await("items", LONG, () -> memory.segment().get(JAVA_LONG, 8) != 0);
    for (int round = 0; round < 300; round++) {
      segment.map(0, SIZE, Permission.READ_WRITE).close();
    }
    assertThat(worker).isNotDone();
    segment.close();
    assertThat(worker.get(20, TimeUnit.SECONDS)).isEqualTo(RsmError.BAD_SEG_HNDL);
  }

  private static RsmError putItemsUntilTheEnd(ImportSegment segment) {
    long[] items = new long[1024];
    java.util.Arrays.fill(items, 7);
    try {
      while (true) {
        segment.putLongs(0, items);
        segment.putLong(16, 7);
      }
    } catch (RsmException e) {
      return e.error();
    }
  }

  private static RsmError getBytesUntilTheEnd(ImportSegment segment) {
    MemorySegment local = MemorySegment.ofArray(new byte[1 << 16]);
    try {
      while (true) {
        segment.get(0, local);
        segment.getLong(16);
      }
    } catch (RsmException e) {
      return e.error();
    }
  }
}
