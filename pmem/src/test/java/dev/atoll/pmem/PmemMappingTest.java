/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static dev.atoll.pmem.PmemOption.PRETEND;
import static dev.atoll.pmem.PmemOption.READ_ONLY;
import static dev.atoll.pmem.PmemOption.SPARSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.memory.RegionKind;
import dev.atoll.posix.Errno;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PmemMappingTest {
  private static final long SIZE = 64 << 10;

  @TempDir Path directory;

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private PmemFile create(PmemOption... more) {
    PmemOption[] options = new PmemOption[more.length + 1];
    System.arraycopy(more, 0, options, 0, more.length);
    options[more.length] = CREATE;
    return PmemFile.open(directory.resolve("file"), SIZE, options);
  }

  private byte[] content() throws IOException {
    return Files.readAllBytes(directory.resolve("file"));
  }

  @Test
  void mapsTheWholeFileSharedAndWritable() throws IOException {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      assertThat(mapping.size()).isEqualTo(SIZE);
      assertThat(mapping.segment().byteSize()).isEqualTo(SIZE);
      assertThat(mapping.address()).isEqualTo(mapping.segment().address());
      assertThat(mapping.mode()).isEqualTo(MapMode.SHARED);
      assertThat(mapping.kind()).isEqualTo(RegionKind.PERSISTENT);
      assertThat(mapping.isWritable()).isTrue();
      mapping.segment().setString(64, "Hello, Persistent Memory!");
      mapping.persist(64, 26);
      assertThat(new String(content(), 64, 25, StandardCharsets.US_ASCII))
          .isEqualTo("Hello, Persistent Memory!");
    }
  }

  @Test
  void outlivesItsFile() throws IOException {
    PmemFile file = create();
    PmemMapping mapping = file.map();
    file.close();
    mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
    mapping.persist(0, 1);
    assertThat(mapping.attributes().granularity()).isEqualTo(Granularity.PAGE);
    mapping.close();
    assertThat(content()[0]).isEqualTo((byte) 7);
  }

  @Test
  void keepsPrivateStoresFromTheFile() throws IOException {
    try (PmemFile file = create();
        PmemMapping copy = file.map(MapMode.PRIVATE);
        PmemMapping shared = file.map()) {
      copy.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
      shared.segment().set(ValueLayout.JAVA_BYTE, 4096, (byte) 8);
      assertThat(shared.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
      assertThat(copy.segment().get(ValueLayout.JAVA_BYTE, 4096)).isEqualTo((byte) 8);
      assertThat(copy.kind()).isEqualTo(RegionKind.VOLATILE);
      assertThat(copy.attributes().isDurable()).isFalse();
      assertThat(copy.attributes().instruction()).isEqualTo("none");
      assertThat(shared.descriptor().isOpen()).isTrue();
      assertThatIllegalStateException().isThrownBy(copy::descriptor);
    }
    assertThat(content()).startsWith(0);
  }

  @Test
  void refusesToFlushAPrivateMapping() {
    try (PmemFile file = create();
        PmemMapping mapping = file.map(MapMode.PRIVATE)) {
      MemorySegment source = MemorySegment.ofArray(new byte[8]);
      List<Runnable> calls =
          List.of(
              () -> mapping.persist(0, 8),
              () -> mapping.flush(0, 8),
              mapping::fence,
              mapping::drain,
              () -> mapping.sync(0, 8),
              () -> mapping.deepPersist(0, 8),
              () -> mapping.copy(source, 0),
              () -> mapping.copyPersist(source, 0));
      for (Runnable call : calls) {
        assertThatIllegalStateException()
            .isThrownBy(call::run)
            .withMessageContaining("mode=PRIVATE");
      }
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
      mapping.commitLong(0, 5);
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(5);
    }
  }

  @Test
  void letsAReaderMakeDurableWhatOthersStored() {
    create().close();
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), directory.resolve("file"), READ_ONLY);
        PmemMapping mapping = file.map()) {
      assertThat(mapping.mode()).isEqualTo(MapMode.READ_ONLY);
      assertThat(mapping.isWritable()).isFalse();
      assertThat(mapping.segment().isReadOnly()).isTrue();
      mapping.persist(0, 8);
      assertThat(twin.calls("msync")).isOne();
      assertThatIllegalStateException()
          .isThrownBy(() -> mapping.commitLong(0, 1))
          .withMessageContaining("READ_ONLY");
      assertThatIllegalStateException()
          .isThrownBy(() -> mapping.copy(MemorySegment.ofArray(new byte[1]), 0));
      assertThatThrownBy(() -> file.map(MapMode.SHARED)).hasMessageContaining("EACCES");
      try (PmemMapping copy = file.map(MapMode.PRIVATE)) {
        copy.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      }
    }
  }

  @Test
  void givesAViewThatRefusesStores() {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      MemorySegment view = mapping.readOnlyView();
      mapping.segment().set(ValueLayout.JAVA_BYTE, 3, (byte) 9);
      assertThat(view.get(ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 9);
      assertThat(view.isReadOnly()).isTrue();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> view.set(ValueLayout.JAVA_BYTE, 3, (byte) 1));
    }
  }

  @Test
  void mapsAPart() throws IOException {
    try (PmemFile file = create();
        PmemMapping mapping = file.map(MapMode.SHARED, 8192, 100)) {
      assertThat(mapping.fileOffset()).isEqualTo(8192);
      assertThat(mapping.size()).isEqualTo(100);
      mapping.segment().set(ValueLayout.JAVA_BYTE, 99, (byte) 5);
      mapping.persist(99, 1);
      assertThat(content()[8192 + 99]).isEqualTo((byte) 5);
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_BYTE, 100));
    }
  }

  @Test
  void refusesPartsThatAreNone() {
    try (PmemFile file = create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.map(MapMode.SHARED, 100, 100))
          .withMessageContaining("offset=100");
      assertThatIllegalArgumentException().isThrownBy(() -> file.map(MapMode.SHARED, -4096, 1));
      assertThatIllegalArgumentException().isThrownBy(() -> file.map(MapMode.SHARED, 0, 0));
      assertThatIllegalArgumentException().isThrownBy(() -> file.map(MapMode.SHARED, 0, -5));
      for (long[] range : new long[][] {{0, SIZE + 1}, {SIZE, 1}, {4096, Long.MAX_VALUE}}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> file.map(MapMode.SHARED, range[0], range[1]));
      }
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() ->
              file.map(
                  new MapTerms(
                      MapMode.SHARED, SIZE, MapTerms.TO_THE_END, Granularity.PAGE, false)));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MapMode.class,
      names = {"PRIVATE", "READ_ONLY"})
  void mapsMoreThanTwoGibibytes(MapMode mode) {
    long size = 5L << 30;
    try (PmemFile file = PmemFile.open(directory.resolve("big"), size, CREATE, SPARSE);
        PmemMapping mapping = file.map(mode)) {
      assertThat(mapping.size()).isEqualTo(size);
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, size - 8)).isZero();
      if (mode == MapMode.PRIVATE) {
        mapping.segment().set(ValueLayout.JAVA_LONG, (4L << 30) + 8, 1);
      }
    }
  }

  @Test
  void persistsBeyondTwoGibibytes() throws IOException {
    long size = 3L << 30;
    Path path = directory.resolve("big");
    try (PmemFile file = PmemFile.open(path, size, CREATE, SPARSE);
        PmemMapping mapping = file.map()) {
      mapping.commitLong(size - 8, 42);
      mapping.persist(size - 8, 8);
      mapping.persist(mapping.segment().asSlice(size - 8));
    }
    try (PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map(MapMode.SHARED, 2L << 30, 1L << 30)) {
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, (1L << 30) - 8)).isEqualTo(42);
    }
  }

  @Test
  void refusesRangesOutside() {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      long[][] ranges = {
        {-1, 1},
        {0, -1},
        {0, SIZE + 1},
        {SIZE, 1},
        {SIZE + 1, 0},
        {1, Long.MAX_VALUE},
        {Long.MAX_VALUE, 1},
        {Long.MAX_VALUE, Long.MAX_VALUE},
        {Long.MIN_VALUE, 0},
        {0, Long.MIN_VALUE}
      };
      for (long[] range : ranges) {
        List<Runnable> calls =
            List.of(
                () -> mapping.persist(range[0], range[1]),
                () -> mapping.flush(range[0], range[1]),
                () -> mapping.sync(range[0], range[1]),
                () -> mapping.deepPersist(range[0], range[1]),
                () -> mapping.persist(range[0], range[1], 0),
                () -> mapping.flush(range[0], range[1], 0),
                () -> mapping.advise(range[0], range[1], Advice.WILL_NEED));
        for (Runnable call : calls) {
          assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(call::run);
        }
      }
    }
  }

  @Test
  void doesNothingForLengthZero() {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), directory.resolve("file"), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      mapping.persist(0, 0);
      mapping.persist(SIZE, 0);
      mapping.flush(5, 0);
      mapping.sync(SIZE, 0);
      mapping.deepPersist(1, 0);
      mapping.advise(0, 0, Advice.WILL_NEED);
      mapping.copyPersist(MemorySegment.ofArray(new byte[0]), SIZE);
      mapping.persist(mapping.segment().asSlice(SIZE, 0));
      assertThat(twin.calls("msync")).isZero();
      assertThat(twin.calls("madvise")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, -1, 8, Integer.MIN_VALUE})
  void refusesFlags(int flags) {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mapping.persist(0, 8, flags))
          .withMessageContaining("flags=0x");
      assertThatIllegalArgumentException().isThrownBy(() -> mapping.flush(0, 8, flags));
      mapping.persist(0, 8, 0);
      mapping.flush(0, 8, 0);
    }
  }

  @Test
  void persistsASliceOfItsOwnMemoryOnly() {
    try (PmemFile file = create();
        PmemMapping mapping = file.map();
        Arena arena = Arena.ofConfined()) {
      mapping.persist(mapping.segment());
      mapping.persist(mapping.segment().asSlice(100, 200));
      mapping.persist(mapping.readOnlyView().asSlice(SIZE - 1));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> mapping.persist(arena.allocate(8)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mapping.persist(MemorySegment.ofArray(new byte[8])));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> mapping.persist(MemorySegment.NULL));
    }
  }

  @Test
  void widensMsyncToWholePages() {
    List<String> calls = new ArrayList<>();
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), directory.resolve("file"), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      twin.on(
          "msync",
          (arguments, call) -> {
            calls.add(((long) arguments[0] - mapping.address()) + "+" + arguments[1]);
            return call.make(arguments);
          });
      mapping.persist(5000, 10);
      mapping.persist(4095, 2);
      mapping.persist(0, SIZE);
      assertThat(calls).containsExactly("4096+914", "0+4097", "0+65536");
    }
  }

  @Test
  void commitsAlignedWordsInLittleEndianOrderWithoutPersisting() throws IOException {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), directory.resolve("file"), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      mapping.commitLong(SIZE - 8, 0x0102030405060708L);
      assertThat(content()).endsWith(8, 7, 6, 5, 4, 3, 2, 1);
      assertThat(twin.calls("msync")).isZero();
      for (long offset : new long[] {1, 4, 7, -1, SIZE - 4}) {
        assertThatIllegalArgumentException().isThrownBy(() -> mapping.commitLong(offset, 1));
      }
      for (long offset : new long[] {SIZE, -8, Long.MIN_VALUE}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> mapping.commitLong(offset, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copiesFromAnyMemoryAtAnyAlignment(boolean isPretending) throws IOException {
    long seed = Long.getLong("atoll.seed", System.nanoTime());
    System.out.println("copiesFromAnyMemoryAtAnyAlignment -Datoll.seed=" + seed);
    Random random = new Random(seed);
    try (PmemFile file = isPretending ? create(PRETEND) : create();
        PmemMapping mapping = file.map();
        Arena arena = Arena.ofConfined()) {
      byte[] model = new byte[(int) SIZE];
      for (int round = 0; round < 400; round++) {
        byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 300 : 9000)];
        random.nextBytes(bytes);
        int offset = random.nextInt(model.length - bytes.length);
        MemorySegment heap = MemorySegment.ofArray(bytes);
        MemorySegment source =
            random.nextBoolean() ? heap : arena.allocate(Math.max(1, bytes.length), 1);
        if (source.isNative()) {
          source = source.asSlice(0, bytes.length).copyFrom(heap);
        }
        if (random.nextBoolean()) {
          mapping.copyPersist(source, offset);
        } else {
          mapping.copy(source, offset);
          mapping.fence();
          mapping.drain();
        }
        System.arraycopy(bytes, 0, model, offset, bytes.length);
      }
      assertThat(content()).isEqualTo(model);
    }
  }

  @Test
  void copiesWithinItselfWhenRangesOverlap() throws IOException {
    try (PmemFile file = create(PRETEND);
        PmemMapping mapping = file.map()) {
      for (int i = 0; i < 10_000; i++) {
        mapping.segment().set(ValueLayout.JAVA_BYTE, i, (byte) i);
      }
      mapping.copyPersist(mapping.segment().asSlice(0, 10_000), 100);
      byte[] content = content();
      for (int i = 0; i < 10_000; i++) {
        assertThat(content[100 + i]).isEqualTo((byte) i);
      }
    }
  }

  @Test
  void refusesACopyThatDoesNotFit() {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      MemorySegment source = MemorySegment.ofArray(new byte[100]);
      for (long offset : new long[] {SIZE - 99, -1, Long.MAX_VALUE}) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
            .isThrownBy(() -> mapping.copy(source, offset));
      }
    }
  }

  @Test
  void passesAdviceOnAndItsRefusalBack() {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), directory.resolve("file"), SIZE, CREATE);
        PmemMapping mapping = file.map()) {
      mapping.advise(0, SIZE, Advice.WILL_NEED);
      mapping.advise(5000, 10, Advice.POPULATE_READ);
      mapping.advise(0, SIZE, Advice.POPULATE_WRITE);
      mapping.advise(0, SIZE, Advice.DONT_FORK);
      twin.failing("madvise", Errno.ENOMEM);
      assertThatThrownBy(() -> mapping.advise(5000, 10, Advice.WILL_NEED))
          .hasMessageContaining("madvise")
          .hasMessageContaining("ENOMEM")
          .hasMessageContaining("offset=4096 length=914");
    }
  }

  @Test
  void refusesEverythingAfterClose() {
    try (PmemFile file = create()) {
      PmemMapping mapping = file.map();
      MemorySegment segment = mapping.segment();
      mapping.close();
      mapping.close();
      assertThat(mapping.isOpen()).isFalse();
      MemorySegment source = MemorySegment.ofArray(new byte[8]);
      List<Runnable> calls =
          List.of(
              mapping::segment,
              mapping::readOnlyView,
              () -> mapping.persist(0, 8),
              () -> mapping.persist(0, 0),
              () -> mapping.persist(segment.asSlice(0, 8)),
              () -> mapping.flush(0, 8),
              mapping::fence,
              mapping::drain,
              () -> mapping.sync(0, 8),
              () -> mapping.deepPersist(0, 8),
              () -> mapping.commitLong(0, 8),
              () -> mapping.copy(source, 0),
              () -> mapping.copyPersist(source, 0),
              () -> mapping.advise(0, 8, Advice.WILL_NEED),
              mapping::attributes,
              () -> mapping.set(PmemAttribute.DEEP_FLUSH, 1),
              () -> segment.get(ValueLayout.JAVA_BYTE, 0));
      for (Runnable call : calls) {
        assertThatIllegalStateException().isThrownBy(call::run);
      }
    }
  }

  @Test
  void tellsAndSetsAttributes() {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      PmemAttributes attributes = mapping.attributes();
      assertThat(attributes.interruptedStoreAtomicityBytes()).isEqualTo(8);
      assertThat(attributes.flushUnitBytes()).isEqualTo(Posix.system().pageSize());
      assertThat(attributes.fundamentalErrorRangeBytes()).isEqualTo(Posix.system().pageSize());
      assertThat(attributes.isOptimizedFlushCapable()).isFalse();
      assertThat(attributes.isMapSync()).isFalse();
      assertThat(attributes.isPretended()).isFalse();
      assertThat(attributes.hasHoles()).isFalse();
      assertThat(attributes.instruction()).isEqualTo("msync");
      assertThat(attributes.reason()).contains("MAP_SYNC was refused");
      mapping.set(PmemAttribute.NON_TEMPORAL_THRESHOLD, 4096);
      mapping.set(PmemAttribute.DEEP_FLUSH, 1);
      assertThat(mapping.attributes().nonTemporalThresholdBytes()).isEqualTo(4096);
      assertThat(mapping.attributes().isDeep()).isTrue();
      mapping.persist(0, 8);
      mapping.copyPersist(MemorySegment.ofArray(new byte[8]), 0);
      mapping.set(PmemAttribute.DEEP_FLUSH, 0);
      assertThat(mapping.attributes().isDeep()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(PmemAttribute.class)
  void refusesToSetWhatDescribesTheMedium(PmemAttribute attribute) {
    try (PmemFile file = create();
        PmemMapping mapping = file.map()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mapping.set(attribute, -1))
          .withMessageContaining("attribute=" + attribute);
      if (!attribute.isSettable()) {
        assertThatIllegalArgumentException().isThrownBy(() -> mapping.set(attribute, 0));
      }
    }
  }
}
