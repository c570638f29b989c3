/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet;

/**
 * One end of a conversation: a node's NID and a process there.
 *
 * <p>Every kernel node, and every node of this library, is process {@link #LUSTRE_PID}. A peer that
 * came from an unprivileged port is known by that port with {@link #USER_FLAG} set. Immutable.
 *
 * @param nid the node
 * @param pid the process, an unsigned number
 */
public record ProcessId(Nid nid, int pid) implements Comparable<ProcessId> {
  /** The process id of Lustre nodes, and of ours. */
  public static final int LUSTRE_PID = 12345;

  /** Stands for any process where a wildcard may stand. */
  public static final int ANY_PID = -1;

  /** Marks the process id of a peer that came from an unprivileged port. */
  public static final int USER_FLAG = 0x8000_0000;

  /** Any process of any node. */
  public static final ProcessId ANY = new ProcessId(Nid.ANY, ANY_PID);

  /**
   * Names the Lustre process of a node.
   *
   * @param nid the node
   * @return the process id
   */
  public static ProcessId of(Nid nid) {
    return new ProcessId(nid, LUSTRE_PID);
  }

  /**
   * Reads a process id's text.
   *
   * @param text such as {@code 12345-10.0.0.1@tcp}, {@code U40000-10.0.0.1@tcp}
   * @return the process id
   * @throws NidFormatException if the text is none
   */
  public static ProcessId parse(String text) {
    return NidText.processId(text);
  }

  /**
   * Tells whether the peer came from an unprivileged port.
   *
   * @return whether the process id is such a port
   */
  public boolean isUser() {
    return pid != ANY_PID && (pid & USER_FLAG) != 0;
  }

  @Override
  public int compareTo(ProcessId other) {
    int byNid = nid.compareTo(other.nid);
    return byNid != 0 ? byNid : Integer.compareUnsigned(pid, other.pid);
  }

  /** Prints the id as Lustre does: {@code 12345-10.0.0.1@tcp}. */
  @Override
  public String toString() {
    return NidText.print(this);
  }
}
