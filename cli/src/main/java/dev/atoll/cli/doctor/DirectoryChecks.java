/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli.doctor;

import dev.atoll.Node;
import dev.atoll.base.AtollException;
import dev.atoll.cli.DevicePlace;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The directory of the device: can one run there, does one, does it answer. */
final class DirectoryChecks {
  /** sun_path of unix(7) has 108 bytes, the last of which is zero. */
  private static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final int OWNER_ONLY = 0700;

  private final Host host;
  private final Path path;

  DirectoryChecks(Host host) {
    this.host = host;
    this.path = host.directory().path();
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(runtimeDirectory());
    findings.add(pathLength());
    DevicePlace place = DevicePlace.look(host.posix(), host.directory());
    findings.add(directory(place));
    mount().ifPresent(findings::add);
    findings.add(device(place));
    return findings;
  }

  private Finding runtimeDirectory() {
    String named = host.environment().getOrDefault("XDG_RUNTIME_DIR", "");
    if (named.isBlank()) {
      boolean isNeeded = host.posix().effectiveUid() != 0;
      return Finding.warnUnless(
          !isNeeded,
          "runtime-directory",
          "XDG_RUNTIME_DIR is not set",
          "the directory is below the one for temporary files, which some systems sweep; log in"
              + " through a session manager, or set ATOLL_DIR");
    }
    try {
      FileStatus status = host.posix().statx(Path.of(named), true);
      boolean isMine = status.uid() == host.posix().effectiveUid();
      return Finding.warnUnless(
          status.isDirectory() && isMine && (status.permissions() & ~OWNER_ONLY) == 0,
          "runtime-directory",
          named + " uid " + status.uid() + " mode 0" + Integer.toOctalString(status.permissions()),
          "XDG_RUNTIME_DIR should be yours, with mode 0700; after su or sudo set ATOLL_DIR");
    } catch (ErrnoException e) {
      return Finding.fail(
          "runtime-directory",
          named + " " + e.errno(),
          "XDG_RUNTIME_DIR names no directory; make it, unset it, or set ATOLL_DIR");
    }
  }

  private Finding pathLength() {
    int bytes = host.directory().socket().toString().getBytes(StandardCharsets.UTF_8).length;
    return Finding.failUnless(
        bytes <= SOCKET_PATH_BYTES_MAX,
        "socket-path",
        bytes + " bytes of " + SOCKET_PATH_BYTES_MAX,
        "a Unix socket's path can not be longer; choose a shorter --dir or ATOLL_DIR");
  }

  private Finding directory(DevicePlace place) {
    String name = "device-directory";
    return switch (place.state()) {
      case MISSING -> missing(name);
      case UNSAFE ->
          Finding.fail(name, place.note(), "chmod go-w, chown, or choose another with --dir");
      case HIDDEN ->
          Finding.fail(
              name, path + " can not be looked into", "it is another user's; choose another --dir");
      case RUNNING, STALE, IDLE -> Finding.ok(name, path + " uid " + place.ownerUid());
    };
  }

  private Finding missing(String name) {
    Path parent = path.getParent();
    while (parent != null && !Files.exists(parent)) {
      parent = parent.getParent();
    }
    return Finding.failUnless(
        parent != null && Files.isWritable(parent),
        name,
        path + " does not exist, `atoll node` makes it",
        "it can not be made, since " + parent + " is not writable; choose another --dir");
  }

  /** How the file system is mounted on which the directory is or would be. */
  private Optional<Finding> mount() {
    String[] best = {};
    for (String line : host.lines("proc/self/mountinfo")) {
      // ID parent device root mount-point options ... (proc(5))
      String[] words = line.split(" ");
      boolean isLonger = best.length == 0 || words[4].length() >= best[4].length();
      if (words.length > 5 && path.startsWith(words[4].replace("\\040", " ")) && isLonger) {
        best = words;
      }
    }
    if (best.length == 0) {
      return Optional.empty();
    }
    boolean isReadOnly = List.of(best[5].split(",")).contains("ro");
    return Optional.of(
        Finding.failUnless(
            !isReadOnly,
            "mount",
            best[4] + " " + best[5],
            "it is read-only, so no socket can be made there; choose another --dir"));
  }

  private Finding device(DevicePlace place) {
    if (place.state() == DevicePlace.State.STALE) {
      return Finding.warn(
          "device",
          "a dead device left its socket",
          "`atoll node` takes its place; `atoll clean --yes` removes it");
    }
    if (place.state() != DevicePlace.State.RUNNING) {
      return Finding.ok("device", "none runs; start one with `atoll node`");
    }
    try (Node node = Node.attach(host.posix(), host.directory())) {
      return Finding.ok("device", "runs and answers as node " + node.nodeId());
    } catch (AtollException e) {
      return Finding.fail("device", "runs and does not serve: " + e.getMessage(), "see its log");
    }
  }
}
