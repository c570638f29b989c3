/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import dev.atoll.lnet.Nid;

/** The contract over IPv4. */
class PlainTcpLndTest extends TcpLndContract {
  @Override
  Nid nid(boolean isLeft) {
    return Nid.parse(isLeft ? "127.0.30.1@tcp" : "127.0.30.2@tcp");
  }

  @Override
  protected Nid nobody() {
    return Nid.parse("127.0.30.9@tcp");
  }
}
