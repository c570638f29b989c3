/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

/** What socklnd puts before a message; filled and used again and again. */
final class FrameHead {
  /** Whether a message follows. */
  boolean isMessage;

  /** Of the frame or its payload; zero if there is none. */
  int checksum;

  /** Zero, or what the receiver shall acknowledge when it has read the payload. */
  long firstCookie;

  /** Zero, or what is acknowledged. */
  long secondCookie;
}
