/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static dev.atoll.pmem.PmemOption.CREATE;
import static dev.atoll.pmem.PmemOption.PRETEND;
import static dev.atoll.pmem.PmemOption.SPARSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.memory.OutOfMemoryBudgetException;
import dev.atoll.memory.RegionKind;
import dev.atoll.posix.Errno;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import dev.atoll.posix.WriteBack;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a mapping is flushed is decided by what the kernel grants, not by what it looks like. */
class GranularityTest {
  private static final long SIZE = 64 << 10;
  private static final Sysfs NO_DEVICES = new Sysfs(Path.of("/nonexistent"));

  @TempDir Path directory;

  @BeforeEach
  void linesCanBeWrittenBack() {
    Assumptions.assumeTrue(
        WriteBack.isAvailable(), () -> WriteBack.unavailabilityCause().orElse("no write-back"));
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    Leftovers.assertNone(directory);
  }

  private Path path() {
    return directory.resolve("file");
  }

  private PmemFile create(Posix posix, PmemOption... options) {
    return PmemFile.open(new Host(posix, NO_DEVICES, null), OpenPlan.sized(path(), SIZE, options));
  }

  @Test
  void usesMsyncWhereMapSyncIsRefused() {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = create(twin.posix(), CREATE);
        PmemMapping mapping = file.map()) {
      assertThat(mapping.granularity()).isEqualTo(Granularity.PAGE);
      mapping.persist(0, 8);
      mapping.flush(0, 8);
      mapping.sync(0, 8);
      assertThat(twin.calls("msync")).isEqualTo(3);
    }
  }

  @Test
  void flushesLinesWithoutSystemCallsWhereMapSyncIsGranted() throws IOException {
    PosixTwin twin = PosixTwin.grantingMapSync();
    try (PmemFile file = create(twin.posix(), CREATE);
        PmemMapping mapping = file.map()) {
      PmemAttributes attributes = mapping.attributes();
      assertThat(attributes.granularity()).isEqualTo(Granularity.CACHE_LINE);
      assertThat(attributes.isMapSync()).isTrue();
      assertThat(attributes.isOptimizedFlushCapable()).isTrue();
      assertThat(attributes.isPretended()).isFalse();
      assertThat(attributes.flushUnitBytes()).isEqualTo(WriteBack.lineBytes());
      assertThat(attributes.fundamentalErrorRangeBytes()).isEqualTo(512);
      assertThat(attributes.instruction()).isEqualTo(WriteBack.instruction().name());
      int calls = twin.calls("statx");
      mapping.segment().setString(100, "durable");
      mapping.persist(100, 8);
      mapping.flush(0, SIZE);
      mapping.fence();
      mapping.drain();
      mapping.persist(SIZE - 1, 1);
      mapping.copyPersist(MemorySegment.ofArray(new byte[5000]), 9000);
      assertThat(twin.calls("msync")).isZero();
      assertThat(twin.calls("statx")).isEqualTo(calls);
      mapping.sync(0, 8);
      mapping.deepPersist(0, 8);
      assertThat(twin.calls("msync")).isEqualTo(2);
    }
    assertThat(new String(Files.readAllBytes(path()), 100, 7, StandardCharsets.US_ASCII))
        .isEqualTo("durable");
  }

  @Test
  void makesEveryPersistDeepOnRequest() {
    PosixTwin twin = PosixTwin.grantingMapSync();
    try (PmemFile file = create(twin.posix(), CREATE);
        PmemMapping mapping = file.map()) {
      mapping.set(PmemAttribute.DEEP_FLUSH, 1);
      mapping.persist(0, 8);
      mapping.copyPersist(MemorySegment.ofArray(new byte[300]), 0);
      assertThat(twin.calls("msync")).isEqualTo(2);
      mapping.set(PmemAttribute.DEEP_FLUSH, 0);
      mapping.persist(0, 8);
      assertThat(twin.calls("msync")).isEqualTo(2);
    }
  }

  @Test
  void alwaysAsksForMapSyncWithValidation() {
    List<Integer> flags = new ArrayList<>();
    PosixTwin twin =
        PosixTwin.quiet()
            .on(
                "mmap",
                (arguments, call) -> {
                  if (arguments[4] != null && arguments[4].toString().contains("file")) {
                    flags.add((int) arguments[3]);
                  }
                  return call.make(arguments);
                });
    try (PmemFile file = create(twin.posix(), CREATE);
        PmemMapping shared = file.map();
        PmemMapping copy = file.map(MapMode.PRIVATE)) {
      assertThat(shared.isOpen() && copy.isOpen()).isTrue();
      assertThat(flags)
          .containsExactly(
              MemoryCalls.MAP_SHARED_VALIDATE | MemoryCalls.MAP_SYNC,
              MemoryCalls.MAP_SHARED,
              MemoryCalls.MAP_PRIVATE);
    }
  }

  @Test
  void refusesWhatCannotBeFlushedAsFinelyAsRequired() {
    try (PmemFile file = create(Posix.system(), CREATE)) {
      MapTerms terms = MapTerms.of(MapMode.SHARED);
      for (Granularity worst : List.of(Granularity.BYTE, Granularity.CACHE_LINE)) {
        assertThatThrownBy(() -> file.map(terms.requiring(worst)))
            .asInstanceOf(InstanceOfAssertFactories.type(PmemException.class))
            .satisfies(e -> {
              assertThat(e.problem()).isEqualTo(PmemProblem.GRANULARITY);
              assertThat(e.errno()).isEqualTo(Errno.EOPNOTSUPP);
              assertThat(e)
                  .hasMessageContaining(worst + " is required")
                  .hasMessageContaining("MAP_SYNC was refused with EOPNOTSUPP");
            });
      }
      file.map(terms.requiring(Granularity.PAGE)).close();
      try (PmemMapping mapping = file.map(terms.requiring(Granularity.CACHE_LINE).pretending())) {
        assertThat(mapping.granularity()).isEqualTo(Granularity.CACHE_LINE);
      }
    }
  }

  @Test
  void pretendsOnRequestAndSaysSo() {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = create(twin.posix(), CREATE, PRETEND);
        PmemMapping mapping = file.map();
        PmemMapping copy = file.map(MapMode.PRIVATE)) {
      PmemAttributes attributes = mapping.attributes();
      assertThat(attributes.granularity()).isEqualTo(Granularity.CACHE_LINE);
      assertThat(attributes.isPretended()).isTrue();
      assertThat(attributes.isDurable()).isFalse();
      assertThat(attributes.persistenceDomain()).isEqualTo(PersistenceDomain.NONE);
      assertThat(attributes.reason()).contains("nothing becomes durable");
      mapping.persist(0, SIZE);
      assertThat(twin.calls("msync")).isZero();
      assertThat(copy.granularity()).isEqualTo(Granularity.PAGE);
    }
  }

  @Test
  void pretendsNothingWhereMapSyncIsGranted() {
    try (PmemFile file = create(PosixTwin.grantingMapSync().posix(), CREATE, PRETEND);
        PmemMapping mapping = file.map()) {
      assertThat(mapping.attributes().isPretended()).isFalse();
      assertThat(mapping.attributes().isDurable())
          .isEqualTo(!mapping.attributes().isVolatileFileSystem());
    }
  }

  @Test
  void refusesToFlushLinesOfAFileWithHoles() {
    PmemFile.open(path(), SIZE, CREATE, SPARSE).close();
    try (PmemFile file = PmemFile.open(PosixTwin.grantingMapSync().posix(), path(), PRETEND)) {
      assertThatThrownBy(file::map)
          .hasMessageContaining("without SPARSE")
          .asInstanceOf(InstanceOfAssertFactories.type(PmemException.class))
          .satisfies(e -> assertThat(e.problem()).isEqualTo(PmemProblem.HOLES));
      file.map(MapMode.PRIVATE).close();
    }
    try (PmemFile file = PmemFile.open(path());
        PmemMapping mapping = file.map()) {
      assertThat(mapping.attributes().hasHoles()).isTrue();
      mapping.persist(0, SIZE);
    }
    try (PmemFile file = PmemFile.open(path(), SIZE, CREATE, PRETEND);
        PmemMapping mapping = file.map()) {
      assertThat(mapping.attributes().hasHoles()).isFalse();
    }
  }

  @Test
  void tellsMemoryFileSystemsApart() throws IOException {
    Path shm = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(shm), "/dev/shm can't be written");
    Path path = Files.createTempFile(shm, "atoll-pmem-test", "");
    try (PmemFile file = PmemFile.open(path, 8192, CREATE);
        PmemMapping mapping = file.map()) {
      PmemAttributes attributes = mapping.attributes();
      assertThat(attributes.fileSystem()).isEqualTo("tmpfs");
      assertThat(attributes.isVolatileFileSystem()).isTrue();
      assertThat(attributes.persistenceDomain()).isEqualTo(PersistenceDomain.NONE);
      assertThat(attributes.isDurable()).isFalse();
      assertThat(mapping.kind()).isEqualTo(RegionKind.PERSISTENT);
      mapping.persist(0, 8192);
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void refusesAMemoryFileBeyondWhatTheKernelWouldKillFor() {
    Path shm = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(shm), "/dev/shm can't be written");
    Path path = shm.resolve("atoll-pmem-test-" + ProcessHandle.current().pid());
    assertThatThrownBy(() -> PmemFile.open(path, 1L << 50, CREATE))
        .isInstanceOf(OutOfMemoryBudgetException.class)
        .hasMessageContaining(path.toString());
    assertThat(path).doesNotExist();
  }

  @Test
  void countsTheHolesOfAMemoryFileAsMemory() {
    Path shm = Path.of("/dev/shm");
    Assumptions.assumeTrue(Files.isWritable(shm), "/dev/shm can't be written");
    Path path = shm.resolve("atoll-pmem-test-" + ProcessHandle.current().pid());
    PmemFile.open(path, 1L << 40, CREATE, SPARSE).close();
    try {
      assertThatThrownBy(() -> PmemFile.open(path, 1L << 40, CREATE))
          .isInstanceOf(OutOfMemoryBudgetException.class)
          .hasMessageContaining(path.toString());
    } finally {
      assertThat(path.toFile().delete()).isTrue();
    }
  }

  @Test
  void flushesLinesOfAReadOnlyMapping() {
    create(Posix.system(), CREATE).close();
    PosixTwin twin = PosixTwin.grantingMapSync();
    try (PmemFile file = create(twin.posix(), PmemOption.READ_ONLY);
        PmemMapping mapping = file.map()) {
      mapping.persist(0, SIZE);
      assertThat(mapping.granularity()).isEqualTo(Granularity.CACHE_LINE);
      assertThat(twin.calls("msync")).isZero();
    }
  }

  @Test
  void needsOnlyFencesWhereCachesAreFlushedOnPowerLoss() throws IOException {
    Sysfs sysfs = sysfsWithRegions("cpu_cache", "cpu_cache");
    Host host = new Host(PosixTwin.grantingMapSync().posix(), sysfs, null);
    try (PmemFile file = PmemFile.open(host, OpenPlan.sized(path(), SIZE, CREATE));
        PmemMapping mapping = file.map(MapTerms.of(MapMode.SHARED).requiring(Granularity.BYTE))) {
      PmemAttributes attributes = mapping.attributes();
      assertThat(attributes.granularity()).isEqualTo(Granularity.BYTE);
      assertThat(attributes.flushUnitBytes()).isOne();
      assertThat(attributes.instruction()).isEqualTo("fence");
      mapping.flush(0, 8);
      mapping.fence();
      mapping.persist(0, SIZE);
      mapping.copyPersist(MemorySegment.ofArray(new byte[] {1, 2, 3}), 0);
      assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 2)).isEqualTo((byte) 3);
    }
  }

  @ParameterizedTest
  @CsvSource({"cpu_cache, memory_controller", "memory_controller, cpu_cache", "'', cpu_cache"})
  void trustsTheCacheOnlyIfEveryRegionDoes(String one, String other) throws IOException {
    Sysfs sysfs = sysfsWithRegions(one, other);
    assertThat(sysfs.isCacheFlushedOnPowerLoss()).isFalse();
    assertThat(NO_DEVICES.isCacheFlushedOnPowerLoss()).isFalse();
  }

  @Test
  void tellsAnObserverOfEachFlushAndFence() {
    List<String> seen = new ArrayList<>();
    FlushObserver observer =
        new FlushObserver() {
          @Override
          public void flushed(long address, long length) {
            seen.add("flush " + length);
          }

          @Override
          public void fenced() {
            seen.add("fence");
          }
        };
    Host host = new Host(PosixTwin.grantingMapSync().posix(), NO_DEVICES, observer);
    try (PmemFile file = PmemFile.open(host, OpenPlan.sized(path(), SIZE, CREATE));
        PmemMapping mapping = file.map()) {
      mapping.persist(0, 8);
      mapping.flush(64, 1);
      mapping.flush(128, 2);
      mapping.fence();
      mapping.copyPersist(MemorySegment.ofArray(new byte[4096]), 0);
      mapping.commitLong(0, 1);
      assertThat(seen)
          .containsExactly(
              "flush 8", "fence", "flush 1", "flush 2", "fence", "flush 4096", "fence");
    }
  }

  @Test
  void mapsADaxDeviceBySizeAndAlignmentOfSysfs() throws IOException {
    long align = 2L << 20;
    Path backing = directory.resolve("dax0.0");
    PmemFile.open(backing, 2 * align, CREATE).close();
    Path root = directory.resolve("sys");
    Path trigger = deviceBelow(root, "ndbus0/region0", 2 * align).resolve("deep_flush");
    Files.writeString(trigger, "0\n");
    PosixTwin twin = showingADevice();
    Host host = new Host(twin.posix(), new Sysfs(root), null);
    try (PmemFile file = PmemFile.open(host, OpenPlan.asItIs(backing))) {
      assertThat(file.size()).isEqualTo(2 * align);
      assertThat(file.hasHoles()).isFalse();
      try (PmemMapping mapping = file.map()) {
        assertThat(mapping.size()).isEqualTo(2 * align);
        assertThat(mapping.attributes().fileSystem()).isEqualTo("devdax");
        assertThat(mapping.attributes().isDax()).isTrue();
        mapping.persist(0, 8);
        mapping.sync(0, 8);
        assertThat(twin.calls("msync")).isZero();
        mapping.deepPersist(0, 8);
        assertThat(trigger).hasContent("1\n");
        assertThat(mapping.attributes().isDurable()).isTrue();
        Files.delete(trigger);
        assertThatThrownBy(() -> mapping.deepPersist(0, 8)).hasMessageContaining("deep_flush");
        Files.createDirectory(trigger);
        assertThatThrownBy(() -> mapping.deepPersist(0, 8))
            .hasMessageContaining("EISDIR")
            .hasMessageContaining(trigger.toString());
      }
      file.map(MapMode.SHARED, align, align).close();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.map(MapMode.SHARED, 4096, align))
          .withMessageContaining("granule=" + align);
      assertThatIllegalArgumentException().isThrownBy(() -> file.map(MapMode.SHARED, 0, 4096));
    }
    assertThatThrownBy(() -> PmemFile.open(host, OpenPlan.sized(backing, 3 * align, CREATE)))
        .hasMessageContaining("but the device has " + 2 * align);
  }

  @ParameterizedTest
  @CsvSource({
    "ndbus0/region0, nd_pmem, true",
    "ndbus0/region0, nd_volatile, false",
    "platform/hmem.0, '', false",
    "root0/decoder0.0/region0/dax_region0, '', false"
  })
  void callsADeviceDurableIfItsRegionIs(String place, String type, boolean isDurable)
      throws IOException {
    Path backing = directory.resolve("dax0.0");
    PmemFile.open(backing, SIZE, CREATE).close();
    Path root = directory.resolve("sys");
    Files.writeString(deviceBelow(root, place, SIZE).resolve("devtype"), type + "\n");
    Host host = new Host(showingADevice().posix(), new Sysfs(root), null);
    try (PmemFile file = PmemFile.open(host, OpenPlan.asItIs(backing));
        PmemMapping mapping = file.map()) {
      assertThat(mapping.attributes().isDurable()).isEqualTo(isDurable);
      assertThat(mapping.granularity()).isEqualTo(Granularity.CACHE_LINE);
    }
    assertThat(PmemInfo.of(host, backing).facts().getFirst().why())
        .contains(isDurable ? "belongs to" : "not known");
  }

  /** Makes what sysfs shows of a device and gives the directory above it. */
  private static Path deviceBelow(Path root, String place, long size) throws IOException {
    Path region = root.resolve("devices").resolve(place);
    Path device = Files.createDirectories(region.resolve("dax0.0"));
    Files.writeString(device.resolve("size"), size + "\n");
    Files.writeString(device.resolve("align"), size > 2L << 20 ? "0x200000\n" : "4096\n");
    Path subsystem = Files.createDirectories(root.resolve("bus/dax"));
    Files.createSymbolicLink(device.resolve("subsystem"), subsystem);
    Files.createDirectories(root.resolve("dev/char"));
    Files.createSymbolicLink(root.resolve("dev/char/252:1"), device);
    return region;
  }

  private static PosixTwin showingADevice() {
    return PosixTwin.quiet()
        .on(
            "statx",
            (arguments, call) -> {
              FileStatus real = (FileStatus) call.make(arguments);
              return new FileStatus(
                  real.device(), real.inode(), 0x2000 | 0600, 1, 0, 0, 0, 0, 252L << 32 | 1, false);
            });
  }

  private Sysfs sysfsWithRegions(String... domains) throws IOException {
    Path root = directory.resolve("sys");
    for (int i = 0; i < domains.length; i++) {
      Path region = Files.createDirectories(root.resolve("bus/nd/devices/region" + i));
      Files.writeString(region.resolve("persistence_domain"), domains[i] + "\n");
    }
    return new Sysfs(root);
  }
}
