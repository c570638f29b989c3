/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * The real operating system. It has no state; each subject's calls stand in an interface of their
 * own whose default methods make the calls.
 */
final class LinuxPosix
    implements Posix, LinuxFiles, LinuxMemory, LinuxSockets, LinuxWaits, LinuxProcess {
  private LinuxPosix() {}

  /**
   * Gives the one instance.
   *
   * @throws UnsupportedOperationException if this is the wrong system or native access is refused
   */
  static LinuxPosix instance() {
    return Holder.INSTANCE;
  }

  private static final class Holder {
    static final LinuxPosix INSTANCE = make();

    private static LinuxPosix make() {
      try {
        var made = new LinuxPosix();
        SelfCheck.run(made);
        return made;
      } catch (IllegalCallerException e) {
        throw refused(e);
      }
    }
  }

  private static UnsupportedOperationException refused(IllegalCallerException e) {
    Module module = LinuxPosix.class.getModule();
    String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return new UnsupportedOperationException(
        "native access is refused to this module. Start java with --enable-native-access=" + name,
        e);
  }
}
