/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.atoll.lnet.FakePort;
import dev.atoll.lnet.Nid;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract over IPv6, on two addresses of this host. */
class LargeTcpLndTest extends TcpLndContract {
  private static List<String> addresses = List.of();

  @BeforeAll
  static void findAddresses() throws IOException {
    addresses =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(each -> each instanceof java.net.Inet6Address && !each.isLinkLocalAddress())
            .map(each -> each.getHostAddress().replaceAll("%.*", ""))
            .distinct()
            .toList();
    assumeTrue(addresses.size() >= 2, "two addresses of IPv6 are needed, here are " + addresses);
  }

  @Override
  Nid nid(boolean isLeft) {
    return Nid.parse(addresses.get(isLeft ? 0 : 1) + "@tcp");
  }

  @Override
  protected Nid nobody() {
    return Nid.parse("::2@tcp");
  }

  @Test
  void speaksVersionFour() {
    left.send(FakePort.put(left.nid(), right.nid(), 1));
    await("arrival", () -> !there.arrivals.isEmpty());
    assertThat(left.connections()).allMatch(each -> each.version() == 4);
  }
}
