/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A directory where a device is or was, seen from outside.
 *
 * @param directory where
 * @param state what is there
 * @param ownerUid whose directory it is; -1 if it is missing
 * @param files names in it, sorted; empty if they can not be listed
 * @param note words about it; may be empty
 */
public record DevicePlace(
    DeviceDirectory directory, State state, int ownerUid, List<String> files, String note) {
  /** What is in a directory. */
  public enum State {
    /** No such directory. */
    MISSING,
    /** Somebody listens on the socket. */
    RUNNING,
    /** A socket on which nobody listens: its device is dead. */
    STALE,
    /** A directory without a socket: its device has ended in good order. */
    IDLE,
    /** It can not be looked into. */
    HIDDEN,
    /** Others could have put something there; nobody attaches to it. */
    UNSAFE
  }

  private static final int ENTRIES_MAX = 1000;

  /** The directories where a device of this user, of the system or of other users may be. */
  static List<DevicePlace> all(Posix posix, Map<String, String> environment, Path temporary) {
    Set<Path> paths = new LinkedHashSet<>();
    paths.add(DeviceDirectory.find(environment, posix.effectiveUid(), temporary).path());
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isBlank()) {
      paths.add(Path.of(runtime, "atoll").toAbsolutePath());
    }
    paths.add(Path.of("/run/atoll"));
    try (Stream<Path> entries = Files.list(temporary)) {
      entries
          .filter(each -> String.valueOf(each.getFileName()).matches("atoll-[0-9]+"))
          .sorted()
          .limit(ENTRIES_MAX)
          .forEach(each -> paths.add(each.toAbsolutePath()));
    } catch (IOException e) {
      // Without the directory for temporary files there are no devices in it.
      paths.remove(null);
    }
    List<DevicePlace> places = new ArrayList<>();
    paths.forEach(path -> places.add(look(posix, new DeviceDirectory(path))));
    return places;
  }

  /** Copies the names. */
  public DevicePlace {
    files = List.copyOf(files);
  }

  /**
   * Looks at one directory; changes nothing and takes no lock.
   *
   * @param posix the operating system
   * @param directory which
   * @return what is there
   */
  public static DevicePlace look(Posix posix, DeviceDirectory directory) {
    FileStatus status;
    try {
      status = posix.statx(directory.path(), false);
    } catch (ErrnoException e) {
      State state = e.errno() == Errno.ENOENT ? State.MISSING : State.HIDDEN;
      return new DevicePlace(directory, state, -1, List.of(), e.errno().name());
    }
    List<String> files = names(directory.path());
    try {
      directory.checkOwnership(posix, status);
    } catch (LinkException e) {
      return new DevicePlace(
          directory, State.UNSAFE, status.uid(), files, String.valueOf(e.getMessage()));
    }
    State state = stateOf(posix, directory);
    return new DevicePlace(directory, state, status.uid(), files, "");
  }

  private static State stateOf(Posix posix, DeviceDirectory directory) {
    if (!Files.exists(directory.socket(), LinkOption.NOFOLLOW_LINKS)) {
      return Files.isExecutable(directory.path()) ? State.IDLE : State.HIDDEN;
    }
    // The kernel knows whether anybody listens; ages and process ids are not looked at.
    try {
      Descriptor socket = posix.connectUnix(directory.socket());
      socket.close();
      return State.RUNNING;
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case ECONNREFUSED, ENOENT, ENOTSOCK -> State.STALE;
        case EAGAIN -> State.RUNNING;
        default -> State.HIDDEN;
      };
    }
  }

  private static List<String> names(Path path) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path each : entries) {
        if (names.size() < ENTRIES_MAX) {
          names.add(String.valueOf(each.getFileName()));
        }
      }
    } catch (IOException e) {
      // A directory of another user may be passed through and not be listed.
      return List.of();
    }
    names.sort(null);
    return names;
  }

  Map<String, Object> toMap() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("directory", directory.path().toString());
    values.put("state", state.name());
    values.put("ownerUid", ownerUid);
    values.put("files", files);
    values.put("note", note);
    return values;
  }

  String toLine() {
    StringBuilder line = new StringBuilder(Escaped.text(directory.path().toString()));
    line.append("  ").append(words());
    if (ownerUid >= 0) {
      line.append("  uid ").append(ownerUid);
    }
    files.forEach(name -> line.append("  ").append(Escaped.text(name)));
    return line.toString();
  }

  private String words() {
    return switch (state) {
      case MISSING -> "no such directory";
      case RUNNING -> "a device runs";
      case STALE -> "a dead device left its socket; `atoll clean` removes it";
      case IDLE -> "no device";
      case HIDDEN -> "can not be looked into" + (note.isEmpty() ? "" : " (" + note + ")");
      case UNSAFE -> Escaped.text(note);
    };
  }
}
