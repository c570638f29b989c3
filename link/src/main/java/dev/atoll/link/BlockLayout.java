/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The block: one message of a session's socket, version 2, little-endian.
 *
 * <pre>
 *   0                   4                   8
 *   +-------------------+-------------------+
 *   | kind              | bytes in the block|   0
 *   +-------------------+-------------------+
 *   | correlation                           |   8
 *   +---------------------------------------+
 *   | body: 8-byte words, see RequestCodec  |  16
 *   .                                       .
 * </pre>
 *
 * <p>{@code kind} tells what the body is: requests 0x60 to 0x7f, replies 0x100 to 0x1ff,
 * notifications 0x200 to 0x2ff. The length must equal the bytes received and the size its kind
 * prescribes; reserved words are zero and checked.
 */
final class BlockLayout {
  static final ValueLayout.OfInt U32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final long KIND = 0;
  static final long LENGTH = 4;
  static final long CORRELATION = 8;
  static final long BODY = 16;

  static final int HELLO = 0x60;
  static final int STATUS = 0x61;
  static final int MEMORY_CREATE = 0x62;
  static final int EXPORT_CREATE = 0x64;
  static final int EXPORT_PUBLISH = 0x65;
  static final int EXPORT_UNPUBLISH = 0x66;
  static final int EXPORT_DESTROY = 0x67;
  static final int IMPORT_CONNECT = 0x68;
  static final int IMPORT_DISCONNECT = 0x69;
  static final int REVOKED = 0x6a;
  static final int SIGNAL_POST = 0x6b;
  static final int EXPORT_REBIND = 0x6c;
  static final int EXPORT_REPUBLISH = 0x6d;
  static final int REBOUND = 0x6e;
  static final int RINGS_OPEN = 0x70;
  static final int RINGS_WAKE = 0x71;

  static final int LIST_SEGMENTS = 0x74;
  static final int STOP = 0x75;
  static final int SIGNAL_WATCH = 0x6f;
  static final int EXPORT_RESUME = 0x76;
  static final int PUBLISH_RESUME = 0x77;
  static final int NETWORK = 0x78;

  static final int DONE = 0x100;
  static final int REFUSED = 0x101;
  static final int WELCOME = 0x102;
  static final int MEMORY_MADE = 0x103;
  static final int EXPORT_CREATED = 0x104;
  static final int PUBLISHED = 0x105;
  static final int CONNECTED = 0x106;
  static final int DEVICE_STATUS = 0x107;
  static final int RINGS_MADE = 0x108;

  static final int LISTING = 0x109;
  static final int NETWORK_ANSWER = 0x10a;

  static final int REVOKE = 0x200;
  static final int REBIND = 0x201;
  static final int SIGNALLED = 0x202;

  private BlockLayout() {}

  static boolean isNotification(int kind) {
    return kind >= 0x200 && kind < 0x300;
  }
}
