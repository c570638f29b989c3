/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.base.Ranges;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.RsmError;
import dev.atoll.memory.ControlPage;
import dev.atoll.memory.RefusedMemoryException;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.FileCalls;
import dev.atoll.posix.FileStatus;
import dev.atoll.posix.FileSystemStatus;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.Posix;
import java.util.List;
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

  private final Posix posix;
  private final Set<Long> fileSystems;

  ExportFileCheck(Posix posix, Set<Long> fileSystems) {
    this.posix = posix;
    this.fileSystems = fileSystems;
  }

  /** Says what is wrong; null if nothing is. */
  Reply.@Nullable Refused findFault(Request.ExportCreate request, List<Descriptor> offered) {
    Descriptor readWrite = offered.get(0);
    Descriptor readOnly = offered.get(1);
    FileStatus status = posix.statx(readWrite);
    FileStatus narrow = posix.statx(readOnly);
    if (!status.isRegularFile()) {
      return refuse(RsmError.BAD_ADDR, "the memory offered is no regular file");
    }
    if (status.inode() != narrow.inode() || status.device() != narrow.device()) {
      return refuse(RsmError.BAD_ADDR, "the read-only descriptor is of another file");
    }
    if (accessOf(readWrite) != FileCalls.O_RDWR || accessOf(readOnly) != FileCalls.O_RDONLY) {
      return refuse(RsmError.PERM_DENIED, "the memory must be offered read-write and read-only");
    }
    Reply.Refused fault = findFaultOfKind(readWrite);
    if (fault == null) {
      fault = findFaultOfSize(request, status);
    }
    return fault == null ? findFaultOfControl(offered.get(2)) : fault;
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

  private static Reply.@Nullable Refused findFaultOfSize(
      Request.ExportCreate request, FileStatus status) {
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
    int seals = posix.seals(control);
    if (seals < 0 || (seals & MemoryCalls.F_SEAL_SHRINK) == 0) {
      return refuse(RsmError.BAD_ADDR, "the control page is not sealed");
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
