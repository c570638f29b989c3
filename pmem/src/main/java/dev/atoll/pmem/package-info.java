/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The Linux Persistent Memory API 0.8 in Java: files whose bytes are mapped, stored to directly and
 * made durable by a flush of the processor's caches where the medium allows it, by msync(2) where
 * it does not.
 *
 * <p>Start at {@link dev.atoll.pmem.PmemFile}. {@code docs/mapping.md} lists every function of the
 * C interface with the member that serves for it, and {@code docs/crash-model.md} says what
 * survives which crash.
 */
package dev.atoll.pmem;
