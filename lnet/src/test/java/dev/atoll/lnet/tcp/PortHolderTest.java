/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about who has a port, from a proc file system made by the test. */
class PortHolderTest {
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

  @TempDir Path root;
  private Path proc;

  @BeforeEach
  void makeTables() throws IOException {
    proc = Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("net/tcp"),
        HEAD
            + "   0: 0B00000A:03DC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1\n"
            + "   1: 0B00000A:03DD 0C00000A:1234 01 00000000:00000000 00:00000000 00000000     0        0 778 1\n"
            + "   2: 00000000:2704 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 779 1\n");
    Files.writeString(
        proc.resolve("net/tcp6"),
        HEAD
            + "   0: 000077FD000000000000000011000000:03DC 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 780 1\n");
  }

  private void makeProcess(int pid, String name, String inode) throws IOException {
    Path process = Files.createDirectories(proc.resolve(Integer.toString(pid)));
    Files.writeString(process.resolve("comm"), name + "\n");
    Path fd = Files.createDirectories(process.resolve("fd"));
    Files.createSymbolicLink(fd.resolve("5"), Path.of("socket:[" + inode + "]"));
  }

  private String holder(String address, int port) {
    return new PortHolder(proc).holder(new InetSocketAddress(InetAddress.ofLiteral(address), port));
  }

  @Test
  void namesTheProcess() throws IOException {
    makeProcess(10, "other", "1");
    makeProcess(4711, "lustred", "777");
    assertThat(holder("10.0.0.11", 988)).isEqualTo("process 4711 (lustred) listens there");
  }

  @Test
  void namesTheProcessThatHasAllAddresses() throws IOException {
    makeProcess(4711, "java", "779");
    assertThat(holder("10.0.0.99", 9988)).contains("4711 (java)");
  }

  @Test
  void readsLargeAddresses() throws IOException {
    makeProcess(4711, "java", "780");
    assertThat(holder("fd77:0:0:0:0:0:0:11", 988)).contains("4711 (java)");
  }

  @Test
  void namesTheKernel() throws IOException {
    Files.createDirectories(root.resolve("sys/module/ksocklnd"));
    assertThat(holder("10.0.0.11", 988)).contains("ksocklnd");
  }

  @Test
  void saysThatItCanNotSee() {
    assertThat(holder("10.0.0.11", 988)).contains("another user");
    assertThat(holder("10.0.0.11", 989)).contains("does not listen");
  }
}
