/* SPDX-License-Identifier: Apache-2.0 */
/** The tour: the main job in ten seconds, with child processes that really die. */
package dev.atoll.cli.tour;
