/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final AtomicLong millis = new AtomicLong(5);
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Progress progress(boolean isShown, long total) {
    return new Progress(
        new PrintStream(err, true, StandardCharsets.UTF_8),
        isShown,
        () -> TimeUnit.MILLISECONDS.toNanos(millis.get()),
        total);
  }

  private String said() {
    String text = err.toString(StandardCharsets.UTF_8);
    err.reset();
    return text;
  }

  @Test
  void saysNothingWithinASecond() {
    try (Progress progress = progress(true, 1 << 20)) {
      millis.addAndGet(999);
      progress.reached(1 << 19);
    }
    assertThat(said()).isEmpty();
  }

  @Test
  void saysRateAndTimeLeftAndWipesItsLine() {
    Progress progress = progress(true, 64 << 20);
    millis.addAndGet(2000);
    progress.reached(16 << 20);
    assertThat(said()).isEqualTo("\r\033[K16 MiB of 64 MiB, 8 MiB/s, 6 s left");
    millis.addAndGet(100);
    progress.reached(17 << 20);
    assertThat(said()).as("not more often than four times a second").isEmpty();
    progress.close();
    assertThat(said()).isEqualTo("\r\033[K");
    progress.close();
    assertThat(said()).isEmpty();
  }

  @Test
  void saysNoTimeLeftWhenTheEndIsNotKnown() {
    Progress progress = progress(true, -1);
    millis.addAndGet(4000);
    progress.reached(4 << 20);
    assertThat(said()).endsWith("4 MiB, 1 MiB/s");
  }

  @Test
  void saysNothingWithoutATerminal() {
    try (Progress progress = progress(false, 10)) {
      millis.addAndGet(5000);
      progress.reached(5);
    }
    assertThat(said()).isEmpty();
  }
}
