/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One TCP connection of the simple peer. Every wait has a deadline; one thread reads, one writes.
 */
public final class PeerLink implements AutoCloseable {
  /** How long anything that must come may take. */
  public static final Duration DEADLINE = Duration.ofSeconds(20);

  /** How a connection ended, if it did. */
  public enum Ending {
    /** It did not. */
    OPEN,

    /** The other side has closed it. */
    END_OF_FILE,

    /** The other side has reset it. */
    RESET
  }

  private static final ScheduledExecutorService WATCH =
      Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "peer-watch");
        thread.setDaemon(true);
        return thread;
      });

  private final Socket socket;
  private int version;
  private int type;

  /** Wraps a connected socket. */
  PeerLink(Socket socket) {
    this.socket = socket;
    try {
      socket.setTcpNoDelay(true);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Says what the handshake agreed on; decides how frames are read and written. */
  void open(int agreedVersion, int ownType) {
    version = agreedVersion;
    type = ownType;
  }

  /** The version of the handshake. */
  public int version() {
    return version;
  }

  /** The type as this side sees it. */
  public int type() {
    return type;
  }

  /** The address and port of the other side. */
  public InetSocketAddress remote() {
    return (InetSocketAddress) socket.getRemoteSocketAddress();
  }

  /** The address and port of this side. */
  public InetSocketAddress local() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** Writes bytes as they are. */
  public synchronized void write(byte... bytes) {
    try {
      writeInTime(bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException("writing " + bytes.length + " bytes", failed);
    }
  }

  /** Writes bytes to a side that may have gone already. */
  public synchronized void writeAtBest(byte... bytes) {
    try {
      writeInTime(bytes);
    } catch (IOException gone) {
      // The test looks at the ending of the connection next, which tells the same.
    }
  }

  private void writeInTime(byte[] bytes) throws IOException {
    ScheduledFuture<?> guard =
        WATCH.schedule(this::close, DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    try {
      socket.getOutputStream().write(bytes);
    } finally {
      guard.cancel(false);
    }
  }

  /** Writes a frame in the version of the handshake. */
  public void send(PeerFrame frame) {
    write(frame.encode(version));
  }

  /** Writes a message with its bytes. */
  public void send(PeerMessage message, byte... payload) {
    send(PeerFrame.of(message, payload));
  }

  /** Reads exactly so many bytes. */
  public byte[] read(int lengthBytes) {
    return readWithin(lengthBytes, DEADLINE)
        .orElseThrow(() -> new AssertionError("nothing came in " + DEADLINE));
  }

  /** Reads exactly so many bytes, or nothing if none begins to come. */
  private Optional<byte[]> readWithin(int lengthBytes, Duration atMost) {
    byte[] bytes = new byte[lengthBytes];
    int filled = 0;
    long endNanos = System.nanoTime() + atMost.toNanos();
    try {
      InputStream in = socket.getInputStream();
      while (filled < lengthBytes) {
        long left = (endNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) left);
        int count = in.read(bytes, filled, lengthBytes - filled);
        if (count < 0) {
          throw new AssertionError("end of file after " + shown(bytes, filled));
        }
        filled += count;
      }
      return Optional.of(bytes);
    } catch (SocketTimeoutException late) {
      if (filled == 0) {
        return Optional.empty();
      }
      throw new AssertionError("only " + shown(bytes, filled), late);
    } catch (IOException failed) {
      throw new AssertionError("connection failed after " + shown(bytes, filled), failed);
    }
  }

  private static String shown(byte[] bytes, int filled) {
    return filled + " bytes: " + HexFormat.of().formatHex(bytes, 0, Math.min(filled, 64));
  }

  /** Reads a frame. */
  public PeerFrame receive() {
    return receiveWithin(DEADLINE)
        .orElseThrow(() -> new AssertionError("no frame came in " + DEADLINE));
  }

  /** Reads a frame if one begins to come in time. */
  public Optional<PeerFrame> receiveWithin(Duration atMost) {
    if (version == 1) {
      return readWithin(PeerMessage.sizeOf(1), atMost)
          .map(header -> carry(PeerFrame.of(PeerMessage.decode(header, 1)), header));
    }
    Optional<byte[]> head = readWithin(PeerFrame.SIZE, atMost);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    PeerFrame frame = PeerFrame.decodeHead(head.get());
    return Optional.of(
        frame.type() == PeerFrame.LNET ? carry(frame, read(PeerMessage.sizeOf(version))) : frame);
  }

  private PeerFrame carry(PeerFrame frame, byte[] header) {
    PeerMessage message = PeerMessage.decode(header, version);
    return frame.carrying(message, read(message.payloadLength()));
  }

  /** Reads a message; fails if a NOOP comes. */
  public PeerFrame receiveMessage(int messageType) {
    PeerFrame frame = receive();
    if (!frame.isMessage() || frame.message().type() != messageType) {
      throw new AssertionError("wanted a message of type " + messageType + ", not " + frame);
    }
    return frame;
  }

  /** Fails unless the connection stays open for so long without a byte. */
  public void expectSilence(Duration howLong) {
    try {
      socket.setSoTimeout((int) howLong.toMillis());
      int read = socket.getInputStream().read();
      throw new AssertionError(read < 0 ? "end of file" : "a byte: " + Integer.toHexString(read));
    } catch (SocketTimeoutException silent) {
      return;
    } catch (IOException failed) {
      throw new AssertionError("connection failed", failed);
    }
  }

  /** Throws bytes away until the connection ends; {@link Ending#OPEN} if it does not in time. */
  public Ending ending(Duration atMost) {
    return ending(atMost, true);
  }

  /** Waits for the end of the connection; fails on any byte before. */
  public Ending endingWithoutBytes() {
    return ending(DEADLINE, false);
  }

  /** Waits for the end of the connection, whatever comes before. */
  public Ending ending() {
    return ending(DEADLINE);
  }

  private Ending ending(Duration atMost, boolean mayCarryBytes) {
    byte[] bytes = new byte[1 << 16];
    long endNanos = System.nanoTime() + atMost.toNanos();
    try {
      while (true) {
        long left = (endNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return Ending.OPEN;
        }
        socket.setSoTimeout((int) left);
        int count = socket.getInputStream().read(bytes);
        if (count < 0) {
          return Ending.END_OF_FILE;
        }
        if (!mayCarryBytes) {
          throw new AssertionError("bytes came: " + shown(Arrays.copyOf(bytes, count), count));
        }
      }
    } catch (SocketTimeoutException open) {
      return Ending.OPEN;
    } catch (SocketException reset) {
      return Ending.RESET;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Says that nothing more will be sent, and goes on reading. */
  public void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Ends the connection with a reset. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException gone) {
      // Closing is all that is left to do.
    }
    close();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
