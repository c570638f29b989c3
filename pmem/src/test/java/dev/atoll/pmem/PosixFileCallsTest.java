/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The POSIX file calls of the document, each through the member that serves for it in Java. */
class PosixFileCallsTest {
  private static final long SIZE = 8192;
  private static final byte[] TEXT = "atoll".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;

  private Path path;

  @BeforeEach
  void createsAFile() {
    createIn(directory);
  }

  /** Gives the calls a place to work in; for those who make them outside of this class. */
  void createIn(Path place) {
    directory = place;
    path = place.resolve("file");
    PmemFile.open(path, SIZE, PmemOption.CREATE).close();
  }

  @Test
  void openGivesAFileThatCanBeMapped() {
    try (PmemFile file = PmemFile.open(path)) {
      assertThat(file.size()).isEqualTo(SIZE);
    }
  }

  @Test
  void creatMakesANewFile() {
    Path other = directory.resolve("other");
    PmemFile.open(other, 100, PmemOption.CREATE).close();
    assertThat(other).hasSize(100);
  }

  @Test
  void closeEndsAFileAndLeavesItsMappings() {
    PmemFile file = PmemFile.open(path);
    try (PmemMapping mapping = file.map()) {
      file.close();
      assertThat(file.isOpen()).isFalse();
      assertThat(mapping.isOpen()).isTrue();
    }
  }

  @Test
  void mmapGivesAPartOfTheFile() {
    try (PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map(MapMode.SHARED, 4096, 100)) {
      assertThat(mapping.size()).isEqualTo(100);
    }
  }

  @Test
  void munmapEndsAMapping() {
    try (PmemFile file = PmemFile.open(path)) {
      PmemMapping mapping = file.map();
      mapping.close();
      assertThat(mapping.isOpen()).isFalse();
    }
  }

  @Test
  void msyncReachesTheKernel() {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), path);
        PmemMapping mapping = file.map()) {
      mapping.sync(10, 10);
      assertThat(twin.calls("msync")).isOne();
    }
  }

  @Test
  void mprotectIsAViewThatRefusesStores() {
    try (PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map()) {
      assertThat(mapping.readOnlyView().isReadOnly()).isTrue();
    }
  }

  @Test
  void madviseReachesTheKernel() {
    PosixTwin twin = PosixTwin.quiet();
    try (PmemFile file = PmemFile.open(twin.posix(), path);
        PmemMapping mapping = file.map()) {
      mapping.advise(0, SIZE, Advice.WILL_NEED);
      assertThat(twin.calls("madvise")).isOne();
    }
  }

  @Test
  void writeIsSeenThroughAMapping() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map()) {
      assertThat(channel.write(ByteBuffer.wrap(TEXT), 100)).isEqualTo(TEXT.length);
      assertThat(mapping.segment().getString(100)).isEqualTo("atoll");
    }
  }

  @Test
  void readSeesStoresOfAMapping() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map()) {
      mapping.segment().setString(200, "atoll");
      ByteBuffer buffer = ByteBuffer.allocate(TEXT.length);
      assertThat(channel.read(buffer, 200)).isEqualTo(TEXT.length);
      assertThat(buffer.array()).isEqualTo(TEXT);
    }
  }

  @Test
  void lseekMovesThePosition() throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.position(300);
      channel.write(ByteBuffer.wrap(TEXT));
      assertThat(channel.position()).isEqualTo(300 + TEXT.length);
    }
    assertThat(Files.readAllBytes(path)[300]).isEqualTo(TEXT[0]);
  }

  @Test
  void fsyncMakesWrittenBytesDurable() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(TEXT), 0);
      channel.force(true);
    }
    assertThat(Files.readAllBytes(path)).startsWith(TEXT);
  }

  @Test
  void chmodChangesPermissions() throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void chownChangesTheOwner() throws IOException {
    // To its present owner: that is all that everybody may do.
    UserPrincipal owner = Files.getOwner(path);
    assertThat(Files.setOwner(path, owner)).isEqualTo(path);
    assertThat(Files.getOwner(path)).isEqualTo(owner);
  }

  @Test
  void mkdirMakesADirectory() throws IOException {
    assertThat(Files.createDirectory(directory.resolve("made"))).isDirectory();
  }

  @Test
  void rmdirRemovesADirectory() throws IOException {
    Path made = Files.createDirectory(directory.resolve("removed"));
    Files.delete(made);
    assertThat(made).doesNotExist();
  }

  @Test
  void opendirListsADirectory() throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      assertThat(stream).contains(path);
    }
  }

  @Test
  void readdirGivesEachEntry() throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.iterator().forEachRemaining(entries::add);
    }
    assertThat(entries).contains(path);
  }

  @Test
  @SuppressWarnings("StreamResourceLeak") // closing it by hand is what is tested
  void closedirEndsAListing() throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
    var entries = stream.iterator();
    stream.close();
    entries.forEachRemaining(entry -> {});
    assertThat(entries.hasNext()).isFalse();
  }

  @Test
  void symlinkNamesAFileThatCanBeOpened() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("symlink"), path);
    try (PmemFile file = PmemFile.open(link)) {
      assertThat(file.size()).isEqualTo(SIZE);
    }
  }

  @Test
  void readlinkTellsWhereALinkLeads() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("readlink"), path);
    assertThat(Files.readSymbolicLink(link)).isEqualTo(path);
  }

  @Test
  void renameLeavesMappingsAlone() throws IOException {
    try (PmemFile file = PmemFile.open(path);
        PmemMapping mapping = file.map()) {
      Path renamed = Files.move(path, directory.resolve("renamed"));
      mapping.commitLong(0, 7);
      mapping.persist(0, 8);
      assertThat(Files.readAllBytes(renamed)).startsWith(7);
    }
  }

  @Test
  void utimesSetsBothTimes() throws IOException {
    FileTime then = FileTime.fromMillis(1_000_000_000_000L);
    BasicFileAttributeView view = Files.getFileAttributeView(path, BasicFileAttributeView.class);
    view.setTimes(then, then, null);
    assertThat(view.readAttributes().lastModifiedTime()).isEqualTo(then);
    assertThat(view.readAttributes().lastAccessTime()).isEqualTo(then);
  }
}
