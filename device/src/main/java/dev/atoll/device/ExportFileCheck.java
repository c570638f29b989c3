/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.link.Reply;
import dev.atoll.link.RsmError;
import dev.atoll.memory.ControlPage;
import dev.atoll.memory.RefusedMemoryException;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.ErrnoException;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.FileSystemStatus;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files that an exporter offers, on a worker, since they may be slow.
 *
 * <p>The device never maps them; what it checks is that importers can: the right kind of file, not
 * shorter than the segment, with all its blocks, and the second descriptor no wider than promised.
 */
final class ExportFileCheck {
  private static final int ACCESS_MODE = 3;
  private static final int BLOCK_BYTES = 512;
  private static final int FILES_WITH_READ_ONLY = 3;

  private final Posix posix;
  private final Set<Long> fileSystems;

  ExportFileCheck(Posix posix, Set<Long> fileSystems) {
    this.posix = posix;
    this.fileSystems = fileSystems;
  }

  /**
   * What a worker found: the files, or what is wrong with them.
   *
   * @param files what the export will own; null if something is wrong
   * @param fault what is wrong; null if nothing is
   */
  record Verdict(@Nullable ExportFiles files, Reply.@Nullable Refused fault) {
    /** What was only just opened and was not offered. */
    List<Descriptor> opened(List<Descriptor> offered) {
      return files == null || offered.contains(files.readOnly())
          ? List.of()
          : List.of(files.readOnly());
    }
  }

  /** Looks; the files of a good verdict own what was offered. */
  Verdict look(Placement request, List<Descriptor> offered) {
    Descriptor readWrite = offered.get(0);
    Descriptor control = offered.get(1);
    Reply.Refused fault = findFault(request, readWrite, control);
    if (fault != null) {
      return new Verdict(null, fault);
    }
    if (offered.size() == FILES_WITH_READ_ONLY) {
      Descriptor readOnly = offered.get(2);
      fault = findForeignServer(readOnly, control);
      if (fault == null) {
        fault = findFaultOfReadOnly(readWrite, readOnly);
      }
      return fault != null
          ? new Verdict(null, fault)
          : new Verdict(files(readWrite, readOnly, control), null);
    }
    try {
      return new Verdict(files(readWrite, reopen(readWrite), control), null);
    } catch (ErrnoException e) {
      return new Verdict(
          null,
          refuse(
              RsmError.PERM_DENIED,
              "offer the file opened for reading only as well: " + e.getMessage()));
    }
  }

  private ExportFiles files(Descriptor readWrite, Descriptor readOnly, Descriptor control) {
    long inode = posix.statx(readWrite).inode();
    return new ExportFiles(readWrite, readOnly, control, isMemfd(readWrite), inode);
  }

  /** Memory that the device made is the device's file, so it can open it anew with fewer rights. */
  private Descriptor reopen(Descriptor readWrite) {
    return posix.open(Path.of("/proc/self/fd/" + readWrite.number()), FileCalls.O_RDONLY, 0);
  }

  private Reply.@Nullable Refused findFault(
      Placement request, Descriptor readWrite, Descriptor control) {
    Reply.Refused foreign = findForeignServer(readWrite, control);
    if (foreign != null) {
      return foreign;
    }
    FileStatus status = posix.statx(readWrite);
    if (!status.isRegularFile()) {
      return refuse(RsmError.BAD_ADDR, "the memory offered is no regular file");
    }
    if (accessOf(readWrite) != FileCalls.O_RDWR) {
      return refuse(RsmError.PERM_DENIED, "the memory must be offered for reading and writing");
    }
    Reply.Refused fault = findFaultOfKind(readWrite);
    if (fault == null) {
      fault = findFaultOfSize(request, status);
    }
    return fault == null ? findFaultOfControl(control) : fault;
  }

  private Reply.@Nullable Refused findFaultOfReadOnly(Descriptor readWrite, Descriptor readOnly) {
    FileStatus wide = posix.statx(readWrite);
    FileStatus narrow = posix.statx(readOnly);
    if (wide.inode() != narrow.inode() || wide.device() != narrow.device()) {
      return refuse(RsmError.BAD_ADDR, "the read-only descriptor is of another file");
    }
    return accessOf(readOnly) == FileCalls.O_RDONLY
        ? null
        : refuse(RsmError.PERM_DENIED, "the third descriptor must be open for reading only");
  }

  /** First of all: nothing below may ask a server that a program runs. */
  private Reply.@Nullable Refused findForeignServer(Descriptor readWrite, Descriptor control) {
    if (!isMemfd(control)) {
      return refuse(RsmError.BAD_ADDR, "the control page is not sealed");
    }
    if (isMemfd(readWrite)) {
      return null;
    }
    Optional<String> type = ServedByKernel.typeOf(readWrite);
    if (type.isPresent() && ServedByKernel.namesOf(fileSystems).contains(type.get())) {
      return null;
    }
    return refuse(
        RsmError.BAD_ADDR,
        "files of "
            + type.orElse("a file system that the device does not see")
            + " are not exported: an access could wait for its server");
  }

  /** fcntl(2): only files in memory have seals, and asking for them asks no server. */
  private boolean isMemfd(Descriptor descriptor) {
    int seals = posix.seals(descriptor);
    return seals >= 0 && (seals & MemoryCalls.F_SEAL_SHRINK) != 0;
  }

  private Reply.@Nullable Refused findFaultOfKind(Descriptor readWrite) {
    FileSystemStatus fileSystem = posix.fstatfs(readWrite);
    if (!fileSystems.contains(fileSystem.magic())) {
      return refuse(
          RsmError.BAD_ADDR,
          "files of "
              + fileSystem.name()
              + " are not exported: an access could wait for its server");
    }
    return null;
  }

  private static Reply.@Nullable Refused findFaultOfSize(Placement request, FileStatus status) {
    if (!Ranges.contains(request.fileOffset(), request.size(), status.size())) {
      return refuse(
          RsmError.BAD_LENGTH,
          "the file has "
              + status.size()
              + " bytes, the segment needs "
              + (request.fileOffset() + request.size()));
    }
    if (status.blocks() * BLOCK_BYTES < request.size()) {
      return refuse(
          RsmError.INSUFFICIENT_MEM,
          "the file has holes: "
              + status.blocks() * BLOCK_BYTES
              + " bytes are allocated, the segment"
              + " needs "
              + request.size());
    }
    return null;
  }

  private Reply.@Nullable Refused findFaultOfControl(Descriptor control) {
    if (accessOf(control) != FileCalls.O_RDONLY) {
      return refuse(RsmError.PERM_DENIED, "the control page must be offered for reading only");
    }
    try (ControlPage page = ControlPage.attach(posix, posix.duplicate(control), false)) {
      page.failedErrno();
      return null;
    } catch (RefusedMemoryException e) {
      return refuse(RsmError.BAD_ADDR, String.valueOf(e.getMessage()));
    }
  }

  private int accessOf(Descriptor descriptor) {
    return posix.openFlags(descriptor) & ACCESS_MODE;
  }

  private static Reply.Refused refuse(RsmError error, String detail) {
    return Reply.Refused.of(error, detail);
  }
}
