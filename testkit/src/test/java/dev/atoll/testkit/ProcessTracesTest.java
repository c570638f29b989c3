/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTracesTest {
  @TempDir private Path directory;

  @Test
  void seesAnOpenFileUntilItIsClosed() throws IOException {
    Path file = directory.resolve("file");
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertThat(channel.isOpen()).isTrue();
      assertThat(ProcessTraces.ofThisProcess().descriptors()).contains(file.toString());
    }
    assertThat(ProcessTraces.ofThisProcess().descriptors()).doesNotContain(file.toString());
  }

  @Test
  void seesMappingsByName() {
    assertThat(ProcessTraces.ofThisProcess().mappingsOf("libjvm.so")).isNotEmpty();
    assertThat(ProcessTraces.ofThisProcess().mappingsOf("no such file")).isEmpty();
  }

  @Test
  void seesABoundSocketUntilItIsClosed() throws IOException {
    Path path = directory.resolve("socket");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      assertThat(ProcessTraces.unixSockets(path.toString())).hasSize(1);
      assertThat(ProcessTraces.leftIn(directory)).containsExactly(path);
    }
    assertThat(ProcessTraces.unixSockets(path.toString())).isEmpty();
  }

  @Test
  void findsNothingOfAProcessThatIsGone() {
    ForkedJvm jvm = ForkedJvm.of(Echo.class).start();
    jvm.expect("ready");
    assertThat(ProcessTraces.of(jvm.pid()).descriptors()).isNotEmpty();
    jvm.kill9();
    ProcessTraces after = ProcessTraces.of(jvm.pid());
    assertThat(after.descriptors()).isEmpty();
    assertThat(after.mappings()).isEmpty();
    jvm.close();
  }

  @Test
  void findsNothingInADirectoryThatIsGone() {
    try {
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(ProcessTraces.leftIn(directory)).isEmpty();
  }
}
