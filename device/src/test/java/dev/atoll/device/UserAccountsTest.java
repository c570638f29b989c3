/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.Reply;
import dev.atoll.link.RsmError;
import org.junit.jupiter.api.Test;

class UserAccountsTest {
  private static final int OWNER = 1000;
  private static final int OTHER = 1001;
  private static final long MANY = 1 << 20;

  private static UserAccounts with(Quotas quotas, long descriptors) {
    return new UserAccounts(quotas, OWNER, descriptors);
  }

  private static void assertRefused(Reply.Refused refused, String words) {
    assertThat(refused.rsmCode()).isEqualTo(RsmError.INSUFFICIENT_RESOURCES.number());
    assertThat(refused.detail()).contains(words);
  }

  @Test
  void oneUserAtHisBoundDoesNotKeepOthersOut() {
    UserAccounts accounts = with(new Quotas(9, 9, 2, 1, 1 << 20), MANY);
    assertThat(accounts.chargeExport(OTHER, 1)).isNull();
    assertThat(accounts.chargeExport(OTHER, 1)).isNull();
    assertRefused(accounts.chargeExport(OTHER, 1), "2 exports");
    assertThat(accounts.chargeExport(OWNER, 1)).isNull();
    assertThat(accounts.chargeImport(OTHER)).isNull();
    assertRefused(accounts.chargeImport(OTHER), "1 imports");
    assertThat(accounts.chargeImport(OWNER)).isNull();
  }

  @Test
  void whatIsGivenBackCanBeTakenAgain() {
    UserAccounts accounts = with(new Quotas(9, 9, 1, 1, 100), MANY);
    for (int i = 0; i < 3; i++) {
      assertThat(accounts.chargeExport(OTHER, 100)).isNull();
      assertRefused(accounts.chargeExport(OTHER, 1), "exports");
      accounts.creditExport(OTHER, 100);
      assertThat(accounts.chargeImport(OTHER)).isNull();
      accounts.creditImport(OTHER);
    }
  }

  @Test
  void bytesCountInFullAndDoNotOverflow() {
    UserAccounts accounts = with(new Quotas(9, 9, 9, 9, 100), MANY);
    assertThat(accounts.chargeExport(OTHER, 60)).isNull();
    assertRefused(accounts.chargeExport(OTHER, 41), "may export 100");
    assertRefused(accounts.chargeExport(OTHER, Long.MAX_VALUE), "may export 100");
    assertThat(accounts.chargeExport(OTHER, 40)).isNull();
  }

  @Test
  void aStrangerGetsHalfOfTheDescriptorsAtMost() {
    UserAccounts accounts = with(Quotas.standard(), 48);
    for (int i = 0; i < 6; i++) {
      assertThat(accounts.chargeExport(OTHER, 1)).isNull();
    }
    assertRefused(accounts.chargeExport(OTHER, 1), "ulimit");
    for (int i = 0; i < 6; i++) {
      assertThat(accounts.chargeExport(OWNER, 1)).isNull();
    }
    assertRefused(accounts.chargeExport(OWNER, 1), "ulimit");
    assertRefused(accounts.chargeExport(0, 1), "ulimit");
  }

  @Test
  void changesOfMemoryUnderWayTakeDescriptorsToo() {
    UserAccounts accounts = with(Quotas.standard(), 48);
    for (int i = 0; i < 3; i++) {
      assertThat(accounts.chargeExport(OTHER, 1)).isNull();
      assertThat(accounts.chargeRebind(OTHER)).isNull();
    }
    assertRefused(accounts.chargeRebind(OTHER), "ulimit");
    assertRefused(accounts.chargeExport(OTHER, 1), "ulimit");
    accounts.creditRebind(OTHER);
    assertThat(accounts.chargeRebind(OTHER)).isNull();
  }

  @Test
  void readsTheLimitOfThisProcess() {
    assertThat(UserAccounts.descriptorsMax()).isGreaterThan(3);
  }

  @Test
  void keepsWhatTheMostSessionsNeedUpToAQuarter() {
    assertThat(exportsThatFit(new Quotas(1, 1, 99, 9, 1 << 20), 35)).isEqualTo(10);
    assertThat(exportsThatFit(new Quotas(2, 1, 99, 9, 1 << 20), 40)).isEqualTo(10);
    assertThat(exportsThatFit(new Quotas(99, 1, 99, 9, 1 << 20), 40)).isEqualTo(10);
  }

  private static int exportsThatFit(Quotas quotas, long descriptors) {
    UserAccounts accounts = with(quotas, descriptors);
    int exports = 0;
    while (accounts.chargeExport(OWNER, 1) == null) {
      exports++;
    }
    return exports;
  }
}
