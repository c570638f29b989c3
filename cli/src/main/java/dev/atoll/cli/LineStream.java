/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.OutputStream;

/** An {@link Output} as a stream, for code that prints by itself. */
final class LineStream extends OutputStream {
  private final Output output;

  LineStream(Output output) {
    this.output = output;
  }

  @Override
  public void write(int value) {
    output.bytes(new byte[] {(byte) value});
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    output.bytes(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
  }
}
