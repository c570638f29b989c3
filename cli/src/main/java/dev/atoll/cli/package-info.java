/* SPDX-License-Identifier: Apache-2.0 */
/** The command {@code atoll}: one class per subcommand; {@code docs/cli.md} is its manual. */
package dev.atoll.cli;
