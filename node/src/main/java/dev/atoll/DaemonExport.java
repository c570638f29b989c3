/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.rsm.Access;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A segment that a daemon offers itself.
 *
 * @param name what messages call it
 * @param file the file, or null for fresh memory
 * @param size bytes: a file is made, or extended to it, never made smaller; zero takes a file as it
 *     is
 * @param segmentId the id, or zero to have one assigned
 * @param access who may connect; empty means this user alone
 */
public record DaemonExport(
    String name, @Nullable Path file, long size, int segmentId, List<Access> access) {
  /** Checks the size and copies the list. */
  public DaemonExport {
    if (size < 0 || (file == null && size == 0)) {
      throw new IllegalArgumentException("size=" + size + " of export " + name);
    }
    access = List.copyOf(access);
  }
}
