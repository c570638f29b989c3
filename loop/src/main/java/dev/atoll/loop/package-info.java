/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One thread's event loop: a poller, a timer wheel, commands from other threads, and workers for
 * everything that can block.
 *
 * <p>Any number of loops may run in a process; none is a singleton.
 */
package dev.atoll.loop;
