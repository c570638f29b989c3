/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import dev.atoll.base.Site;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a {@link ForkedJvm} is to be. A mutable builder: each method changes and returns it.
 *
 * <p>Thread safety: one thread at a time.
 */
public final class ForkedJvmPlan {
  private static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          // Leaves no hsperfdata file behind when the process is killed.
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--illegal-native-access=deny");

  private final Class<?> mainClass;
  private final List<String> arguments = new ArrayList<>();
  private final List<String> jvmOptions = new ArrayList<>(JVM_OPTIONS);
  private final Map<String, String> properties = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> prefix = new ArrayList<>();
  private String heap = "64m";
  private Duration deadline = Duration.ofSeconds(60);

  private ForkedJvmPlan(Class<?> mainClass) {
    this.mainClass = mainClass;
  }

  static ForkedJvmPlan of(Class<?> mainClass) {
    return new ForkedJvmPlan(mainClass);
  }

  /**
   * Adds arguments of the main method.
   *
   * @param values the arguments
   * @return this
   */
  public ForkedJvmPlan args(String... values) {
    arguments.addAll(List.of(values));
    return this;
  }

  /**
   * Sets a system property.
   *
   * @param key its name
   * @param value its value
   * @return this
   */
  public ForkedJvmPlan property(String key, String value) {
    properties.put(key, value);
    return this;
  }

  /**
   * Says what is to happen at step sites.
   *
   * @param words as {@link Site} describes them: {@code trace}, {@code hold:NAME}
   * @return this
   */
  public ForkedJvmPlan sites(String... words) {
    return property(Site.PROPERTY, String.join(",", words));
  }

  /**
   * Adds options of the virtual machine, after those that are always given.
   *
   * @param options such as {@code -Xint}
   * @return this
   */
  public ForkedJvmPlan jvmOptions(String... options) {
    jvmOptions.addAll(List.of(options));
    return this;
  }

  /**
   * Sets a variable of the environment.
   *
   * @param key its name
   * @param value its value
   * @return this
   */
  public ForkedJvmPlan environment(String key, String value) {
    environment.put(key, value);
    return this;
  }

  /**
   * Sets the greatest heap.
   *
   * @param size as after {@code -Xmx}; 64m if not called
   * @return this
   */
  public ForkedJvmPlan heap(String size) {
    heap = size;
    return this;
  }

  /**
   * Sets the time that each wait for the process may take.
   *
   * @param atMost 60 seconds if not called
   * @return this
   */
  public ForkedJvmPlan deadline(Duration atMost) {
    deadline = atMost;
    return this;
  }

  /**
   * Runs the process as another user; {@link ForkedJvm#whyNoOtherUser} tells whether that works.
   *
   * @param uid the user
   * @param gid the group
   * @param groups the supplementary groups; none are kept
   * @return this
   */
  public ForkedJvmPlan asUser(int uid, int gid, int... groups) {
    prefix.clear();
    prefix.addAll(List.of("setpriv", "--reuid", "" + uid, "--regid", "" + gid));
    if (groups.length == 0) {
      prefix.add("--clear-groups");
    } else {
      prefix.add("--groups");
      prefix.add(
          java.util.Arrays.stream(groups)
              .mapToObj(Integer::toString)
              .collect(Collectors.joining(",")));
    }
    return this;
  }

  /**
   * Runs the process through another program, after the change of user if there is one.
   *
   * @param words the program and its arguments, such as {@code prlimit --nproc=20}
   * @return this
   */
  public ForkedJvmPlan through(String... words) {
    prefix.addAll(List.of(words));
    return this;
  }

  /**
   * Starts the process.
   *
   * @return the process; the caller closes it
   * @throws java.io.UncheckedIOException if it can not be started
   */
  public ForkedJvm start() {
    return ForkedJvm.start(this);
  }

  Class<?> mainClass() {
    return mainClass;
  }

  Duration deadline() {
    return deadline;
  }

  Map<String, String> environment() {
    return environment;
  }

  List<String> command() {
    var command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.addAll(jvmOptions);
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(prefix.isEmpty() ? SharedClassPath.own() : SharedClassPath.copy());
    command.add(mainClass.getName());
    command.addAll(arguments);
    return command;
  }
}
