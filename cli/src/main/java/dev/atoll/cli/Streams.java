/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a command reads from and writes to, handed in so that tests can own it.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error, for messages only
 * @param isTerminal whether a person looks at the output
 * @param isErrTerminal whether a person looks at the messages
 */
public record Streams(
    InputStream in, Output out, PrintStream err, boolean isTerminal, boolean isErrTerminal) {
  private static final Path ERR = Path.of("/proc/self/fd/2");

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
        console != null && console.isTerminal(),
        isTerminal(ERR));
  }

  /** Tells by the name of the open file, since Java asks the terminal only about all streams. */
  private static boolean isTerminal(Path descriptor) {
    try {
      String name = Files.readSymbolicLink(descriptor).toString();
      return name.startsWith("/dev/pts/") || name.startsWith("/dev/tty");
    } catch (IOException e) {
      // No procfs, or a closed descriptor: nobody looks.
      return false;
    }
  }
}
