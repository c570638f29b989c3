/* SPDX-License-Identifier: Apache-2.0 */
/** What {@code atoll doctor} looks at, one class per subject; nothing here changes anything. */
package dev.atoll.cli.doctor;
