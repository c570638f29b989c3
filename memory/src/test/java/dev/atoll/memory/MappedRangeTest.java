/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.NativeMemory;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WriteBack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MappedRangeTest {
  private static final int READ_WRITE = MemoryCalls.PROT_READ | MemoryCalls.PROT_WRITE;
  private static final int ANONYMOUS = MemoryCalls.MAP_PRIVATE | MemoryCalls.MAP_ANONYMOUS;

  private final Posix posix = Posix.system();
  private long now;
  private final Quarantine quarantine = new Quarantine(() -> now);

  @Test
  void readsAndWritesWhatIsMapped() {
    try (Descriptor file = file(8192);
        MappedRange one = map(file, 4096, 4096);
        MappedRange other = map(file, 8192, 0)) {
      one.segment().set(JAVA_LONG, 8, 42);
      assertThat(other.segment().get(JAVA_LONG, 4096 + 8)).isEqualTo(42);
      assertThat(one.length()).isEqualTo(4096);
      assertThat(one.segment().byteSize()).isEqualTo(4096);
      assertThat(one.segment().address()).isEqualTo(one.address());
    }
  }

  @Test
  void refusesStoreThroughReadOnlyRange() {
    try (Descriptor file = file(4096);
        MappedRange range =
            MappedRange.map(
                posix,
                new MapRequest(
                    4096, MemoryCalls.PROT_READ, MemoryCalls.MAP_SHARED, file, 0, "test"),
                quarantine)) {
      assertThat(range.isWritable()).isFalse();
      assertThatThrownBy(() -> range.segment().set(JAVA_LONG, 0, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void throwsOnUseAfterClose() {
    MappedRange range = anonymous(4096);
    MemorySegment segment = range.segment();
    range.close();
    range.close();
    assertThat(range.isOpen()).isFalse();
    assertThatThrownBy(range::segment)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test");
    assertThatThrownBy(() -> segment.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void leavesReadableZerosAtClosedAddress() {
    try (Descriptor file = file(4096)) {
      MappedRange range = map(file, 4096, 0);
      range.segment().set(JAVA_LONG, 0, 42);
      range.close();
      assertThat(NativeMemory.view(range.address(), 4096).get(JAVA_LONG, 0)).isZero();
      try (MappedRange again = map(file, 4096, 0)) {
        assertThat(again.segment().get(JAVA_LONG, 0)).isEqualTo(42);
      }
    }
  }

  @Test
  void coversLastPageOfOddLengthOnClose() {
    try (Descriptor file = file(8192)) {
      MappedRange range = map(file, 4096 + 1, 0);
      range.segment().set(JAVA_BYTE, 4096, (byte) 7);
      range.close();
      assertThat(NativeMemory.view(range.address(), 8192).get(JAVA_BYTE, 4096)).isZero();
    }
  }

  @Test
  void putsZerosInPlaceWhenRevokedAndStaysUsable() {
    try (Descriptor file = file(4096);
        MappedRange range = map(file, 4096, 0);
        MappedRange owner = map(file, 4096, 0)) {
      MemorySegment segment = range.segment();
      segment.set(JAVA_LONG, 0, 42);
      range.revoke();
      range.revoke();
      assertThat(range.isRevoked()).isTrue();
      assertThat(range.isOpen()).isTrue();
      assertThat(segment.get(JAVA_LONG, 0)).isZero();
      segment.set(JAVA_LONG, 0, 7);
      assertThat(segment.get(JAVA_LONG, 0)).isEqualTo(7);
      assertThat(owner.segment().get(JAVA_LONG, 0)).isEqualTo(42);
    }
  }

  @Test
  void doesNothingWhenRevokedAfterClose() {
    MappedRange range = anonymous(4096);
    range.close();
    range.revoke();
    assertThat(range.isRevoked()).isFalse();
  }

  @Test
  void unmapsOnlyAfterGrace() {
    List<String> calls = new ArrayList<>();
    Posix counting =
        FakePosix.over(
            posix,
            (name, arguments) -> {
              calls.add(name);
              return FakePosix.Interceptor.REAL;
            });
    MapRequest request = new MapRequest(4096, READ_WRITE, ANONYMOUS, null, 0, "test");
    MappedRange.map(counting, request, quarantine).close();
    assertThat(calls).containsExactly("pageSize", "mmap", "mmap");
    now += 10_000_000_000L;
    MappedRange.map(posix, request, quarantine).close();
    assertThat(calls).containsExactly("pageSize", "mmap", "mmap", "munmap");
  }

  @Test
  void keepsFileMappedWhenRevokeFails() {
    Posix failing =
        FakePosix.over(
            posix,
            (name, arguments) -> {
              if (name.equals("mmap") && (long) arguments[0] != 0) {
                throw new ErrnoException("mmap", 12, "test");
              }
              return FakePosix.Interceptor.REAL;
            });
    MapRequest request = new MapRequest(4096, READ_WRITE, ANONYMOUS, null, 0, "test");
    MappedRange range = MappedRange.map(failing, request, quarantine);
    range.segment().set(JAVA_LONG, 0, 42);
    assertThatThrownBy(range::revoke).isInstanceOf(ErrnoException.class);
    assertThat(range.isRevoked()).isFalse();
    MemorySegment segment = range.segment();
    range.close();
    assertThat(range.isOpen()).isFalse();
    assertThatThrownBy(() -> segment.get(JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    assertThat(NativeMemory.view(range.address(), 4096).get(JAVA_LONG, 0)).isEqualTo(42);
    assertThat(quarantine.size()).as("addresses of unknown state are never released").isZero();
    posix.munmap(range.address(), 4096);
  }

  @Test
  void longClosedAndRevokedRangesDoNotCountAsData() throws IOException {
    long length = 2L << 30;
    try (Descriptor file = file(length);
        MappedRange revoked = map(file, length, 0)) {
      long before = dataBytes();
      MappedRange closed = map(file, length, 0);
      closed.close();
      revoked.revoke();
      assertThat(dataBytes() - before).isLessThan(length / 2);
      try (var links = Files.list(Path.of("/proc/self/fd"))) {
        assertThat(links.filter(MappedRangeTest::isZeros)).isEmpty();
      }
      // Zeros with the rights of before, and what is stored to one is not seen in another.
      MemorySegment at = NativeMemory.view(closed.address(), length);
      assertThat(at.get(JAVA_LONG, length - 8)).isZero();
      at.set(JAVA_LONG, length - 8, 42);
      assertThat(at.get(JAVA_LONG, length - 8)).isEqualTo(42);
      assertThat(revoked.segment().get(JAVA_LONG, length - 8)).isZero();
    }
  }

  private static boolean isZeros(Path link) {
    try {
      return Files.readSymbolicLink(link).toString().contains("atoll-zeros");
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }

  private static long dataBytes() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("VmData:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }

  @Test
  void takesPrivateZerosWhereNoDescriptorIsToBeHad() {
    Posix full =
        FakePosix.over(
            posix,
            (name, arguments) -> {
              if (name.equals("memfd")) {
                throw new ErrnoException("memfd_create", 24, "test");
              }
              return FakePosix.Interceptor.REAL;
            });
    MapRequest request = new MapRequest(1 << 20, READ_WRITE, ANONYMOUS, null, 0, "test");
    try (MappedRange range = MappedRange.map(full, request, quarantine)) {
      range.segment().set(JAVA_LONG, 0, 42);
      range.revoke();
      assertThat(range.segment().get(JAVA_LONG, 0)).isZero();
    }
    assertThat(quarantine.size()).isEqualTo(1);
  }

  @Test
  void segmentEndsSoonAfterASystemCallThatHeldItOverClose() throws Exception {
    MappedRange range = anonymous(4096);
    MemorySegment segment = range.segment();
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  source.read(segment.asByteBuffer());
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      // The native read of a buffer holds the buffer's arena.
      awaitNativeRead(reader);
      range.close();
      assertThat(segment.scope().isAlive()).as("held by the call").isTrue();
      sink.write(ByteBuffer.wrap(new byte[1]));
      reader.join(10_000);
      assertThat(reader.isAlive()).isFalse();
      quarantine.drain();
      assertThatThrownBy(() -> segment.set(JAVA_LONG, 0, 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  private static void awaitNativeRead(Thread reader) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (true) {
      StackTraceElement[] stack = reader.getStackTrace();
      if (stack.length > 0
          && stack[0].isNativeMethod()
          && stack[0].getMethodName().contains("read")) {
        return;
      }
      assertThat(System.nanoTime()).as("reader in read(2)").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void refusesRequestsThatMakeNoSense() {
    assertThatThrownBy(() -> new MapRequest(0, READ_WRITE, ANONYMOUS, null, 0, "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("length=0");
    assertThatThrownBy(() -> new MapRequest(1, 0, ANONYMOUS, null, 0, "x"))
        .hasMessageContaining("protection=0");
    assertThatThrownBy(() -> new MapRequest(1, MemoryCalls.PROT_EXEC | 1, ANONYMOUS, null, 0, "x"))
        .hasMessageContaining("protection=5");
    assertThatThrownBy(
            () -> new MapRequest(1, READ_WRITE, ANONYMOUS | MemoryCalls.MAP_FIXED, null, 0, "x"))
        .hasMessageContaining("flags=");
    assertThatThrownBy(() -> new MapRequest(1, READ_WRITE, MemoryCalls.MAP_SHARED, null, 0, "x"))
        .hasMessageContaining("descriptor=null");
    assertThatThrownBy(() -> new MapRequest(2, READ_WRITE, ANONYMOUS, null, Long.MAX_VALUE, "x"))
        .hasMessageContaining("offset=");
  }

  @Test
  void survivesCloseRacingWithPlainAndRawAccess() throws InterruptedException {
    for (int round = 0; round < 300; round++) {
      MappedRange range = anonymous(1 << 16);
      long raw = range.address();
      CountDownLatch running = new CountDownLatch(2);
      AtomicReference<Throwable> unexpected = new AtomicReference<>();
      Thread plain =
          start(
              unexpected,
              () -> {
                MemorySegment segment = range.segment();
                running.countDown();
                assertThatThrownBy(
                        () -> {
                          for (long i = 0; i >= 0; i++) {
                            segment.set(JAVA_LONG, (i & 0xFFF) << 3, i);
                          }
                        })
                    .isInstanceOf(IllegalStateException.class);
              });
      Thread reader =
          start(
              unexpected,
              () -> {
                // As a write-back does: a look at isOpen, then the raw address.
                MemorySegment global = NativeMemory.view(raw, 1 << 16);
                long sum = 0;
                running.countDown();
                while (range.isOpen()) {
                  if (WriteBack.isAvailable()) {
                    WriteBack.persist(raw, 1 << 16);
                  }
                  for (long i = 0; i < 1 << 16; i += 64) {
                    sum += global.get(JAVA_BYTE, i);
                  }
                }
                assertThat(sum).isNotEqualTo(Long.MIN_VALUE);
              });
      running.await();
      range.close();
      plain.join(10_000);
      reader.join(10_000);
      assertThat(plain.isAlive() || reader.isAlive()).isFalse();
      assertThat(unexpected.get()).isNull();
    }
  }

  @Test
  void survivesRevokeRacingWithAccessAndClose() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      MappedRange range = anonymous(1 << 16);
      CountDownLatch running = new CountDownLatch(1);
      AtomicReference<Throwable> unexpected = new AtomicReference<>();
      Thread writer =
          start(
              unexpected,
              () -> {
                MemorySegment segment = range.segment();
                running.countDown();
                try {
                  for (long i = 0; i >= 0; i++) {
                    segment.set(JAVA_LONG, (i & 0xFFF) << 3, i);
                  }
                } catch (IllegalStateException e) {
                  assertThat(range.isOpen()).isFalse();
                }
              });
      running.await();
      Thread revoker = start(unexpected, range::revoke);
      range.close();
      revoker.join(10_000);
      writer.join(10_000);
      assertThat(writer.isAlive() || revoker.isAlive()).isFalse();
      assertThat(unexpected.get()).isNull();
    }
  }

  @Test
  void staysBoundedInMapsOverManyCycles() throws IOException {
    long before = mapsLines();
    for (int i = 0; i < 10_000; i++) {
      anonymous(4096).close();
    }
    // Neighbouring zero ranges are one line; without merging there would be 10,000.
    assertThat(mapsLines() - before).isLessThan(1_000);
    now += 11_000_000_000L;
    anonymous(4096).close();
    assertThat(quarantine.size()).isEqualTo(1);
    assertThat(mapsLines() - before).isLessThan(50);
  }

  private static long mapsLines() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  private static Thread start(AtomicReference<Throwable> unexpected, Runnable task) {
    return Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            task.run();
          } catch (Throwable e) {
            unexpected.set(e);
          }
        });
  }

  private Descriptor file(long size) {
    Descriptor descriptor = posix.memfd("range-test");
    posix.ftruncate(descriptor, size);
    return descriptor;
  }

  private MappedRange map(Descriptor file, long length, long offset) {
    return MappedRange.map(
        posix,
        new MapRequest(length, READ_WRITE, MemoryCalls.MAP_SHARED, file, offset, "test"),
        quarantine);
  }

  private MappedRange anonymous(long length) {
    return MappedRange.map(
        posix, new MapRequest(length, READ_WRITE, ANONYMOUS, null, 0, "test"), quarantine);
  }
}
