/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * Where puts go and gets come from: match entries of another process.
 *
 * @param target whose
 * @param portal where they are listed, 0 to 63
 * @param matchBits what they are compared with
 */
public record LnetDestination(ProcessId target, int portal, long matchBits) {
  /** Checks the values. */
  public LnetDestination {
    if (target.nid().isAny()) {
      throw new IllegalArgumentException("target=" + target + " names nobody");
    }
    if (portal < 0 || portal >= Portals.COUNT) {
      throw new IllegalArgumentException("portal=" + portal + " is not from 0 to 63");
    }
  }

  /**
   * Names match entries of a node.
   *
   * @param nid the node, such as {@code 127.0.0.3@tcp}
   * @param portal 0 to 63
   * @param matchBits what its match entries are compared with
   * @return the destination
   * @throws NidFormatException if the text is no NID
   */
  public static LnetDestination of(String nid, int portal, long matchBits) {
    return new LnetDestination(ProcessId.of(Nid.parse(nid)), portal, matchBits);
  }
}
