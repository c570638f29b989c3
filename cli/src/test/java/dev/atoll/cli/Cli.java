/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs a command inside the test. */
final class Cli {
  /** What a command did. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Result(int code, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    Map<String, Object> json() {
      try {
        return JSON.std.mapFrom(out());
      } catch (IOException e) {
        throw new UncheckedIOException(out(), e);
      }
    }
  }

  private Cli() {}

  static Result run(String... args) {
    return runWith(new byte[0], args);
  }

  static Result runWith(byte[] input, String... args) {
    var out = new ByteArrayOutputStream();
    return run(input, out, out, args);
  }

  static Result runInto(OutputStream broken, String... args) {
    return run(new byte[0], broken, new ByteArrayOutputStream(), args);
  }

  private static Result run(
      byte[] input, OutputStream target, ByteArrayOutputStream out, String... args) {
    var err = new ByteArrayOutputStream();
    var streams =
        new Streams(
            new ByteArrayInputStream(input),
            new Output(target, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false);
    int code = AtollCommand.commandLine(streams).execute(args);
    return new Result(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }
}
