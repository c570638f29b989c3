/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

/** The bounds of a session, the same for both carriers. */
public final class LinkLimits {
  /** Version of the protocol; the two sides must agree exactly. */
  public static final int VERSION = 2;

  /** Bytes of the longest block. */
  public static final int BLOCK_BYTES_MAX = 2048;

  /** Handles a session may hold at a time; each has one signal slot. */
  public static final int HANDLES_MAX = 4096;

  /** Entries of an access list. */
  public static final int ACCESS_ENTRIES_MAX = 64;

  /** Greatest node id an access list may name. */
  public static final int NODE_ID_MAX = 64;

  /** Bytes of the words that go with a refusal. */
  public static final int DETAIL_BYTES_MAX = 512;

  /** Requests of one session that the device holds unanswered at a time. */
  public static final int OUTSTANDING_MAX = 256;

  /** Correlation of a request that is not answered. */
  public static final long UNANSWERED = 0;

  private LinkLimits() {}
}
