/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.HostPair;
import dev.atoll.testkit.HostPair.Host;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes in two processes on two hosts, and a cable that fails between them. */
class LnetHostsTest {
  private static final String SECOND = Host.SECOND.address() + "@tcp";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private HostPair hosts;
  private ForkedJvm first;
  private ForkedJvm second;

  @BeforeEach
  void start() {
    String reason = HostPair.whyNot().orElse("");
    Assumptions.assumeTrue(reason.isEmpty(), reason);
    hosts = HostPair.make();
    first = node(Host.FIRST);
    second = node(Host.SECOND);
  }

  @AfterEach
  void end() {
    if (hosts != null) {
      first.close();
      second.close();
      hosts.close();
    }
  }

  @Test
  void pingPutAndGet() {
    assertThat(ask("ping " + SECOND)).isEqualTo("ping ok");
    assertThat(ask("put " + SECOND + " 50 100")).isEqualTo("put ok=50 failed=0 last=none");
    assertThat(ask("put " + SECOND + " 20 1048576")).isEqualTo("put ok=20 failed=0 last=none");
    assertThat(ask("get " + SECOND + " 50 100")).isEqualTo("get ok=50 failed=0 last=none");
    assertThat(ask("get " + SECOND + " 20 1048576")).isEqualTo("get ok=20 failed=0 last=none");
    assertThat(seen()).isEqualTo("seen kept=70 wrong=0");
  }

  @Test
  void getThroughWherePacketsAreLost() {
    ask("put " + SECOND + " 1 65536");
    hosts.lose(5);
    String put = ask("put " + SECOND + " 20 65536");
    String get = ask("get " + SECOND + " 20 65536");
    hosts.heal();
    // A message may be given up; none may be whole in part, and most get through.
    assertThat(put).matches("put ok=(1[5-9]|20) failed=.*");
    assertThat(get).matches("get ok=(1[5-9]|20) failed=.*");
    assertThat(seen()).endsWith("wrong=0");
  }

  @Test
  void answerPingsWhileBulkFillsANarrowCable() {
    hosts.narrow(2_000);
    first.send("put " + SECOND + " 12 100000");
    for (int i = 0; i < 3; i++) {
      second.send("ping " + Host.FIRST.address() + "@tcp");
      assertThat(second.expect("ping ")).isEqualTo("ping ok");
    }
    assertThat(first.output()).noneMatch(line -> line.startsWith("put "));
    assertThat(first.expect("put ")).isEqualTo("put ok=12 failed=0 last=none");
    assertThat(seen()).isEqualTo("seen kept=12 wrong=0");
  }

  @Test
  void endWithErrorsInSilenceAndGoOnAfterIt() {
    assertThat(ask("put " + SECOND + " 1 100")).contains("ok=1");
    hosts.silence();
    assertThat(ask("put " + SECOND + " 2 100")).contains("ok=0 failed=2");
    assertThat(ask("ping " + SECOND)).isEqualTo("ping silent");
    hosts.heal();
    goesOn();
  }

  @Test
  void endWithErrorsWhenOneIsDeafAndGoOnAfterIt() {
    assertThat(ask("put " + SECOND + " 1 100")).contains("ok=1");
    hosts.deafen(Host.FIRST);
    assertThat(ask("put " + SECOND + " 2 100")).contains("ok=0 failed=2");
    hosts.heal();
    goesOn();
  }

  @Test
  void neverReportSuccessOfPartsWhenConnectionsAreReset() {
    first.send("put " + SECOND + " 400 1048576");
    hosts.reset(Host.SECOND);
    hosts.heal();
    hosts.reset(Host.FIRST);
    hosts.heal();
    String answer = first.expect("put ");
    assertThat(answer).matches("put ok=\\d+ failed=\\d+ last=.*");
    assertThat(seen()).endsWith("wrong=0");
    goesOn();
  }

  @Test
  void knowAgainWhoCameBackUnderTheSameAddress() {
    assertThat(ask("put " + SECOND + " 5 100")).contains("ok=5");
    second.kill9();
    assertThat(ask("put " + SECOND + " 2 100")).contains("ok=0 failed=2");
    second = node(Host.SECOND);
    goesOn();
    assertThat(seen()).endsWith("wrong=0");
  }

  @Test
  void noticeThatOneDiedInSilence() {
    assertThat(ask("put " + SECOND + " 5 100")).contains("ok=5");
    hosts.silence();
    second.kill9();
    second = node(Host.SECOND);
    hosts.heal();
    goesOn();
  }

  /** Back-off and time-outs may eat some attempts; then all is well without a restart. */
  private void goesOn() {
    var answers = new ArrayList<String>();
    Conditions.await(
        "a put after " + answers,
        PATIENCE,
        () -> {
          answers.add(ask("put " + SECOND + " 1 100"));
          return answers.getLast().contains("ok=1 ");
        });
    assertThat(ask("get " + SECOND + " 5 4096")).isEqualTo("get ok=5 failed=0 last=none");
  }

  private String ask(String command) {
    first.send(command);
    return first.expect(command.substring(0, command.indexOf(' ') + 1));
  }

  private String seen() {
    second.send("seen");
    return second.expect("seen ");
  }

  private ForkedJvm node(Host host) {
    ForkedJvm process =
        hosts.on(host, ForkedJvm.of(LnetRole.class).args(host.address() + "@tcp")).start();
    process.expect("here");
    return process;
  }
}
