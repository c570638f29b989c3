/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.List;

/**
 * One way of doing the operation of a {@link Trial}.
 *
 * @param name what it is, in the words of its interface
 * @param kernels one for each thread
 */
record Candidate(String name, List<Kernel> kernels) {
  Candidate {
    kernels = List.copyOf(kernels);
  }

  static Candidate of(String name, Class<? extends Kernel> template, Object... arguments) {
    return new Candidate(name, List.of(Kernel.isolated(template, arguments)));
  }
}
