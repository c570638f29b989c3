/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table in docs/mapping.md is whole, true, and each of its members works. */
class MappingTableTest {
  private static final String HEADING = "Linux Persistent Memory API";

  @TempDir Path directory;

  /** A call that is made once, and its effect looked at. */
  private interface Check {
    void make(Path directory) throws Exception;
  }

  private interface FileCall {
    void make(PosixFileCallsTest calls) throws Exception;
  }

  private interface MappingCall {
    void make(PmemMapping mapping, PosixTwin twin) throws Exception;
  }

  private static Check file(FileCall call) {
    return directory -> {
      PosixFileCallsTest calls = new PosixFileCallsTest();
      calls.createIn(directory);
      call.make(calls);
    };
  }

  private static Check mapping(MappingCall call) {
    return directory -> {
      PosixTwin twin = PosixTwin.quiet();
      try (PmemFile file =
              PmemFile.open(twin.posix(), directory.resolve("file"), 8192, PmemOption.CREATE);
          PmemMapping mapping = file.map()) {
        call.make(mapping, twin);
      }
    };
  }

  /** Every function that version 0.8 of the document names, and the two actions of its TODO. */
  private static final Map<String, Check> CHECKS = checks();

  private static Map<String, Check> checks() {
    Map<String, Check> checks = new LinkedHashMap<>();
    checks.put("open", file(PosixFileCallsTest::openGivesAFileThatCanBeMapped));
    checks.put("close", file(PosixFileCallsTest::closeEndsAFileAndLeavesItsMappings));
    checks.put("read", file(PosixFileCallsTest::readSeesStoresOfAMapping));
    checks.put("write", file(PosixFileCallsTest::writeIsSeenThroughAMapping));
    checks.put("fsync", file(PosixFileCallsTest::fsyncMakesWrittenBytesDurable));
    checks.put("mmap", file(PosixFileCallsTest::mmapGivesAPartOfTheFile));
    checks.put("munmap", file(PosixFileCallsTest::munmapEndsAMapping));
    checks.put("msync", file(PosixFileCallsTest::msyncReachesTheKernel));
    checks.put("chmod", file(PosixFileCallsTest::chmodChangesPermissions));
    checks.put("chown", file(PosixFileCallsTest::chownChangesTheOwner));
    checks.put("closedir", file(PosixFileCallsTest::closedirEndsAListing));
    checks.put("creat", file(PosixFileCallsTest::creatMakesANewFile));
    checks.put("lseek", file(PosixFileCallsTest::lseekMovesThePosition));
    checks.put("madvise", file(PosixFileCallsTest::madviseReachesTheKernel));
    checks.put("mkdir", file(PosixFileCallsTest::mkdirMakesADirectory));
    checks.put("mprotect", file(PosixFileCallsTest::mprotectIsAViewThatRefusesStores));
    checks.put("opendir", file(PosixFileCallsTest::opendirListsADirectory));
    checks.put("readdir", file(PosixFileCallsTest::readdirGivesEachEntry));
    checks.put("readlink", file(PosixFileCallsTest::readlinkTellsWhereALinkLeads));
    checks.put("rename", file(PosixFileCallsTest::renameLeavesMappingsAlone));
    checks.put("rmdir", file(PosixFileCallsTest::rmdirRemovesADirectory));
    checks.put("symlink", file(PosixFileCallsTest::symlinkNamesAFileThatCanBeOpened));
    checks.put("utimes", file(PosixFileCallsTest::utimesSetsBothTimes));
    checks.put("pmem_map", MappingTableTest::map);
    checks.put("pmem_persist", mapping(MappingTableTest::persist));
    checks.put("pmem_flush_cache", mapping(MappingTableTest::flush));
    checks.put("pmem_fence", mapping((mapping, twin) -> mapping.fence()));
    checks.put("pmem_drain_pm_stores", mapping((mapping, twin) -> mapping.drain()));
    checks.put("GET_ATTRIBUTE", mapping(MappingTableTest::get));
    checks.put("SET_ATTRIBUTE", mapping(MappingTableTest::set));
    return checks;
  }

  private static void map(Path directory) throws IOException {
    Path path = Files.write(directory.resolve("file"), new byte[5000]);
    try (PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map()) {
      mapping.segment().set(ValueLayout.JAVA_BYTE, 4999, (byte) 1);
      assertThat(Files.readAllBytes(path)).endsWith(1);
    }
  }

  private static void persist(PmemMapping mapping, PosixTwin twin) {
    mapping.persist(0, 8, 0);
    assertThat(twin.calls("msync")).isOne();
    assertThatIllegalArgumentException().isThrownBy(() -> mapping.persist(0, 8, 1));
  }

  private static void flush(PmemMapping mapping, PosixTwin twin) {
    mapping.flush(0, 8, 0);
    assertThat(twin.calls("msync")).isOne();
    assertThatIllegalArgumentException().isThrownBy(() -> mapping.flush(0, 8, 1));
  }

  private static void get(PmemMapping mapping, PosixTwin twin) {
    assertThat(mapping.attributes().interruptedStoreAtomicityBytes()).isEqualTo(8);
  }

  private static void set(PmemMapping mapping, PosixTwin twin) {
    mapping.set(PmemAttribute.DEEP_FLUSH, 1);
    assertThat(mapping.attributes().isDeep()).isTrue();
  }

  static Stream<String> names() {
    return CHECKS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void eachMemberDoesWhatTheFunctionDoes(String name) throws Exception {
    Objects.requireNonNull(CHECKS.get(name)).make(directory);
  }

  private static String document() throws IOException {
    Path root = Path.of(System.getProperty("atoll.root"));
    return Files.readString(root.resolve("docs/mapping.md"));
  }

  @Test
  void theTableNamesEveryFunctionWithAMemberAndATestThatExist() throws IOException {
    MappingTable table = new MappingTable(document(), HEADING);
    assertThat(table.problems(CHECKS.keySet())).isEmpty();
    assertThat(table.rows()).hasSameSizeAs(CHECKS.keySet());
  }

  @ParameterizedTest
  @CsvSource({
    "| `chmod` |, | `chmood` |, missing: chmod",
    "| `chmod` |, | `chmood` |, extra: chmood",
    "| `chmod` |, | `chown` |, twice: chown",
    "PmemMapping#persist(, PmemMapping#persit(, no such member",
    "PmemMapping#fence(), PmemMapping#fence(long), no such member",
    "PmemMapping#drain(), drain, no member",
    "PosixFileCallsTest#chmod, PosixFileCallsTest#chmodd, no such test",
    "PosixFileCallsTest#chmod, PosixFileCallTest#chmod, no such test class",
    "`PosixFileCallsTest#chmodChangesPermissions`, none, no test",
    "| `chmod` |, | `chmod` | |, not 3 columns"
  })
  void aTableWithAMistakeIsFound(String right, String wrong, String problem) throws IOException {
    String document = document();
    assertThat(document).contains(right);
    MappingTable table = new MappingTable(document.replace(right, wrong), HEADING);
    assertThat(table.problems(CHECKS.keySet()))
        .anySatisfy(found -> assertThat(found).startsWith(problem));
  }
}
