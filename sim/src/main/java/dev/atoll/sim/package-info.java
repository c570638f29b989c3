/* SPDX-License-Identifier: Apache-2.0 */
/** A network of many nodes on one thread, whose every step follows from a seed. */
package dev.atoll.sim;
