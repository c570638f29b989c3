/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.channel;

import dev.atoll.base.Clock;
import dev.atoll.posix.Posix;
import java.time.Duration;

/**
 * How a receiver runs its channel.
 *
 * @param idle what {@link ChannelReceiver#await} does while nothing comes
 * @param unblockAfter how long a claim may hold up the channel before its sender's process is
 *     looked at; if that is dead, the claim is passed over
 * @param graceAfterResume how long after {@link ChannelReceiver#resume} senders of the receiver
 *     before, whose connections have ended, may still be at a last store
 * @param posix the operating system
 * @param clock what times are measured on
 */
public record ChannelOptions(
    IdlePolicy idle, Duration unblockAfter, Duration graceAfterResume, Posix posix, Clock clock) {
  private static final Duration UNBLOCK_AFTER = Duration.ofMillis(10);

  /** As long as the device waits for importers to answer a revocation. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /**
   * Gives the options that fit most: sleep when idle, look at a silent sender after 10 ms.
   *
   * @return the options
   */
  public static ChannelOptions standard() {
    return new ChannelOptions(
        IdlePolicy.sleeping(), UNBLOCK_AFTER, GRACE, Posix.system(), Clock.system());
  }

  /**
   * Changes one option.
   *
   * @param policy what to do while nothing comes
   * @return the other options with this one
   */
  public ChannelOptions withIdle(IdlePolicy policy) {
    return new ChannelOptions(policy, unblockAfter, graceAfterResume, posix, clock);
  }

  /**
   * Changes one option.
   *
   * @param time how long a claim may hold up the channel before its sender is looked at
   * @return the other options with this one
   */
  public ChannelOptions withUnblockAfter(Duration time) {
    return new ChannelOptions(idle, time, graceAfterResume, posix, clock);
  }

  /**
   * Changes one option.
   *
   * @param time how long senders of the receiver before may still be at a last store
   * @return the other options with this one
   */
  public ChannelOptions withGraceAfterResume(Duration time) {
    return new ChannelOptions(idle, unblockAfter, time, posix, clock);
  }
}
