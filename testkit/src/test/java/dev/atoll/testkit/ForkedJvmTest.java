/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ForkedJvmTest {
  @Test
  void talksLineByLine() {
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).args("one", "two").start()) {
      assertThat(jvm.expect("ready")).isEqualTo("ready one two");
      jvm.send("hello");
      assertThat(jvm.expect("echo")).isEqualTo("echo hello");
    }
  }

  @Test
  void saysWhatWasPrintedWhenTheExpectedLineDoesNotCome() {
    var plan = ForkedJvm.of(Echo.class).deadline(Duration.ofSeconds(3));
    try (ForkedJvm jvm = plan.start()) {
      assertThatThrownBy(() -> jvm.expect("never"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("never")
          .hasMessageContaining("alive")
          .hasMessageContaining("ready");
    }
  }

  @Test
  void saysAtOnceThatTheProcessDied() {
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).start()) {
      jvm.expect("ready");
      jvm.send("exit");
      assertThatThrownBy(() -> jvm.expect("never"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("died before")
          .hasMessageContaining("exit code 3");
      assertThat(jvm.awaitExit()).isEqualTo(3);
    }
  }

  @Test
  void holdsAtSiteUntilKilled() {
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).sites("trace", "hold:echo.step").start()) {
      jvm.expect("ready");
      jvm.send("site");
      jvm.awaitHeld("echo.step");
      assertThat(jvm.sites()).containsExactly("echo.step");
      jvm.kill9();
      assertThat(jvm.output()).doesNotContain("passed");
      assertThat(jvm.isAlive()).isFalse();
    }
  }

  @Test
  void refusesToCallAnEarlierDeathAKill() {
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).start()) {
      jvm.expect("ready");
      jvm.send("exit");
      jvm.awaitExit();
      assertThatThrownBy(jvm::kill9)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("exit code is 3");
    }
  }

  @Test
  void stopsAndGoesOn() {
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).start()) {
      jvm.expect("ready");
      jvm.stop();
      jvm.send("asleep");
      assertThat(jvm.output()).doesNotContain("echo asleep");
      jvm.cont();
      jvm.expect("echo asleep");
    }
  }

  @Test
  void killsStoppedProcess() {
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).start()) {
      jvm.expect("ready");
      jvm.stop();
      jvm.kill9();
    }
  }

  @Test
  void endsTheProcessOnClose() {
    ForkedJvm jvm = ForkedJvm.of(Echo.class).start();
    jvm.expect("ready");
    jvm.close();
    jvm.close();
    assertThat(ProcessHandle.of(jvm.pid())).isEmpty();
  }

  @Test
  void runsAsAnotherUser() {
    var reason = ForkedJvm.whyNoOtherUser();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).asUser(40_001, 40_002).start()) {
      jvm.expect("ready");
      jvm.send("uid");
      assertThat(jvm.expect("uid")).isEqualTo("uid 40001");
      jvm.send("groups");
      assertThat(jvm.expect("Gid:")).contains("40002");
      assertThat(jvm.expect("Groups:").substring("Groups:".length())).isBlank();
      jvm.kill9();
    }
  }

  @Test
  void runsAsAnotherUserWithGroups() {
    var reason = ForkedJvm.whyNoOtherUser();
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    try (ForkedJvm jvm = ForkedJvm.of(Echo.class).asUser(40_001, 40_002, 40_003, 40_004).start()) {
      jvm.expect("ready");
      jvm.send("groups");
      assertThat(jvm.expect("Groups:")).contains("40003", "40004");
    }
  }
}
