/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.Node;
import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code atoll stop}: asks a running device to end. */
@Command(
    name = "stop",
    description = {
      "Ask the running device to end, and wait until it has hung up; for its owner and root. Its",
      "programs lose their segments. A device that is part of a program is not stopped this way."
    },
    footer = {"", "Example:", "  atoll stop --dir /tmp/lab/d1"})
final class StopCommand implements Callable<Integer> {
  private static final long STEP_MILLIS = 10;

  private final Streams streams;

  @Mixin private DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationText.class,
      defaultValue = "10s",
      description = "How long to wait until it has gone: 500ms, 10s. Default: 10s.")
  private Duration timeout = Duration.ofSeconds(10);

  StopCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Node node = directory.attach()) {
      node.administration().stop();
      Deadline deadline = Deadline.after(Clock.system(), timeout);
      while (node.isOpen()) {
        if (deadline.isReached()) {
          throw new Refusal(
              ExitCode.FAILED,
              "ATOLL_STOP_SLOW",
              "the device has said that it ends and is still there; ask `atoll stat`, or end its"
                  + " process");
        }
        TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
      }
    }
    streams.out().line("stopped " + Escaped.text(directory.find().path().toString()));
    return ExitCode.OK;
  }
}
