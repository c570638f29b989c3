/* SPDX-License-Identifier: Apache-2.0 */
/** The exception family, clock, range checks and step sites: what every module shares. */
package dev.atoll.base;
