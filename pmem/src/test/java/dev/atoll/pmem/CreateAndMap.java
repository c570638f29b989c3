/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.AtollException;
import java.nio.file.Path;

/** A program that creates or extends a file and maps it, to be killed at a step of that. */
final class CreateAndMap {
  private CreateAndMap() {}

  public static void main(String[] arguments) {
    Path path = Path.of(arguments[0]);
    long size = Long.parseLong(arguments[1]);
    boolean isReading = size == 0;
    try (PmemFile file =
            isReading
                ? PmemFile.open(path, PmemOption.READ_ONLY)
                : PmemFile.open(path, size, PmemOption.CREATE);
        PmemMapping mapping = file.map()) {
      System.out.println("mapped " + mapping.size() + " writable=" + mapping.isWritable());
    } catch (AtollException e) {
      System.out.println("refused " + e.getMessage());
    }
  }
}
