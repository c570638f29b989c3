/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import java.util.concurrent.ThreadLocalRandom;

/** Seeds of random tests: each run prints its own, and any run can be repeated. */
public final class Seeds {
  /** The system property that sets the seed. */
  public static final String PROPERTY = "atoll.seed";

  private Seeds() {}

  /**
   * Chooses the seed of a test and prints it on standard output.
   *
   * @param test the test that uses it
   * @return the number given by {@value #PROPERTY}, or a fresh one
   * @throws IllegalArgumentException if the property is not a number
   */
  public static long of(Class<?> test) {
    String given = System.getProperty(PROPERTY);
    long seed = given == null ? ThreadLocalRandom.current().nextLong() : parse(given);
    System.out.println(test.getSimpleName() + " uses -D" + PROPERTY + "=" + seed);
    return seed;
  }

  private static long parse(String given) {
    try {
      return Long.decode(given.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(PROPERTY + "=" + given + " is not a number", e);
    }
  }
}
