/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * What a command reads from and writes to, handed in so that tests can own it.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error, for messages only
 * @param isTerminal whether a person looks at the output
 */
public record Streams(InputStream in, Output out, PrintStream err, boolean isTerminal) {
  /**
   * Gives those of the process.
   *
   * @return its streams
   */
  @SuppressWarnings("SystemConsoleNull") // it is null with -Djdk.console=java.base and no terminal
  static Streams ofProcess() {
    Console console = System.console();
    Charset charset = Charset.forName(System.getProperty("stdout.encoding", "UTF-8"));
    return new Streams(
        System.in,
        new Output(new FileOutputStream(FileDescriptor.out), charset),
        System.err,
        console != null && console.isTerminal());
  }
}
