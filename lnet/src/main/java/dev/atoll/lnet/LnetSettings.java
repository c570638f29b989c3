/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

import java.time.Duration;

/**
 * The times and bounds of a node; what {@code lnetctl global show} and the tunables of {@code
 * lnetctl net show} print.
 *
 * <p>Immutable. The defaults are LNet's.
 */
public final class LnetSettings {
  private static final long DAY_SECONDS = 86_400;

  private final Builder values;

  private LnetSettings(Builder values) {
    this.values = values;
  }

  /**
   * Gives LNet's values.
   *
   * @return the settings of a node that was told nothing
   */
  public static LnetSettings defaults() {
    return new Builder().build();
  }

  /**
   * Begins with LNet's values.
   *
   * @return to be changed and built
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Begins with these values.
   *
   * @return to be changed and built
   */
  public Builder toBuilder() {
    return values.copy();
  }

  /**
   * Tells how long an operation may take: a message that has not left, or an answer that has not
   * come by then, ends with ETIMEDOUT ({@code transaction_timeout}, 150 s).
   *
   * @return nanoseconds
   */
  public long transactionTimeoutNanos() {
    return values.transactionTimeoutNanos;
  }

  /**
   * Tells how often a message that did not leave is tried again ({@code retry_count}, 2).
   *
   * @return tries after the first
   */
  public int retryCount() {
    return values.retryCount;
  }

  /**
   * Tells how long a network may take for one try of a message ({@code lnd_timeout}); (150 s - 1 s)
   * / 3 unless it is set.
   *
   * @return nanoseconds
   */
  public long lndTimeoutNanos() {
    long derived = (values.transactionTimeoutNanos - 1) / (values.retryCount + 1);
    return values.lndTimeoutNanos > 0 ? values.lndTimeoutNanos : derived;
  }

  /**
   * Tells how many messages to one peer the network may hold at once ({@code peer_credits}, 8).
   *
   * @return messages
   */
  public int peerCredits() {
    return values.peerCredits;
  }

  /**
   * Tells how many messages the network of one interface may hold at once ({@code credits}, 256).
   *
   * @return messages
   */
  public int interfaceCredits() {
    return values.interfaceCredits;
  }

  /**
   * Tells how many messages to one peer may wait for credits or for discovery; one more is refused
   * with ENOBUFS. LNet has no such bound.
   *
   * @return messages
   */
  public int queueLimit() {
    return values.queueLimit;
  }

  /**
   * Tells how many peers there may be; a message to one more is refused with ENOBUFS.
   *
   * @return peers, those included that came by themselves
   */
  public int peerLimit() {
    return values.peerLimit;
  }

  /**
   * Tells how many peers there may be that came by themselves; idle ones are forgotten for new
   * ones.
   *
   * @return peers
   */
  public int strangerLimit() {
    return values.strangerLimit;
  }

  /**
   * Tells how long new messages are refused after the first attempt to reach a peer has failed; the
   * time doubles with each further failure.
   *
   * @return nanoseconds
   */
  public long backOffNanos() {
    return values.backOffNanos;
  }

  /**
   * Tells how long new messages are refused at most after an attempt to reach a peer.
   *
   * @return nanoseconds
   */
  public long backOffMaxNanos() {
    return values.backOffMaxNanos;
  }

  /**
   * Tells whether the node announces discovery, pushes to peers that do, and discovers a peer
   * before the first message to it ({@code discovery}, on).
   *
   * @return whether it does
   */
  public boolean isDiscovering() {
    return values.isDiscovering;
  }

  /**
   * Tells how long an answer to a ping or push of discovery may take.
   *
   * @return nanoseconds
   */
  public long discoveryTimeoutNanos() {
    return values.discoveryTimeoutNanos > 0 ? values.discoveryTimeoutNanos : lndTimeoutNanos();
  }

  /**
   * Tells by how much a failure lowers, and a success raises, the health of a peer ({@code
   * health_sensitivity}, 100 of 1000); zero turns health and recovery pings off.
   *
   * @return points
   */
  public int healthSensitivity() {
    return values.healthSensitivity;
  }

  /**
   * Tells when a peer whose health is not full is pinged for the first time; the time doubles with
   * each ping ({@code recovery_interval}, 1 s).
   *
   * @return nanoseconds
   */
  public long recoveryIntervalNanos() {
    return values.recoveryIntervalNanos;
  }

  /**
   * Tells the longest time between two recovery pings ({@code max_recovery_ping_interval}, 900 s).
   *
   * @return nanoseconds
   */
  public long recoveryIntervalMaxNanos() {
    return values.recoveryIntervalMaxNanos;
  }

  /**
   * Tells how often gateways are pinged ({@code alive_router_check_interval}, 60 s).
   *
   * @return nanoseconds
   */
  public long gatewayCheckNanos() {
    return values.gatewayCheckNanos;
  }

  /**
   * Tells how long a gateway may take to answer a ping ({@code router_ping_timeout}, 50 s).
   *
   * @return nanoseconds
   */
  public long gatewayTimeoutNanos() {
    return values.gatewayTimeoutNanos;
  }

  /**
   * Tells whether messages are dropped that came through a node which is no gateway to their source
   * ({@code drop_asym_route}, off).
   *
   * @return whether they are
   */
  public boolean isDroppingAsymmetricRoutes() {
    return values.isDroppingAsymmetricRoutes;
  }

  @Override
  public String toString() {
    return "transactionTimeout="
        + Duration.ofNanos(transactionTimeoutNanos())
        + " retryCount="
        + retryCount()
        + " lndTimeout="
        + Duration.ofNanos(lndTimeoutNanos())
        + " peerCredits="
        + peerCredits()
        + " interfaceCredits="
        + interfaceCredits()
        + " discovery="
        + isDiscovering();
  }

  /** Collects values; each is checked when it is given. Not thread-safe. */
  public static final class Builder {
    private long transactionTimeoutNanos = Duration.ofSeconds(150).toNanos();
    private int retryCount = 2;
    private long lndTimeoutNanos;
    private int peerCredits = 8;
    private int interfaceCredits = 256;
    private int queueLimit = 1 << 16;
    private int peerLimit = 1 << 16;
    private int strangerLimit = 1 << 12;
    private long backOffNanos = Duration.ofSeconds(1).toNanos();
    private long backOffMaxNanos = Duration.ofSeconds(60).toNanos();
    private boolean isDiscovering = true;
    private long discoveryTimeoutNanos;
    private int healthSensitivity = 100;
    private long recoveryIntervalNanos = Duration.ofSeconds(1).toNanos();
    private long recoveryIntervalMaxNanos = Duration.ofMinutes(15).toNanos();
    private long gatewayCheckNanos = Duration.ofSeconds(60).toNanos();
    private long gatewayTimeoutNanos = Duration.ofSeconds(50).toNanos();
    private boolean isDroppingAsymmetricRoutes;

    private Builder() {}

    /**
     * Makes the settings.
     *
     * @return the values as they are now
     * @throws IllegalArgumentException if two of them contradict each other
     */
    public LnetSettings build() {
      if (backOffNanos > backOffMaxNanos) {
        throw new IllegalArgumentException(
            "backOffNanos=" + backOffNanos + " is more than backOffMaxNanos=" + backOffMaxNanos);
      }
      if (recoveryIntervalNanos > recoveryIntervalMaxNanos) {
        throw new IllegalArgumentException(
            "recoveryIntervalNanos="
                + recoveryIntervalNanos
                + " is more than recoveryIntervalMaxNanos="
                + recoveryIntervalMaxNanos);
      }
      if (lndTimeoutNanos > transactionTimeoutNanos) {
        throw new IllegalArgumentException(
            "lndTimeoutNanos="
                + lndTimeoutNanos
                + " is more than transactionTimeoutNanos="
                + transactionTimeoutNanos);
      }
      return new LnetSettings(copy());
    }

    /**
     * Sets how long an operation may take.
     *
     * @param timeout 1 ms to a day
     * @return this
     */
    public Builder transactionTimeout(Duration timeout) {
      transactionTimeoutNanos = time("transactionTimeout", timeout);
      return this;
    }

    /**
     * Sets how often a message that did not leave is tried again.
     *
     * @param count 0 to 5
     * @return this
     */
    public Builder retryCount(int count) {
      retryCount = number("retryCount", count, 0, 5);
      return this;
    }

    /**
     * Sets how long a network may take for one try.
     *
     * @param timeout 1 ms to a day
     * @return this
     */
    public Builder lndTimeout(Duration timeout) {
      lndTimeoutNanos = time("lndTimeout", timeout);
      return this;
    }

    /**
     * Sets how many messages to one peer the network may hold.
     *
     * @param credits 1 to 65535
     * @return this
     */
    public Builder peerCredits(int credits) {
      peerCredits = number("peerCredits", credits, 1, 65_535);
      return this;
    }

    /**
     * Sets how many messages the network of one interface may hold.
     *
     * @param credits 1 to 65535
     * @return this
     */
    public Builder interfaceCredits(int credits) {
      interfaceCredits = number("interfaceCredits", credits, 1, 65_535);
      return this;
    }

    /**
     * Sets how many messages to one peer may wait.
     *
     * @param limit 1 to 2^24
     * @return this
     */
    public Builder queueLimit(int limit) {
      queueLimit = number("queueLimit", limit, 1, 1 << 24);
      return this;
    }

    /**
     * Sets how many peers there may be.
     *
     * @param limit 1 to 2^24
     * @return this
     */
    public Builder peerLimit(int limit) {
      peerLimit = number("peerLimit", limit, 1, 1 << 24);
      return this;
    }

    /**
     * Sets how many peers there may be that came by themselves.
     *
     * @param limit 1 to 2^24
     * @return this
     */
    public Builder strangerLimit(int limit) {
      strangerLimit = number("strangerLimit", limit, 1, 1 << 24);
      return this;
    }

    /**
     * Sets how long new messages are refused after failed attempts to reach a peer.
     *
     * @param first after the first failure, 1 ms to a day
     * @param most at most, 1 ms to a day
     * @return this
     */
    public Builder backOff(Duration first, Duration most) {
      backOffNanos = time("backOff first", first);
      backOffMaxNanos = time("backOff most", most);
      return this;
    }

    /**
     * Turns discovery on or off.
     *
     * @param isOn whether the node discovers and lets itself be discovered
     * @return this
     */
    public Builder discovery(boolean isOn) {
      isDiscovering = isOn;
      return this;
    }

    /**
     * Sets how long an answer to a ping or push of discovery may take, and with it how long a
     * message can wait for one that was lost. Without it as long as a network may try.
     *
     * @param timeout 1 ms to a day
     * @return this
     */
    public Builder discoveryTimeout(Duration timeout) {
      discoveryTimeoutNanos = time("discoveryTimeout", timeout);
      return this;
    }

    /**
     * Sets how strongly the health of peers follows failures and successes.
     *
     * @param points 0 to 1000; 0 turns health off
     * @return this
     */
    public Builder healthSensitivity(int points) {
      healthSensitivity = number("healthSensitivity", points, 0, 1000);
      return this;
    }

    /**
     * Sets when peers of poor health are pinged.
     *
     * @param first after the failure, 1 ms to a day
     * @param most between two pings, 1 ms to a day
     * @return this
     */
    public Builder recoveryInterval(Duration first, Duration most) {
      recoveryIntervalNanos = time("recoveryInterval first", first);
      recoveryIntervalMaxNanos = time("recoveryInterval most", most);
      return this;
    }

    /**
     * Sets how gateways are watched.
     *
     * @param interval between two pings, 1 ms to a day
     * @param timeout for an answer, 1 ms to a day
     * @return this
     */
    public Builder gatewayCheck(Duration interval, Duration timeout) {
      gatewayCheckNanos = time("gatewayCheck interval", interval);
      gatewayTimeoutNanos = time("gatewayCheck timeout", timeout);
      return this;
    }

    /**
     * Says what happens to messages that came through a node which is no gateway to their source.
     *
     * @param isOn whether they are dropped
     * @return this
     */
    public Builder dropAsymmetricRoutes(boolean isOn) {
      isDroppingAsymmetricRoutes = isOn;
      return this;
    }

    private Builder copy() {
      Builder copy = new Builder();
      copy.transactionTimeoutNanos = transactionTimeoutNanos;
      copy.retryCount = retryCount;
      copy.lndTimeoutNanos = lndTimeoutNanos;
      copy.peerCredits = peerCredits;
      copy.interfaceCredits = interfaceCredits;
      copy.queueLimit = queueLimit;
      copy.peerLimit = peerLimit;
      copy.strangerLimit = strangerLimit;
      copy.backOffNanos = backOffNanos;
      copy.backOffMaxNanos = backOffMaxNanos;
      copy.isDiscovering = isDiscovering;
      copy.discoveryTimeoutNanos = discoveryTimeoutNanos;
      copy.healthSensitivity = healthSensitivity;
      copy.recoveryIntervalNanos = recoveryIntervalNanos;
      copy.recoveryIntervalMaxNanos = recoveryIntervalMaxNanos;
      copy.gatewayCheckNanos = gatewayCheckNanos;
      copy.gatewayTimeoutNanos = gatewayTimeoutNanos;
      copy.isDroppingAsymmetricRoutes = isDroppingAsymmetricRoutes;
      return copy;
    }

    private static int number(String name, int value, int least, int most) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            name + "=" + value + " is not from " + least + " to " + most);
      }
      return value;
    }

    private static long time(String name, Duration value) {
      if (value.compareTo(Duration.ofMillis(1)) < 0
          || value.compareTo(Duration.ofSeconds(DAY_SECONDS)) > 0) {
        throw new IllegalArgumentException(name + "=" + value + " is not from 1 ms to a day");
      }
      return value.toNanos();
    }
  }
}
