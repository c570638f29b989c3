/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

import dev.atoll.base.AtollException;
import dev.atoll.posix.Errno;
import java.io.Serial;
import java.nio.file.Path;

/**
 * A file can't serve as persistent memory in the way that was asked.
 *
 * <p>Failed system calls are {@link dev.atoll.posix.ErrnoException} instead. The {@link #code()} is
 * {@code PMEM_} and the name of the {@link #problem()}.
 */
public final class PmemException extends AtollException {
  @Serial private static final long serialVersionUID = 1L;

  /** The kind. */
  private final PmemProblem problem;

  /** The file, as text, since a Path need not be serializable. */
  private final String path;

  PmemException(PmemProblem problem, Path path, String details) {
    super(problem.code(), path + ": " + details + " (" + problem.errno() + ")", null);
    this.problem = problem;
    this.path = path.toString();
  }

  /**
   * Tells what kind of problem it is.
   *
   * @return the kind
   */
  public PmemProblem problem() {
    return problem;
  }

  /**
   * Tells the nearest errno of the C interface.
   *
   * @return the errno
   */
  public Errno errno() {
    return problem.errno();
  }

  /**
   * Names the file.
   *
   * @return the path as it was given
   */
  public Path path() {
    return Path.of(path);
  }
}
