/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/** The name of an interface in LNet. */
public final class Nid {
  /** Matches every NID. */
  public static final Nid ANY = new Nid();

  private Nid() {}
}
