/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.posix.PeerCredentials;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityTest {
  private static final PeerCredentials EXPORTER = new PeerCredentials(10, 1000, 100, List.of(100));

  @ParameterizedTest(name = "uid {0} gid {1} also in {2}, mask {3} gives {4}")
  @CsvSource({
    "1000, 100, 100, 0624, 0600",
    "1000, 100, 100, 0066, 0",
    "1001, 100, 100, 0624, 0200",
    "1001, 200, 100, 0624, 0200",
    "1001, 100, 100, 0604, 0",
    "1001, 200, 200, 0624, 0400",
    "1001, 200, 200, 0660, 0",
    "0,    0,   0,   0600, 0",
    "1001, 200, 200, 0777, 0600",
  })
  void givesTheRightsOfTheFirstClassThatFits(
      int uid, int gid, int group, String mask, String expected) {
    var importer = new PeerCredentials(11, uid, gid, List.of(group));

    int rights = Identity.rightsOf(importer, EXPORTER, Integer.parseInt(mask, 8));

    assertThat(Integer.toOctalString(rights)).isEqualTo(expected.replaceFirst("^0(?=.)", ""));
  }
}
