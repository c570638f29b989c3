/* SPDX-License-Identifier: Apache-2.0 */
/** The hot paths as JMH benchmarks, for its profilers; {@code atoll bench jmh} runs them. */
package dev.atoll.bench.jmh;
