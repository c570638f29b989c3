/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Test tools: forked processes that can be killed at a step, bounded waits, seeds, and a look at
 * what a process holds. No module of the product depends on this one.
 */
package dev.atoll.testkit;
