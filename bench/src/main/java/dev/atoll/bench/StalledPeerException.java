/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

/** A peer that did not answer within its time. */
final class StalledPeerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String candidate;
  private final String reason;

  StalledPeerException(String candidate, String reason) {
    super(candidate + ": " + reason);
    this.candidate = candidate;
    this.reason = reason;
  }

  String candidate() {
    return candidate;
  }

  String reason() {
    return reason;
  }
}
