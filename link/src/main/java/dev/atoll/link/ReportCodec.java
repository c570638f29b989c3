/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import dev.atoll.posix.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reports as bytes, version 1, little-endian: a head, then one value.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | magic  "ATOLLRPT"                     |   0
 *   +-------------------+-------------------+
 *   | version           | bytes, head too   |   8
 *   +-------------------+-------------------+
 *   | value                                 |  16
 *
 *   value: a byte that says what it is, then
 *     0 nothing
 *     1 text      u32 bytes, that many bytes of UTF-8
 *     2 number    i64
 *     3 flag      u8, 0 or 1
 *     4 rows      u32 count, that many values
 *     5 fields    u32 count, that many times: u8 bytes of the name, the name in UTF-8, a value
 * </pre>
 *
 * <p>A name has at least one byte and stands once in its fields; values lie at most {@link
 * #DEPTH_MAX} deep.
 */
public final class ReportCodec {
  /** Bytes of the longest report. */
  public static final int BYTES_MAX = 1 << 26;

  /** How deep values may lie in each other. */
  public static final int DEPTH_MAX = 16;

  /** Bytes of the longest name. */
  public static final int NAME_BYTES_MAX = 255;

  private static final long MAGIC = 0x5450_524C_4C4F_5441L;
  private static final int VERSION = 1;
  private static final int HEAD_BYTES = 16;
  private static final int BYTES_AT = 12;

  private static final int NOTHING = 0;
  private static final int TEXT = 1;
  private static final int NUMBER = 2;
  private static final int FLAG = 3;
  private static final int ROWS = 4;
  private static final int FIELDS = 5;

  private ReportCodec() {}

  /**
   * Writes a report.
   *
   * @param report what to write
   * @return the bytes
   * @throws IllegalArgumentException if it is longer, deeper or has longer names than can be
   */
  public static byte[] encode(Report report) {
    var writer = new Writer();
    writer.number(MAGIC);
    writer.word(VERSION);
    writer.word(0);
    writer.value(report, 0);
    return writer.finish();
  }

  /**
   * Reads a report, trusting nothing.
   *
   * @param bytes a private copy of what was received
   * @return the report
   * @throws MalformedBlockException if it is none of this version
   */
  public static Report decode(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < HEAD_BYTES || bytes.length > BYTES_MAX) {
      throw malformed("has " + bytes.length + " bytes");
    }
    if (buffer.getLong() != MAGIC) {
      throw malformed("does not begin with its magic");
    }
    int version = buffer.getInt();
    if (version != VERSION) {
      throw malformed("has version " + version);
    }
    int length = buffer.getInt();
    if (length != bytes.length) {
      throw malformed("says " + length + " bytes and has " + bytes.length);
    }
    Report report = new Reader(buffer).value(0);
    if (buffer.hasRemaining()) {
      throw malformed("has " + buffer.remaining() + " bytes left over");
    }
    return report;
  }

  private static MalformedBlockException malformed(String what) {
    return new MalformedBlockException(Errno.EPROTO, 0, "report " + what);
  }

  private static final class Writer {
    private ByteBuffer buffer = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer room(int bytes) {
      if (buffer.remaining() < bytes) {
        long wanted = Math.max(2L * buffer.capacity(), (long) buffer.position() + bytes);
        if ((long) buffer.position() + bytes > BYTES_MAX) {
          throw new IllegalArgumentException("the report has more than " + BYTES_MAX + " bytes");
        }
        ByteBuffer larger =
            ByteBuffer.allocate((int) Math.min(wanted, BYTES_MAX)).order(ByteOrder.LITTLE_ENDIAN);
        buffer = larger.put(buffer.flip());
      }
      return buffer;
    }

    void kind(int kind) {
      room(1).put((byte) kind);
    }

    void word(int value) {
      room(Integer.BYTES).putInt(value);
    }

    void number(long value) {
      room(Long.BYTES).putLong(value);
    }

    private void bytes(byte[] bytes) {
      room(bytes.length).put(bytes);
    }

    void value(Report report, int depth) {
      if (depth > DEPTH_MAX) {
        throw new IllegalArgumentException("the report is more than " + DEPTH_MAX + " deep");
      }
      switch (report) {
        case Report.Nothing _ -> kind(NOTHING);
        case Report.Text text -> {
          kind(TEXT);
          byte[] bytes = text.value().getBytes(StandardCharsets.UTF_8);
          word(bytes.length);
          bytes(bytes);
        }
        case Report.Figure figure -> {
          kind(NUMBER);
          number(figure.value());
        }
        case Report.Flag flag -> {
          kind(FLAG);
          kind(flag.value() ? 1 : 0);
        }
        case Report.Rows rows -> {
          kind(ROWS);
          word(rows.rows().size());
          rows.rows().forEach(each -> value(each, depth + 1));
        }
        case Report.Fields fields -> {
          kind(FIELDS);
          word(fields.values().size());
          fields
              .values()
              .forEach((name, each) -> {
                name(name);
                value(each, depth + 1);
              });
        }
      }
    }

    private void name(String name) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      if (bytes.length == 0 || bytes.length > NAME_BYTES_MAX) {
        throw new IllegalArgumentException("name=" + name + " has " + bytes.length + " bytes");
      }
      kind(bytes.length);
      bytes(bytes);
    }

    byte[] finish() {
      buffer.putInt(BYTES_AT, buffer.position());
      return Arrays.copyOf(buffer.array(), buffer.position());
    }
  }

  private record Reader(ByteBuffer buffer) {
    Report value(int depth) {
      if (depth > DEPTH_MAX) {
        throw malformed("is more than " + DEPTH_MAX + " deep");
      }
      need(1);
      int kind = Byte.toUnsignedInt(buffer.get());
      return switch (kind) {
        case NOTHING -> new Report.Nothing();
        case TEXT -> new Report.Text(text(count(1)));
        case NUMBER -> {
          need(Long.BYTES);
          yield new Report.Figure(buffer.getLong());
        }
        case FLAG -> new Report.Flag(flag());
        case ROWS -> rows(depth);
        case FIELDS -> fields(depth);
        default -> throw malformed("has a value of unknown kind " + kind);
      };
    }

    private void need(int bytes) {
      if (buffer.remaining() < bytes) {
        throw malformed("ends at byte " + buffer.limit() + " inside a value");
      }
    }

    /** A count of things that take so many bytes each at least: never more than can be there. */
    private int count(int bytesOfEach) {
      need(Integer.BYTES);
      int count = buffer.getInt();
      if (count < 0 || count > buffer.remaining() / bytesOfEach) {
        throw malformed(
            "counts "
                + Integer.toUnsignedString(count)
                + " where "
                + buffer.remaining()
                + " bytes are left");
      }
      return count;
    }

    private boolean flag() {
      need(1);
      int value = buffer.get();
      if (value != 0 && value != 1) {
        throw malformed("has " + value + " where 0 or 1 is due");
      }
      return value == 1;
    }

    private String text(int bytes) {
      need(bytes);
      ByteBuffer part = buffer.slice(buffer.position(), bytes);
      buffer.position(buffer.position() + bytes);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
      } catch (CharacterCodingException e) {
        throw malformed("has a text that is not UTF-8");
      }
    }

    private Report rows(int depth) {
      int count = count(1);
      List<Report> rows = new ArrayList<>(Math.min(count, 1024));
      for (int i = 0; i < count; i++) {
        rows.add(value(depth + 1));
      }
      return new Report.Rows(rows);
    }

    private Report fields(int depth) {
      // A name's length, one byte of it, and one byte of a value.
      int count = count(3);
      Map<String, Report> fields = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        need(1);
        int bytes = Byte.toUnsignedInt(buffer.get());
        String name = text(bytes);
        if (name.isEmpty() || fields.put(name, value(depth + 1)) != null) {
          throw malformed("has a name that is empty or stands twice");
        }
      }
      return new Report.Fields(fields);
    }
  }
}
