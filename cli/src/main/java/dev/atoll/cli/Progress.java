/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.base.Clock;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Tells a person at a terminal how far a copy is, once it has taken longer than a second.
 *
 * <p>It goes to standard error, on one line that is wiped at the end; without a terminal it says
 * nothing.
 */
final class Progress implements AutoCloseable {
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String WIPE = "\r\033[K";

  private final PrintStream err;
  private final boolean isShown;
  private final Clock clock;
  private final long totalBytes;
  private final long beginNanos;
  private long nextNanos = QUIET_NANOS;
  private boolean isLineOpen;

  /**
   * Begins to count.
   *
   * @param err where it is told
   * @param isShown whether a person looks there
   * @param clock what the rate is measured on
   * @param totalBytes how many there will be; negative if that is not known
   */
  Progress(PrintStream err, boolean isShown, Clock clock, long totalBytes) {
    this.err = err;
    this.isShown = isShown;
    this.clock = clock;
    this.totalBytes = totalBytes;
    this.beginNanos = clock.nanos();
  }

  static Progress on(Streams streams, long totalBytes) {
    return new Progress(streams.err(), streams.isErrTerminal(), Clock.system(), totalBytes);
  }

  void reached(long doneBytes) {
    if (!isShown) {
      return;
    }
    long elapsed = clock.nanos() - beginNanos;
    if (elapsed >= nextNanos) {
      err.print(WIPE + text(doneBytes, elapsed));
      err.flush();
      isLineOpen = true;
      nextNanos = elapsed + STEP_NANOS;
    }
  }

  private String text(long doneBytes, long elapsedNanos) {
    double perSecond = doneBytes * NANOS / elapsedNanos;
    if (totalBytes < 0) {
      return sizeText(doneBytes) + ", " + sizeText((long) perSecond) + "/s";
    }
    double left = perSecond > 0 ? (totalBytes - doneBytes) / perSecond : 0;
    return sizeText(doneBytes)
        + " of "
        + sizeText(totalBytes)
        + ", "
        + sizeText((long) perSecond)
        + "/s, "
        + (long) Math.ceil(left)
        + " s left";
  }

  /** A size for people: three digits and a unit. */
  static String sizeText(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean isWhole = unit == 0 || value == Math.rint(value) || value >= 100;
    return String.format(Locale.ROOT, isWhole ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (isLineOpen) {
      err.print(WIPE);
      err.flush();
      isLineOpen = false;
    }
  }
}
