/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import org.jspecify.annotations.Nullable;

/**
 * Makes the one {@link LinuxPosix}, after the reasons why it might not work are ruled out: a class
 * whose initialisation fails could not say why a second time.
 */
final class PosixStart {
  private static volatile @Nullable Posix started;

  private PosixStart() {}

  static Posix system() {
    Posix current = started;
    return current == null ? start() : current;
  }

  private static synchronized Posix start() {
    Posix current = started;
    if (current != null) {
      return current;
    }
    Architecture.current();
    try {
      Libc.probe();
    } catch (IllegalCallerException e) {
      throw refused(e);
    }
    Posix made = LinuxPosix.instance();
    SelfCheck.run(made);
    started = made;
    return made;
  }

  private static UnsupportedOperationException refused(IllegalCallerException e) {
    Module module = PosixStart.class.getModule();
    String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return new UnsupportedOperationException(
        "native access is refused to this module. Start java with --enable-native-access=" + name,
        e);
  }
}
