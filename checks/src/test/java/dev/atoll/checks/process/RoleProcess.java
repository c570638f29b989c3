/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.testkit.Conditions;
import dev.atoll.testkit.ForkedJvm;
import dev.atoll.testkit.ForkedJvmPlan;
import java.time.Duration;
import java.util.Optional;

/** Drives a {@link Role} in another process. */
final class RoleProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ForkedJvm process;
  private int sent;

  RoleProcess(ForkedJvmPlan plan) {
    process = plan.start();
    process.expect("here");
  }

  static RoleProcess start() {
    return new RoleProcess(ForkedJvm.of(Role.class));
  }

  static RoleProcess startAs(int uid, int gid, int... groups) {
    return new RoleProcess(ForkedJvm.of(Role.class).asUser(uid, gid, groups));
  }

  ForkedJvm process() {
    return process;
  }

  /** Sends a command without waiting; gives its number. */
  int send(String command) {
    process.send(command);
    return ++sent;
  }

  /** The answer to a command if it has come. */
  Optional<String> answer(int number) {
    String prefix = "#" + number + " ";
    return process.output().stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length()))
        .findFirst();
  }

  /** Waits for the answer to a command. */
  String await(int number) {
    Conditions.await(
        "answer #" + number + " of " + process.output() + process.errors(),
        PATIENCE,
        () -> answer(number).isPresent() || !process.isAlive());
    return answer(number)
        .orElseThrow(() ->
            new AssertionError(
                "died before answer #" + number + ": " + process.output() + process.errors()));
  }

  /** Sends a command and waits for its answer. */
  String ask(String command) {
    return await(send(command));
  }

  /** Sends a command that must succeed; gives its value. */
  String does(String command) {
    String answer = ask(command);
    assertThat(answer).as(command).startsWith("ok");
    return answer.substring(2).strip();
  }

  /** Sends a command that must be refused with a code; gives the words that come with it. */
  String isRefused(String command, String code) {
    String answer = ask(command);
    assertThat(answer).as(command).startsWith("refused " + code + " ");
    return answer;
  }

  @Override
  public void close() {
    process.close();
  }
}
