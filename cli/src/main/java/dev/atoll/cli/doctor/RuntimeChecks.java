/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.posix.Posix;
import java.util.ArrayList;
import java.util.List;

/** Java itself: works also where native access is refused. */
public final class RuntimeChecks {
  private static final int OLDEST = 25;

  private RuntimeChecks() {}

  /**
   * Looks at the virtual machine and the machine.
   *
   * @return findings
   */
  public static List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.failUnless(
            Runtime.version().feature() >= OLDEST,
            "java",
            System.getProperty("java.vm.name") + " " + Runtime.version(),
            "use a JDK " + OLDEST + " or newer"));
    String arch = System.getProperty("os.arch");
    String system = System.getProperty("os.name");
    boolean isKnown = arch.equals("amd64") || arch.equals("aarch64");
    findings.add(
        Finding.failUnless(
            system.equals("Linux") && isKnown,
            "system",
            system + " " + System.getProperty("os.version") + " " + arch,
            "Atoll runs on 64-bit Linux, x86-64 or aarch64"));
    boolean isEnabled = Posix.class.getModule().isNativeAccessEnabled();
    findings.add(
        Finding.warnUnless(
            isEnabled,
            "native-access",
            isEnabled ? "enabled" : "not declared",
            "run java with --enable-native-access=ALL-UNNAMED, as ./atoll and the jar's manifest"
                + " do; later versions of Java refuse without"));
    return findings;
  }

  /**
   * Says that the system's calls can not be reached, so that nothing more can be looked at.
   *
   * @param cause why
   * @return the finding
   */
  public static Finding unreachable(Throwable cause) {
    return Finding.fail(
        "system-calls",
        String.valueOf(cause.getMessage()),
        "run java with --enable-native-access=ALL-UNNAMED and without"
            + " --illegal-native-access=deny, on 64-bit Linux");
  }
}
