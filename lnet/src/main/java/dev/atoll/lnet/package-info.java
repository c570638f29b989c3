/* SPDX-License-Identifier: Apache-2.0 */
/** LNet in user space: NIDs, portals, PUT and GET, peers, and the networks they travel on. */
package dev.atoll.lnet;
