/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.nio.file.Path;

/**
 * What is asked of the method.
 *
 * @param rounds of each trial
 * @param isQuick whether to leave out the largest sizes
 * @param seed of the order of candidates
 * @param directory on a disk, for the files that msync works on
 */
record Plan(int rounds, boolean isQuick, long seed, Path directory) {}
