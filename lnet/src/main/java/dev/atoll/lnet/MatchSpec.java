/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * Which messages a match entry takes, and where it stands ({@code LNetMEAttach}).
 *
 * @param source who may send; a NID or pid may be any. Another NID of the same discovered peer
 *     counts as the one named
 * @param matchBits what a message's match bits must be
 * @param ignoreBits which of them do not matter
 * @param isFirst whether the entry goes before all others of its portal instead of behind them
 * @param isRetained whether the entry stays when its descriptor goes, for another to be attached
 * @param isDirect whether only messages count that came through no gateway
 */
public record MatchSpec(
    ProcessId source,
    long matchBits,
    long ignoreBits,
    boolean isFirst,
    boolean isRetained,
    boolean isDirect) {

  /**
   * Takes messages of everybody with these match bits; stands last; goes with its descriptor.
   *
   * @param matchBits what a message's match bits must be
   * @return the specification
   */
  public static MatchSpec exact(long matchBits) {
    return new MatchSpec(ProcessId.ANY, matchBits, 0, false, false, false);
  }

  /**
   * Takes only messages of one process.
   *
   * @param sender who may send
   * @return the changed specification
   */
  public MatchSpec from(ProcessId sender) {
    return new MatchSpec(sender, matchBits, ignoreBits, isFirst, isRetained, isDirect);
  }

  /**
   * Leaves bits out of the comparison. Entries that ignore bits are looked at before those that
   * ignore none.
   *
   * @param bits which do not matter
   * @return the changed specification
   */
  public MatchSpec ignoring(long bits) {
    return new MatchSpec(source, matchBits, bits, isFirst, isRetained, isDirect);
  }

  /**
   * Stands before the entries that are there ({@code LNET_INS_BEFORE}).
   *
   * @return the changed specification
   */
  public MatchSpec first() {
    return new MatchSpec(source, matchBits, ignoreBits, true, isRetained, isDirect);
  }

  /**
   * Stays when its descriptor goes ({@code LNET_RETAIN}).
   *
   * @return the changed specification
   */
  public MatchSpec retained() {
    return new MatchSpec(source, matchBits, ignoreBits, isFirst, true, isDirect);
  }

  /**
   * Takes no message that came through a gateway.
   *
   * @return the changed specification
   */
  public MatchSpec direct() {
    return new MatchSpec(source, matchBits, ignoreBits, isFirst, isRetained, true);
  }

  /** Tells whether a sender is one that the entry takes. */
  boolean admits(Nid nid, int pid, PrimaryNids primaryNids) {
    Nid wanted = source.nid();
    if (source.pid() != ProcessId.ANY_PID && source.pid() != pid) {
      return false;
    }
    return wanted.equals(Nid.ANY)
        || wanted.equals(nid)
        || primaryNids.primary(wanted).equals(primaryNids.primary(nid));
  }
}
