/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** What has happened to a memory descriptor; the numbers are LNet's. */
public enum LnetEventType {
  /** Somebody has got bytes out of the memory: the REPLY has left. */
  GET(1),

  /** Somebody has put bytes into the memory. */
  PUT(2),

  /** The answer to an own get is in the memory, or will never come. */
  REPLY(3),

  /** The target of an own put tells how much it kept, or never will. */
  ACK(4),

  /** The message of an own put or get has left, or never will. */
  SEND(5),

  /** An idle descriptor was unlinked on demand. */
  UNLINK(6);

  private final int code;

  LnetEventType(int code) {
    this.code = code;
  }

  /**
   * Gives LNet's number.
   *
   * @return 1 to 6
   */
  public int code() {
    return code;
  }
}
