/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import dev.atoll.posix.IoVector;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way in. A network makes one for each connection and uses it again and again.
 *
 * <p>The network fills in header and neighbour and calls {@link LndPort#arrived}; the node says
 * where the payload goes; the network stores as many bytes as were accepted, piece by piece as they
 * come, and calls {@link LndPort#received}. In between the node may {@link #isDiverted divert} the
 * message: its memory is no longer wanted, and what comes from then on goes nowhere.
 *
 * <p>Belongs to the loop.
 */
public final class IncomingMessage {
  private final LnetHeader header = new LnetHeader();
  private ProcessId neighbour = ProcessId.ANY;
  private Pieces pieces = Pieces.NONE;
  private long offset;
  private int acceptedLength;
  private int storedLength;
  private boolean isDiverted;

  /** The memory descriptor that takes the message; for the node. */
  @Nullable MemoryDescriptor descriptor;

  /** The others that the descriptor takes at the same time; for the node. */
  @Nullable IncomingMessage nextOfDescriptor;

  @Nullable IncomingMessage previousOfDescriptor;

  /** What its end will be reported as; for the node. */
  final LnetEvent event = new LnetEvent();

  /** The REPLY to a GET, complete, until the GET is received; for the node. */
  @Nullable OutgoingMessage answer;

  /** Where its payload waits for a descriptor; for the node. */
  DelayedPuts.@Nullable Delayed delayed;

  /** Makes a message for a connection. */
  public IncomingMessage() {}

  /**
   * Gives the header, for the network to fill in.
   *
   * @return the message's own
   */
  public LnetHeader header() {
    return header;
  }

  /**
   * Tells who handed the message over: its source, or the last gateway.
   *
   * @return the process at the other end of the connection
   */
  public ProcessId neighbour() {
    return neighbour;
  }

  /**
   * Says who handed the message over.
   *
   * @param neighbour the process at the other end of the connection
   */
  public void neighbour(ProcessId neighbour) {
    this.neighbour = neighbour;
  }

  /**
   * Tells how much of the payload is wanted; what is beyond is thrown away.
   *
   * @return bytes
   */
  public int acceptedLength() {
    return acceptedLength;
  }

  /**
   * Tells how much of what is wanted has not come yet.
   *
   * @return bytes
   */
  public int missingLength() {
    return acceptedLength - storedLength;
  }

  /**
   * Tells whether the memory is no longer wanted. The network reads the rest of the payload into a
   * bin; {@link #store} and {@link #stored} still count.
   *
   * @return whether nothing may be written to the memory any more
   */
  public boolean isDiverted() {
    return isDiverted;
  }

  /**
   * Copies the next bytes of the payload to their place.
   *
   * @param source the bytes
   * @param at where in the source
   * @param length how many, at most {@link #missingLength}
   */
  public void store(MemorySegment source, long at, int length) {
    checkStep(length);
    if (!isDiverted) {
      pieces.copyFrom(offset + storedLength, source, at, length);
    }
    storedLength += length;
  }

  /**
   * Adds the place of the missing bytes to a vector for readv, as far as that has room.
   *
   * @param vector to add to
   * @return how many bytes were added; zero if the message is diverted
   */
  public long addRoomTo(IoVector vector) {
    return isDiverted ? 0 : pieces.addTo(vector, offset + storedLength, missingLength());
  }

  /**
   * Counts bytes that readv has put in their place, or that a diverted message has lost.
   *
   * @param length how many, at most {@link #missingLength}
   */
  public void stored(int length) {
    checkStep(length);
    storedLength += length;
  }

  /** Says where the payload goes. */
  void accept(Pieces pieces, long offset, int length) {
    this.pieces = pieces;
    this.offset = offset;
    this.acceptedLength = length;
    this.storedLength = 0;
    this.isDiverted = false;
  }

  /** Says that none of the payload is wanted. */
  void acceptNothing() {
    accept(Pieces.NONE, 0, 0);
  }

  /** Takes the memory out of the message. */
  void divert() {
    isDiverted = true;
    pieces = Pieces.NONE;
  }

  private void checkStep(int length) {
    if (length < 0 || length > missingLength()) {
      throw new IllegalArgumentException(
          "length=" + length + " of missingLength=" + missingLength());
    }
  }
}
