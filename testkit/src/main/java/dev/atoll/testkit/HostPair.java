/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two hosts with a cable between them: network namespaces that the test makes itself, joined by a
 * pair of virtual interfaces. Nothing of it can reach any other network.
 *
 * <p>The cable can lose packets, swallow all of them in one direction or both, and answer with
 * resets. Needs root, {@code ip} (Debian: iproute2) and {@code nft} (Debian: nftables).
 *
 * <p>Thread safety: one thread at a time. {@link #close} removes the hosts; end their processes
 * first.
 */
public final class HostPair implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String name;

  private HostPair(String name) {
    this.name = name;
  }

  /** One of the two. */
  public enum Host {
    /** Has the address 10.77.0.1. */
    FIRST("a", "10.77.0.1"),

    /** Has the address 10.77.0.2. */
    SECOND("b", "10.77.0.2");

    private final String suffix;
    private final String address;

    Host(String suffix, String address) {
      this.suffix = suffix;
      this.address = address;
    }

    /**
     * Tells the host's address on the cable.
     *
     * @return an IPv4 address
     */
    public String address() {
      return address;
    }
  }

  /**
   * Tells why no hosts can be made here.
   *
   * @return the reason, for an assumption; empty if they can
   */
  public static Optional<String> whyNot() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("needs root to make network namespaces");
    }
    try {
      run(List.of("ip", "-V"), "");
      run(List.of("nft", "-v"), "");
      return Optional.empty();
    } catch (UncheckedIOException e) {
      return Optional.of("needs ip and nft (Debian: iproute2, nftables): " + e.getMessage());
    }
  }

  /**
   * Makes two hosts and the cable.
   *
   * @return the pair, owned by the caller
   */
  public static HostPair make() {
    var pair =
        new HostPair("atoll-" + ProcessHandle.current().pid() + "-" + NUMBERS.incrementAndGet());
    try {
      pair.lay();
      return pair;
    } catch (RuntimeException e) {
      pair.close();
      throw e;
    }
  }

  /**
   * Puts a process on a host.
   *
   * @param host where
   * @param plan of the process
   * @return the same plan
   */
  public ForkedJvmPlan on(Host host, ForkedJvmPlan plan) {
    return plan.through("ip", "netns", "exec", namespace(host));
  }

  /** Lets everything through again. */
  public void heal() {
    rules(Host.FIRST, "");
    rules(Host.SECOND, "");
  }

  /**
   * Loses packets at random in both directions.
   *
   * @param percent how many of a hundred
   */
  public void lose(int percent) {
    String rule = "numgen random mod 100 < " + percent + " drop";
    rules(Host.FIRST, rule);
    rules(Host.SECOND, rule);
  }

  /**
   * Swallows whatever is sent to a host.
   *
   * @param host who hears nothing any more
   */
  public void deafen(Host host) {
    rules(host, "drop");
  }

  /** Swallows everything in both directions. */
  public void silence() {
    deafen(Host.FIRST);
    deafen(Host.SECOND);
  }

  /**
   * Answers each TCP packet to a host with a reset.
   *
   * @param host who seems to refuse everything
   */
  public void reset(Host host) {
    rules(host, "meta l4proto tcp reject with tcp reset");
  }

  /**
   * Lets so much through in a second and no more; what is beyond waits.
   *
   * @param kilobits in each direction
   */
  public void narrow(int kilobits) {
    for (Host host : Host.values()) {
      in(
          host,
          "tc",
          "qdisc",
          "replace",
          "dev",
          "cable",
          "root",
          "tbf",
          "rate",
          kilobits + "kbit",
          "burst",
          "16kb",
          "latency",
          "2s");
    }
  }

  @Override
  public void close() {
    for (Host host : Host.values()) {
      if (exists(host)) {
        run(List.of("ip", "netns", "del", namespace(host)), "");
      }
    }
  }

  private void lay() {
    for (Host host : Host.values()) {
      run(List.of("ip", "netns", "add", namespace(host)), "");
      in(host, "ip", "link", "set", "lo", "up");
    }
    String near = namespace(Host.FIRST);
    String far = namespace(Host.SECOND);
    var cable = new ArrayList<>(List.of("ip", "link", "add", "cable", "netns", near));
    cable.addAll(List.of("type", "veth", "peer", "name", "cable", "netns", far));
    run(cable, "");
    for (Host host : Host.values()) {
      in(host, "ip", "address", "add", host.address() + "/24", "dev", "cable");
      in(host, "ip", "link", "set", "cable", "up");
    }
  }

  private void rules(Host host, String rule) {
    String rules =
        "flush ruleset\n"
            + "table inet atoll {\n"
            + "  chain input {\n"
            + "    type filter hook input priority 0; policy accept;\n"
            + (rule.isEmpty() ? "" : "    iifname \"cable\" " + rule + "\n")
            + "  }\n"
            + "}\n";
    run(List.of("ip", "netns", "exec", namespace(host), "nft", "-f", "-"), rules);
  }

  private void in(Host host, String... command) {
    var whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
    whole.addAll(List.of(command));
    run(whole, "");
  }

  private boolean exists(Host host) {
    return run(List.of("ip", "netns", "list"), "")
        .lines()
        .anyMatch(line -> line.equals(namespace(host)) || line.startsWith(namespace(host) + " "));
  }

  private String namespace(Host host) {
    return name + host.suffix;
  }

  private static String run(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new IllegalStateException(command + " ended with code=" + code + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command, e);
    }
  }
}
