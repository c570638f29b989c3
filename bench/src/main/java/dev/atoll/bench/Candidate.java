/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.util.List;

/**
 * One way of doing the operation of a {@link Trial}.
 *
 * @param name what it is, in the words of its interface
 * @param kernels one for each thread
 * @param isWaiting whether it sleeps by its nature, so that a wait is no disturbance
 */
record Candidate(String name, List<Kernel> kernels, boolean isWaiting) {
  Candidate {
    kernels = List.copyOf(kernels);
  }

  Candidate(String name, List<Kernel> kernels) {
    this(name, kernels, false);
  }

  static Candidate of(String name, Class<? extends Kernel> template, Object... arguments) {
    return new Candidate(name, List.of(Kernel.isolated(template, arguments)));
  }

  static Candidate waiting(String name, Class<? extends Kernel> template, Object... arguments) {
    return new Candidate(name, List.of(Kernel.isolated(template, arguments)), true);
  }
}
