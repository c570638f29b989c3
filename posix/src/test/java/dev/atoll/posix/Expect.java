/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Says which errno a call is to give. */
final class Expect {
  private Expect() {}

  static void errno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining(errno + " (errno " + errno.number() + ")");
  }
}
