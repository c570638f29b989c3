/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Whose a file is and who may do what with it. */
record FileRights(UserPrincipal owner, GroupPrincipal group, Set<PosixFilePermission> permissions) {
  private static final System.Logger LOG = System.getLogger(FileRights.class.getName());

  /** For a file that gets the rights of another in a moment: until then nobody else has any. */
  static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  /** Looks at a file; nothing if there is none, or its file system knows no rights. */
  static Optional<FileRights> of(Path file) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    PosixFileAttributes found = view.readAttributes();
    return Optional.of(new FileRights(found.owner(), found.group(), found.permissions()));
  }

  /**
   * Gives them to another file: the owner and the group where that is allowed (chown(2)), and never
   * more to a group that is another.
   */
  void giveTo(Path file) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null) {
      return;
    }
    PosixFileAttributes now = view.readAttributes();
    boolean isSameGroup = now.group().equals(group) || isDone(() -> view.setGroup(group));
    if (!now.owner().equals(owner)) {
      boolean _ = isDone(() -> view.setOwner(owner));
    }
    // Last: to hand a file over may take rights away.
    Set<PosixFilePermission> wanted = isSameGroup ? permissions : withoutGroup();
    if (!view.readAttributes().permissions().equals(wanted)) {
      view.setPermissions(wanted);
    }
  }

  /** A strange group gets what everybody has. */
  private Set<PosixFilePermission> withoutGroup() {
    Set<PosixFilePermission> fewer = EnumSet.noneOf(PosixFilePermission.class);
    fewer.addAll(permissions);
    keep(fewer, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
    keep(fewer, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    keep(fewer, PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.OTHERS_EXECUTE);
    return fewer;
  }

  private static void keep(
      Set<PosixFilePermission> set, PosixFilePermission ofGroup, PosixFilePermission ofOthers) {
    if (!set.contains(ofOthers)) {
      set.remove(ofGroup);
    }
  }

  private interface Change {
    void make() throws IOException;
  }

  private static boolean isDone(Change change) throws IOException {
    try {
      change.make();
      return true;
    } catch (FileSystemException e) {
      // Only root gives files away, and others only to groups of their own.
      LOG.log(System.Logger.Level.DEBUG, "event=owner-not-kept", e);
      return false;
    }
  }

  private static PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(
        file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }
}
