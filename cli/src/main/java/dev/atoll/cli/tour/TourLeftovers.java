/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.tour;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The directories that tours of this user have left which were killed. */
public final class TourLeftovers {
  private TourLeftovers() {}

  /**
   * Finds the directories whose tours are dead, by the kernel's locks.
   *
   * @param base where tours make their directories
   * @param isRemoving whether they are removed with all that is in them
   * @return those found
   * @throws IOException if they can not be listed or removed
   */
  public static List<Path> in(Path base, boolean isRemoving) throws IOException {
    return TourDirectory.stale(base, isRemoving);
  }
}
