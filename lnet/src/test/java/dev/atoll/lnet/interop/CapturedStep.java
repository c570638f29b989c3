/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.interop;

import java.net.InetSocketAddress;
import java.util.HexFormat;

/** One thing that happened in a capture. */
sealed interface CapturedStep {
  /** Counts the connections of a capture from 1. */
  int connection();

  /** Somebody connected. */
  record Opened(int connection, InetSocketAddress active, InetSocketAddress passive)
      implements CapturedStep {}

  /** Somebody said a frame; what could be no frame is one piece. Equal to itself alone. */
  final class Said implements CapturedStep {
    private final int connection;
    private final boolean byActive;
    private final Kind kind;
    private final int version;
    private final byte[] bytes;

    Said(int connection, boolean byActive, Kind kind, int version, byte[] bytes) {
      this.connection = connection;
      this.byActive = byActive;
      this.kind = kind;
      this.version = version;
      this.bytes = bytes;
    }

    @Override
    public int connection() {
      return connection;
    }

    boolean byActive() {
      return byActive;
    }

    Kind kind() {
      return kind;
    }

    int version() {
      return version;
    }

    byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public String toString() {
      return "connection %d %s %s v%d %s"
          .formatted(
              connection,
              byActive ? ">" : "<",
              kind,
              version,
              HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 96)));
    }
  }

  /** Somebody ended a connection. */
  record Ended(int connection, boolean byActive, boolean isReset, int place)
      implements CapturedStep {}

  /** What a frame is. */
  enum Kind {
    /** The request of a connection, or the answer to one of an unknown version. */
    REQUEST,
    /** A HELLO. */
    HELLO,
    /** A NOOP or a message. */
    FRAME,
    /** Nothing of LNet. */
    OTHER
  }
}
