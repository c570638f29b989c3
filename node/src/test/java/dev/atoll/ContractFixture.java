/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.RsmError;
import dev.atoll.memory.SharedMemory;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.ImportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.RsmException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An exporter, an importer and a segment of one mebibyte, for the contract suites. */
abstract class ContractFixture {
  static final int ID = 0x600000;
  static final long SIZE = 1 << 20;
  static final Duration LONG = Duration.ofSeconds(20);
  static final Duration NOW = Duration.ZERO;

  Node exporter;
  Node importer;
  SharedMemory memory;
  ExportSegment export;

  /** The node that exports. */
  abstract Node exportingNode();

  /** The node that imports, which may be the same. */
  abstract Node importingNode(Node exporting);

  @BeforeEach
  void makeASegment() {
    exporter = exportingNode();
    importer = importingNode(exporter);
    memory = exporter.allocate(SIZE);
    try (Controller loopback = exporter.controller("loopback")) {
      export = loopback.export(memory);
    }
  }

  @AfterEach
  void closeAll() {
    export.close();
    memory.close();
    importer.close();
    exporter.close();
  }

  final ImportSegment connect(Permission permission) {
    return importer.controller("loopback").connect(importer.nodeId(), ID, permission);
  }

  static void assertRefused(RsmError expected, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(RsmException.class, e -> assertThat(e.error()).isEqualTo(expected));
  }

  static MemorySegment bytes(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  static String read(MemorySegment memory, long offset, int length) {
    return new String(memory.asSlice(offset, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
