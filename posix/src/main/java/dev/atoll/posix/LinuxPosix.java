/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * The real operating system. It has no state; each subject's calls stand in an interface of their
 * own whose default methods make the calls. {@link PosixStart} gives it out.
 */
final class LinuxPosix
    implements Posix, LinuxFiles, LinuxMemory, LinuxSockets, LinuxWaits, LinuxProcess {
  private static final LinuxPosix INSTANCE = new LinuxPosix();

  private LinuxPosix() {}

  static LinuxPosix instance() {
    return INSTANCE;
  }
}
