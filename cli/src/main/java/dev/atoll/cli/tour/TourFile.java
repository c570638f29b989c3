/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import static dev.atoll.cli.tour.TourFileLayout.LENGTH;
import static dev.atoll.cli.tour.TourFileLayout.WORD;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.atoll.base.Ranges;
import dev.atoll.pmem.PmemFile;
import dev.atoll.pmem.PmemMapping;
import dev.atoll.pmem.PmemOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The tour's file, seen through a mapping of the exporter or an importer. */
final class TourFile {
  private static final int PIECE_BYTES = 1 << 16;
  private static final int LINE_MOST_BYTES = 72;

  private final MemorySegment memory;
  private final long textBytes;
  private final RecordLog log;

  private TourFile(MemorySegment memory, long textBytes, RecordLog log) {
    this.memory = memory;
    this.textBytes = textBytes;
    this.log = log;
  }

  /** Makes a file of whole pages from a text and makes it durable; the text's digest comes back. */
  static String create(Path path, InputStream text, long textBytes) throws IOException {
    long logAt = Ranges.alignUp(TourFileLayout.TEXT_AT + textBytes, TourFileLayout.PAGE_BYTES);
    long size = logAt + TourFileLayout.RECORDS * TourFileLayout.RECORD_BYTES;
    MessageDigest digest = sha256();
    try (PmemFile file = PmemFile.open(path, size, PmemOption.CREATE, PmemOption.EXCLUSIVE);
        PmemMapping mapping = file.map()) {
      MemorySegment memory = mapping.segment();
      copy(text, textBytes, memory.asSlice(TourFileLayout.TEXT_AT, textBytes), digest);
      memory.set(WORD, TourFileLayout.VERSION_AT, TourFileLayout.VERSION);
      memory.set(WORD, TourFileLayout.TEXT_BYTES_AT, textBytes);
      memory.set(WORD, TourFileLayout.LOG_AT, logAt);
      memory.set(WORD, TourFileLayout.RECORDS_AT, TourFileLayout.RECORDS);
      mapping.persist(0, TourFileLayout.TEXT_AT + textBytes);
      // The magic comes last: a file that has it is whole.
      mapping.commitLong(TourFileLayout.MAGIC_AT, TourFileLayout.MAGIC);
      mapping.persist(TourFileLayout.MAGIC_AT, Long.BYTES);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void copy(
      InputStream text, long textBytes, MemorySegment target, MessageDigest digest)
      throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    for (long at = 0; at < textBytes; ) {
      int count = text.read(piece, 0, (int) Math.min(piece.length, textBytes - at));
      if (count < 0) {
        throw new IOException("the file became smaller while it was read");
      }
      digest.update(piece, 0, count);
      MemorySegment.copy(piece, 0, target, JAVA_BYTE, at, count);
      at += count;
    }
  }

  /** Reads the header of mapped memory, believing none of it before it is checked. */
  static TourFile of(MemorySegment memory) {
    long magic = memory.get(WORD, TourFileLayout.MAGIC_AT);
    long version = memory.get(WORD, TourFileLayout.VERSION_AT);
    long textBytes = memory.get(WORD, TourFileLayout.TEXT_BYTES_AT);
    long logAt = memory.get(WORD, TourFileLayout.LOG_AT);
    long records = memory.get(WORD, TourFileLayout.RECORDS_AT);
    boolean isSound =
        magic == TourFileLayout.MAGIC
            && version == TourFileLayout.VERSION
            && Ranges.contains(TourFileLayout.TEXT_AT, textBytes, memory.byteSize())
            && Ranges.isAligned(logAt, TourFileLayout.RECORD_BYTES)
            && records >= 0
            && records <= memory.byteSize() / TourFileLayout.RECORD_BYTES
            && Ranges.contains(logAt, records * TourFileLayout.RECORD_BYTES, memory.byteSize());
    if (!isSound) {
      throw new IllegalStateException("this is not the tour's file, or it is damaged");
    }
    var log = new RecordLog(memory.asSlice(logAt, records * TourFileLayout.RECORD_BYTES), logAt);
    return new TourFile(memory, textBytes, log);
  }

  long textBytes() {
    return textBytes;
  }

  RecordLog log() {
    return log;
  }

  MemorySegment scratch() {
    return memory.asSlice(TourFileLayout.SCRATCH_AT, TourFileLayout.SCRATCH_BYTES);
  }

  /** The first line of the text with letters in it, fit to be shown. */
  String firstLine() {
    int count = (int) Math.min(textBytes, PIECE_BYTES);
    byte[] head = memory.asSlice(TourFileLayout.TEXT_AT, count).toArray(JAVA_BYTE);
    for (String line : new String(head, StandardCharsets.UTF_8).split("\\R", -1)) {
      String shown = line.strip().replaceAll("\\P{Print}", ".");
      if (!shown.isEmpty()) {
        return shown.substring(0, Math.min(shown.length(), LINE_MOST_BYTES));
      }
    }
    return "";
  }

  String textDigest() {
    MessageDigest digest = sha256();
    byte[] piece = new byte[PIECE_BYTES];
    for (long at = 0; at < textBytes; ) {
      int count = (int) Math.min(piece.length, textBytes - at);
      MemorySegment.copy(memory, JAVA_BYTE, TourFileLayout.TEXT_AT + at, piece, 0, count);
      digest.update(piece, 0, count);
      at += count;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Stores the note: the bytes first, then their number. */
  void writeNote(String note) {
    byte[] bytes = note.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > TourFileLayout.NOTE_MOST_BYTES) {
      throw new IllegalArgumentException("note of " + bytes.length + " bytes is too long");
    }
    long at = TourFileLayout.NOTE_AT + Integer.BYTES;
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at, bytes.length);
    memory.set(LENGTH, TourFileLayout.NOTE_AT, bytes.length);
  }

  String note() {
    int count = memory.get(LENGTH, TourFileLayout.NOTE_AT);
    if (count < 0 || count > TourFileLayout.NOTE_MOST_BYTES) {
      throw new IllegalStateException("the note is damaged: length=" + count);
    }
    byte[] bytes = memory.asSlice(TourFileLayout.NOTE_AT + Integer.BYTES, count).toArray(JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
