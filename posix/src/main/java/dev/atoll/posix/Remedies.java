/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/** What to do next about a failed call, in a sentence. */
final class Remedies {
  private Remedies() {}

  /**
   * Suggests a remedy.
   *
   * @param call the name of the call, as in its man page
   * @param errno what it gave
   * @return a sentence; empty if nothing useful is known
   */
  static String of(String call, Errno errno) {
    return switch (errno) {
      case EPERM -> ofPermission(call);
      case EACCES -> ofAccess(call);
      case ENOMEM -> ofMemory(call);
      case EINVAL -> ofInvalid(call);
      case ENOENT -> "Check the path; a directory on the way may be missing too";
      case EIO ->
          "The device failed to read or write: what was written may be lost. See the kernel log";
      case EEXIST -> ofExisting(call);
      case ENODEV, EOPNOTSUPP -> ofUnsupported(call);
      case ENOTDIR -> "A part of the path is not a directory";
      case EISDIR -> "Name a file, not a directory";
      case ENFILE -> "The whole system is out of open files: raise fs.file-max (sysctl)";
      case EMFILE -> "The process is out of descriptors: raise the limit (ulimit -n, LimitNOFILE=)";
      case EFBIG -> "Choose a smaller size or raise the file size limit (ulimit -f)";
      case ENOSPC -> ofSpace(call);
      case EDQUOT -> "Free space or have the disk quota raised";
      case EROFS -> "The file system is mounted read-only";
      case ETXTBSY -> "The file is being executed; use another";
      case ENAMETOOLONG -> "Use a shorter path";
      case ELOOP -> "The path ends in a symbolic link, or has too many; name the file itself";
      case ENOSYS ->
          "The kernel lacks this call: use a newer one, or let the sandbox (seccomp) pass it";
      case EADDRINUSE -> "Somebody uses the address already; ss -xlpt tells who";
      case EADDRNOTAVAIL -> "No interface of this host has the address; ip addr lists them";
      case EAFNOSUPPORT -> "The kernel has no such address family (IPv6 disabled?)";
      case ECONNREFUSED -> "Nobody listens there; start the other side first";
      case ENETUNREACH, EHOSTUNREACH -> "Check the route to the peer (ip route get)";
      case EOVERFLOW -> "The numbers exceed what the call can express; use a smaller range";
      case EAGAIN -> "Try again, or raise the limit of locked memory or threads (ulimit -l, -u)";
      default -> "";
    };
  }

  private static String ofPermission(String call) {
    return switch (call) {
      case "fcntl" -> "The file carries seals that forbid it";
      case "mmap" -> "A seal of the file or the mount option noexec forbids it";
      case "fchmod" -> "Only the owner of the file may do this";
      case "ftruncate", "fallocate", "pwrite" -> "A seal or attribute of the file forbids it";
      default -> "It needs another user or a capability";
    };
  }

  private static String ofAccess(String call) {
    return switch (call) {
      case "mmap" -> "Open the file for reading and writing: a shared writable mapping needs both";
      case "bind" -> "Choose a port from 1024 on or a directory that is yours";
      default -> "Check owner and permission bits of the file and of every directory on the path";
    };
  }

  private static String ofMemory(String call) {
    return switch (call) {
      case "mmap", "munmap", "mprotect" ->
          "Memory or the number of mappings ran out: see ulimit -v, vm.overcommit_memory and"
              + " vm.max_map_count (sysctl)";
      case "msync", "madvise" -> "Part of the range is not mapped";
      default -> "Memory ran out: see free -m and the cgroup's memory.max";
    };
  }

  private static String ofInvalid(String call) {
    return switch (call) {
      case "mmap", "munmap", "mprotect", "msync", "madvise" ->
          "Address and offset must be multiples of the page size (of 2 MiB on huge pages and DAX"
              + " devices) and the length positive";
      case "fsync", "fdatasync" -> "This kind of file can't be synchronised";
      case "ftruncate" -> "Open the file for writing and give a size that is not negative";
      default -> "";
    };
  }

  private static String ofExisting(String call) {
    return switch (call) {
      case "mmap" -> "Something is mapped there already";
      case "open" -> "Remove it first or open it without asking for a new one";
      default -> "";
    };
  }

  private static String ofUnsupported(String call) {
    return switch (call) {
      case "mmap" ->
          "The file can't be mapped so; MAP_SYNC needs a file system mounted with dax on"
              + " persistent memory";
      case "fallocate" -> "The file system can't reserve or punch blocks; use another one";
      default -> "";
    };
  }

  private static String ofSpace(String call) {
    return switch (call) {
      case "epoll_ctl" -> "Too many descriptors are watched: raise fs.epoll.max_user_watches";
      default -> "The file system is full: df -h tells, or choose a smaller size";
    };
  }
}
