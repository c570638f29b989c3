/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The published benchmarks: each figure beside its floor or peer, measured in one run.
 *
 * <p>{@code docs/performance.md} describes the method and holds the figures.
 */
package dev.atoll.bench;
