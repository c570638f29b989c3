/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.sim;

/**
 * How a simulated network behaves. Probabilities are per message, or per piece of a payload.
 *
 * @param delayMinNanos the least time from one node to another
 * @param delayMaxNanos the most
 * @param connectNanos how long it takes to connect, at most
 * @param giveUpNanos how long a silent connection lives, and a connection attempt waits
 * @param resetProbability that the connection breaks as a message is delivered
 * @param splitProbability that a payload comes in pieces
 */
public record FabricSettings(
    long delayMinNanos,
    long delayMaxNanos,
    long connectNanos,
    long giveUpNanos,
    double resetProbability,
    double splitProbability) {

  /** Checks the values. */
  public FabricSettings {
    if (delayMinNanos < 0 || delayMaxNanos < delayMinNanos) {
      throw new IllegalArgumentException(
          "delayMinNanos=" + delayMinNanos + ", delayMaxNanos=" + delayMaxNanos);
    }
    if (connectNanos <= 0 || giveUpNanos <= 0) {
      throw new IllegalArgumentException(
          "connectNanos=" + connectNanos + ", giveUpNanos=" + giveUpNanos);
    }
  }

  /**
   * Gives a network that delays and loses nothing.
   *
   * @return settings
   */
  public static FabricSettings calm() {
    return new FabricSettings(1_000, 50_000, 100_000, 5_000_000_000L, 0, 0.2);
  }

  /**
   * Gives a network whose connections break often.
   *
   * @return settings
   */
  public static FabricSettings rough() {
    return new FabricSettings(1_000, 2_000_000, 1_000_000, 500_000_000L, 0.02, 0.5);
  }
}
