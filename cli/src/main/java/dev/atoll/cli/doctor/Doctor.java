/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks a host over before somebody relies on it. */
public final class Doctor {
  private Doctor() {}

  /**
   * Makes all checks that need system calls.
   *
   * @param host what to look at
   * @return findings in the order in which they are read best
   */
  public static List<Finding> examine(Host host) {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(new KernelChecks(host).findings());
    findings.addAll(
        new ProcessorChecks(host, Runtime.getRuntime().availableProcessors()).findings());
    findings.addAll(new LimitChecks(host).findings());
    findings.addAll(new SpaceChecks(host).findings());
    findings.addAll(new DirectoryChecks(host).findings());
    Path file = host.file();
    if (file != null) {
      findings.addAll(new FileChecks(file).findings());
    }
    findings.addAll(new NetworkChecks(host).findings());
    return findings;
  }
}
