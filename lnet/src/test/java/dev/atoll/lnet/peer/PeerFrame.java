/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What travels behind the handshake: socklnd's header, and for messages an LNet header and bytes.
 */
public final class PeerFrame {
  /** Says nothing but its cookies. */
  public static final int NOOP = 0xc0;

  /** Carries a message. */
  public static final int LNET = 0xc1;

  /** Bytes of socklnd's header. */
  public static final int SIZE = 24;

  private final int type;
  private final int checksum;
  private final long firstCookie;
  private final long secondCookie;
  private final Optional<PeerMessage> message;
  private final byte[] payload;

  private PeerFrame(
      int type,
      int checksum,
      long firstCookie,
      long secondCookie,
      Optional<PeerMessage> message,
      byte[] payload) {
    this.type = type;
    this.checksum = checksum;
    this.firstCookie = firstCookie;
    this.secondCookie = secondCookie;
    this.message = message;
    this.payload = payload;
  }

  /** A NOOP. */
  public static PeerFrame noop(long firstCookie, long secondCookie) {
    return new PeerFrame(NOOP, 0, firstCookie, secondCookie, Optional.empty(), new byte[0]);
  }

  /** A message with its bytes, which need not be as many as the header says. */
  public static PeerFrame of(PeerMessage message, byte... payload) {
    return new PeerFrame(LNET, 0, 0, 0, Optional.of(message), payload.clone());
  }

  /** The same that says another type. */
  public PeerFrame withType(int value) {
    return new PeerFrame(value, checksum, firstCookie, secondCookie, message, payload);
  }

  /** The same with cookies. */
  public PeerFrame withCookies(long first, long second) {
    return new PeerFrame(type, checksum, first, second, message, payload);
  }

  /** The same with a checksum, right or not. */
  public PeerFrame withChecksum(int value) {
    return new PeerFrame(type, value, firstCookie, secondCookie, message, payload);
  }

  /** The checksum that version 2 wants: over everything with the field itself as 0. */
  public int wholeChecksum() {
    return crc(withChecksum(0).encode(2));
  }

  /** The checksum that versions 3 and 4 want: over the payload. */
  public int payloadChecksum() {
    return crc(payload);
  }

  /** CRC-32, reflected, all ones at the start and not inverted at the end. */
  static int crc(byte[] bytes) {
    int crc = 0xffffffff;
    for (byte each : bytes) {
      crc ^= each & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0xedb88320;
      }
    }
    return crc;
  }

  /** The type in socklnd's header. */
  public int type() {
    return type;
  }

  /** The checksum, 0 for none. */
  public int checksum() {
    return checksum;
  }

  /** Which acknowledgement it asks for, or where a range begins. */
  public long firstCookie() {
    return firstCookie;
  }

  /** What it acknowledges. */
  public long secondCookie() {
    return secondCookie;
  }

  /** Whether it is a message. */
  public boolean isMessage() {
    return message.isPresent();
  }

  /** The message. */
  public PeerMessage message() {
    return message.orElseThrow(() -> new AssertionError("not a message: " + this));
  }

  /** The bytes behind the header. */
  public byte[] payload() {
    return payload.clone();
  }

  /** The bytes of it; version 1 knows no header of socklnd. */
  public byte[] encode(int version) {
    int head = version == 1 ? 0 : SIZE;
    byte[] header = message.map(each -> each.encode(version)).orElse(new byte[0]);
    ByteBuffer out =
        ByteBuffer.allocate(head + header.length + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    if (version != 1) {
      out.putInt(type).putInt(checksum).putLong(firstCookie).putLong(secondCookie);
    }
    return out.put(header).put(payload).array();
  }

  /** Reads socklnd's header; what follows is put in by the reader. */
  static PeerFrame decodeHead(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new PeerFrame(
        in.getInt(), in.getInt(), in.getLong(), in.getLong(), Optional.empty(), new byte[0]);
  }

  /** Socklnd's header alone, as it stands at the start of any frame. */
  public static PeerFrame headOf(byte[] bytes) {
    return decodeHead(bytes);
  }

  /** The same with what followed. */
  PeerFrame carrying(PeerMessage received, byte[] bytes) {
    return new PeerFrame(
        type, checksum, firstCookie, secondCookie, Optional.of(received), bytes.clone());
  }

  @Override
  public String toString() {
    return (type == NOOP ? "NOOP" : type == LNET ? "LNET" : "type " + Integer.toHexString(type))
        + " checksum="
        + Integer.toHexString(checksum)
        + " cookies=["
        + firstCookie
        + ","
        + secondCookie
        + "] "
        + message.map(Object::toString).orElse("")
        + " bytes="
        + payload.length;
  }
}
