/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import dev.atoll.base.Clock;
import dev.atoll.base.Deadline;
import java.time.Duration;

/**
 * Long runs: tests with the tag {@value #TAG}, which {@code ./check --soak} runs and nothing else
 * does.
 *
 * <p>A soak repeats something for the minutes given, or until a count is reached, and then prints
 * what it did, so that a log shows that it ran: seed, counts, minutes.
 */
public final class Soak {
  /** The tag of tests that are soaks. */
  public static final String TAG = "soak";

  /** How many minutes each soak takes at most. */
  public static final String PROPERTY = "atoll.soak.minutes";

  private static final long DEFAULT_MINUTES = 2;

  private Soak() {}

  /** One turn of a soak. */
  @FunctionalInterface
  public interface Turn {
    /**
     * Does it once.
     *
     * @param number counts from zero
     * @throws Exception if it fails
     */
    void run(long number) throws Exception;
  }

  /**
   * Repeats turns until the count is reached or the minutes are over, and prints both.
   *
   * @param what the soak, in words
   * @param countMax turns at most
   * @param turn what is repeated
   * @return turns done
   * @throws Exception what a turn throws
   */
  public static long repeat(String what, long countMax, Turn turn) throws Exception {
    long begin = System.nanoTime();
    Deadline deadline = Deadline.after(Clock.system(), Duration.ofMinutes(minutes()));
    long done = 0;
    while (done < countMax && !deadline.isReached()) {
      turn.run(done);
      done++;
    }
    System.out.printf(
        "soak: %s turns=%d of %d minutes=%.2f%n",
        what, done, countMax, (System.nanoTime() - begin) / 60e9);
    return done;
  }

  /**
   * Tells how long a soak may take.
   *
   * @return minutes
   */
  public static long minutes() {
    return Long.getLong(PROPERTY, DEFAULT_MINUTES);
  }
}
