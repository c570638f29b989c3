/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * Standard output that tells a reader who has gone from a disk that is full, which {@link
 * java.io.PrintStream} does not.
 *
 * <p>Thread safety: one thread at a time.
 */
public final class Output {
  private final OutputStream stream;
  private final Charset charset;

  /**
   * Wraps a stream.
   *
   * @param target where the bytes go
   * @param charset of lines; JSON is always UTF-8
   */
  public Output(OutputStream target, Charset charset) {
    this.stream = new BufferedOutputStream(target);
    this.charset = charset;
  }

  /**
   * Writes a line and sends it off.
   *
   * @param text without its end
   * @throws OutputClosedException if nobody reads any more
   * @throws UncheckedIOException if it can not be written
   */
  public void line(String text) {
    bytes((text + "\n").getBytes(charset));
  }

  /**
   * Writes a line by a format.
   *
   * @param format as of {@link String#format}
   * @param values for it
   * @throws OutputClosedException if nobody reads any more
   */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency
  public void format(String format, Object... values) {
    line(String.format(Locale.ROOT, format, values));
  }

  /**
   * Writes an object as one line of JSON.
   *
   * @param object names and values: maps, lists, numbers, strings, booleans
   * @throws OutputClosedException if nobody reads any more
   */
  public void json(Map<String, ?> object) {
    bytes((toJson(object) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Turns an object into one line of JSON.
   *
   * @param object names and values: maps, lists, numbers, strings, booleans
   * @return the text
   */
  public static String toJson(Map<String, ?> object) {
    try {
      return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(object);
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON", e);
    }
  }

  /**
   * Writes bytes and sends them off.
   *
   * @param bytes what to write
   * @throws OutputClosedException if nobody reads any more
   * @throws UncheckedIOException if they can not be written
   */
  public void bytes(byte[] bytes) {
    bytes(bytes, bytes.length);
  }

  /**
   * Writes the first of some bytes and sends them off.
   *
   * @param bytes what to write
   * @param used how many of them
   * @throws OutputClosedException if nobody reads any more
   * @throws UncheckedIOException if they can not be written
   */
  public void bytes(byte[] bytes, int used) {
    try {
      stream.write(bytes, 0, used);
      stream.flush();
    } catch (IOException e) {
      String message = e.getMessage();
      // The JDK gives the words of strerror(3) and no errno.
      if (message != null && message.contains("Broken pipe")) {
        throw new OutputClosedException(e);
      }
      throw new UncheckedIOException("writing to standard output", e);
    }
  }

  /** A writer for help texts, which nobody needs to be told about when they are not read. */
  PrintWriter writer() {
    return new PrintWriter(stream, true, charset);
  }
}
