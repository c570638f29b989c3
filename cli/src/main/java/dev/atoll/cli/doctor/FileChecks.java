/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.base.AtollException;
import dev.atoll.pmem.PmemInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a named file can do as persistent memory; {@code atoll pmem info} tells more. */
final class FileChecks {
  private final Path file;

  FileChecks(Path file) {
    this.file = file;
  }

  List<Finding> findings() {
    PmemInfo info;
    try {
      info = PmemInfo.of(file);
    } catch (AtollException e) {
      return List.of(
          Finding.fail("file", String.valueOf(e.getMessage()), "name a file that exists"));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(
            "file", info.path() + ", " + info.sizeBytes() + " bytes, " + info.granularity()));
    findings.add(
        Finding.warnUnless(
            info.isMapSync(),
            "map-sync",
            info.isMapSync() ? "MAP_SYNC" : "no MAP_SYNC",
            "flushes go through msync; for flushes from user space put it on a DAX file system"));
    findings.add(
        Finding.warnUnless(
            !info.hasHoles(),
            "holes",
            info.hasHoles() ? "pages without blocks" : "none",
            "a full disk would be noticed at a store; fallocate -l " + info.sizeBytes() + " FILE"));
    return findings;
  }
}
