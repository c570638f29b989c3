/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

import dev.atoll.link.RsmError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The file in which an administrator reserves segment ids for applications, {@code rsm.segmentid}.
 *
 * <p>Each line has four fields: the word {@code reserved} (or {@code reserve}), the application,
 * the first id in hexadecimal, and how many in decimal. Lines that begin with {@code #} are
 * comments. The first line of the application decides; lines behind it are not looked at. As in the
 * original, what follows the digits of a number is ignored and a text without digits is 0.
 *
 * <p>Thread safety: immutable; the file is read anew at each call.
 */
public final class SegmentIdFile {
  /** Where the original has it. */
  public static final Path STANDARD = Path.of("/etc/rsm/rsm.segmentid");

  private static final String OPERATION = "rsm_get_segmentid_range";
  private static final int LINE_CHARACTERS_MAX = 255;
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final int FIELDS = 4;
  private static final long ID_MAX = 0xFFFF_FFFFL;
  private static final String WHITE_SPACE = "[ \\t\\x0B\\f\\r]+";

  private final Path path;
  private final Keyword keyword;

  /** Which words are taken for the keyword. */
  public enum Keyword {
    /** "reserved" and "reserve", since the documents have both. */
    EITHER,
    /** "reserved" alone, as the code of the original. */
    RESERVED_ONLY
  }

  /**
   * Names a file.
   *
   * @param path where it is
   * @param keyword which words are taken for the keyword
   */
  public SegmentIdFile(Path path, Keyword keyword) {
    this.path = path;
    this.keyword = keyword;
  }

  /**
   * Looks an application up: {@code rsm_get_segmentid_range}.
   *
   * @param applicationId its name; case does not count
   * @return the ids reserved for it
   * @throws RsmException BAD_CONF if the file can not be read or a line that had to be looked at is
   *     malformed, saying which; BAD_APPID if the application is not in it
   */
  public SegmentIdRange find(String applicationId) {
    List<String> lines = read();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.startsWith("#")) {
        List<String> fields = fieldsOf(i, lines.get(i));
        if (fields.get(1).equalsIgnoreCase(applicationId)) {
          return rangeOf(i, fields);
        }
      }
    }
    throw new RsmException(
        RsmError.BAD_APPID, OPERATION, "'" + applicationId + "' is not in " + path, null);
  }

  private List<String> read() {
    byte[] content;
    try (InputStream stream = Files.newInputStream(path)) {
      content = stream.readNBytes(FILE_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new RsmException(RsmError.BAD_CONF, OPERATION, path + " can not be read", e);
    }
    if (content.length > FILE_BYTES_MAX) {
      throw new RsmException(
          RsmError.BAD_CONF, OPERATION, path + " is longer than " + FILE_BYTES_MAX, null);
    }
    List<String> lines = new ArrayList<>(List.of(text(content).split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      // The end of the last line, not a line of its own.
      lines.removeLast();
    }
    return lines;
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.ISO_8859_1);
  }

  private List<String> fieldsOf(int index, String line) {
    if (line.length() > LINE_CHARACTERS_MAX) {
      throw malformed(index, "it is longer than " + LINE_CHARACTERS_MAX + " characters");
    }
    List<String> fields = List.of(line.replaceFirst("^" + WHITE_SPACE, "").split(WHITE_SPACE));
    if (fields.size() < FIELDS) {
      throw malformed(index, "expected: reserved APPLICATION 0xBASE LENGTH");
    }
    return fields;
  }

  private SegmentIdRange rangeOf(int index, List<String> fields) {
    String word = fields.getFirst().toLowerCase(Locale.ROOT);
    boolean isKnown =
        word.equals("reserved") || (keyword == Keyword.EITHER && word.equals("reserve"));
    if (!isKnown) {
      throw malformed(index, "it begins with '" + fields.getFirst() + "', expected: reserved");
    }
    String base = fields.get(2);
    boolean isPrefixed = base.regionMatches(true, 0, "0x", 0, 2);
    long baseId = leadingNumber(index, isPrefixed ? base.substring(2) : base, 16);
    return new SegmentIdRange((int) baseId, leadingNumber(index, fields.get(3), 10));
  }

  private long leadingNumber(int index, String field, int radix) {
    long value = 0;
    for (int i = 0; i < field.length(); i++) {
      int digit = Character.digit(field.charAt(i), radix);
      if (digit < 0) {
        break;
      }
      value = value * radix + digit;
      if (value > ID_MAX) {
        throw malformed(index, "'" + field + "' does not fit 32 bits");
      }
    }
    return value;
  }

  private RsmException malformed(int index, String why) {
    return new RsmException(
        RsmError.BAD_CONF, OPERATION, path + ", line " + (index + 1) + ": " + why, null);
  }
}
