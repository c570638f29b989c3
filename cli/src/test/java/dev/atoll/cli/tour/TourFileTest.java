/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tour's checks must be able to fail: damage is found where it is planted. */
class TourFileTest {
  private static final String TEXT = "\n \tFirst line \nsecond\n";

  @TempDir Path directory;
  private String digest;
  private PmemMapping mapping;
  private MemorySegment memory;

  @BeforeEach
  void makeAFile() throws IOException {
    byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
    Path path = directory.resolve("file");
    digest = TourFile.create(path, new ByteArrayInputStream(text), text.length);
    try (PmemFile file = PmemFile.open(path)) {
      mapping = file.map();
    }
    memory = mapping.segment();
  }

  @AfterEach
  void unmap() {
    mapping.close();
  }

  private TourFile file() {
    return TourFile.of(memory);
  }

  private long recordAt(long number) {
    return memory.get(TourFileLayout.WORD, TourFileLayout.LOG_AT)
        + (number - 1) * TourFileLayout.RECORD_BYTES;
  }

  private void append(int count) {
    for (int number = 1; number <= count; number++) {
      file().log().append(mapping, number);
    }
  }

  @Test
  void keepsTheText() {
    assertThat(file().firstLine()).isEqualTo("First line");
    assertThat(file().textDigest()).isEqualTo(digest);
    assertThat(mapping.size() % TourFileLayout.PAGE_BYTES).isZero();
  }

  @Test
  void noticesAChangedText() {
    memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, TourFileLayout.TEXT_AT + 5, (byte) 'x');
    assertThat(file().textDigest()).isNotEqualTo(digest);
  }

  @Test
  void findsEveryRecord() {
    assertThat(file().log().recover()).isEqualTo(new RecordLog.Recovery(0, 0));
    append(100);
    assertThat(file().log().recover()).isEqualTo(new RecordLog.Recovery(100, 0));
    assertThat(file().log().last(40)).isEqualTo(100);
  }

  @Test
  void findsATornRecordWhateverWordIsWrong() {
    append(10);
    for (long word = 0; word < TourFileLayout.RECORD_BYTES; word += Long.BYTES) {
      long at = recordAt(7) + word;
      long value = memory.get(TourFileLayout.WORD, at);
      memory.set(TourFileLayout.WORD, at, value ^ 1L << 40);
      assertThat(file().log().recover()).isEqualTo(new RecordLog.Recovery(9, 1));
      memory.set(TourFileLayout.WORD, at, value);
    }
    assertThat(file().log().recover()).isEqualTo(new RecordLog.Recovery(10, 0));
  }

  @Test
  void aRecordWithoutItsCommitWordIsNotThere() {
    append(10);
    memory.set(TourFileLayout.WORD, recordAt(10) + TourFileLayout.COMMIT_AT, 0);
    assertThat(file().log().recover()).isEqualTo(new RecordLog.Recovery(9, 0));
  }

  @Test
  void aNoteComesBack() {
    file().writeNote("gr\u00fc\u00df dich");
    assertThat(file().note()).isEqualTo("gr\u00fc\u00df dich");
    memory.set(TourFileLayout.LENGTH, TourFileLayout.NOTE_AT, 5000);
    assertThatThrownBy(() -> file().note()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void believesNoHeaderThatCanNotBe() {
    for (long at = 0; at < TourFileLayout.HEADER.byteSize(); at += Long.BYTES) {
      long value = memory.get(TourFileLayout.WORD, at);
      for (long wrong : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, value ^ 1L << 50}) {
        memory.set(TourFileLayout.WORD, at, wrong);
        assertThatThrownBy(this::file).isInstanceOf(IllegalStateException.class);
      }
      memory.set(TourFileLayout.WORD, at, value);
    }
    assertThat(file().textBytes()).isEqualTo(TEXT.length());
  }
}
