/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard error of a daemon in the background, which is a file opened for appending: it starts
 * anew when it has grown to its bound, so that no program can fill the file system through the log.
 */
final class BoundedLog extends OutputStream {
  private static final byte[] CUT = "event=log-cut reason=bound\n".getBytes(StandardCharsets.UTF_8);

  private final FileOutputStream file;
  private final long bytesMax;
  private long written;

  BoundedLog(FileOutputStream file, long bytesMax) {
    this.file = file;
    this.bytesMax = bytesMax;
  }

  /** Puts it in place of both streams of this process. */
  static void install() {
    var log =
        new PrintStream(
            new BoundedLog(new FileOutputStream(FileDescriptor.err), DaemonLog.BYTES_MAX),
            true,
            StandardCharsets.UTF_8);
    System.setErr(log);
    System.setOut(log);
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (written + length > bytesMax) {
      file.getChannel().truncate(0);
      file.write(CUT);
      written = CUT.length;
    }
    file.write(bytes, offset, length);
    written += length;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
