/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import dev.atoll.posix.Errno;

/** Errors in the words of strerror(3), which the tools of LNet print. */
final class ErrnoText {
  private ErrnoText() {}

  static String of(Errno errno) {
    return switch (errno) {
      case EPERM -> "Operation not permitted";
      case ENOENT -> "No such file or directory";
      case EIO -> "Input/output error";
      case EAGAIN -> "Resource temporarily unavailable";
      case ENOMEM -> "Cannot allocate memory";
      case EACCES -> "Permission denied";
      case EBUSY -> "Device or resource busy";
      case ENODEV -> "No such device";
      case EINVAL -> "Invalid argument";
      case EPIPE -> "Broken pipe";
      case EPROTO -> "Protocol error";
      case EMSGSIZE -> "Message too long";
      case EADDRINUSE -> "Address already in use";
      case ENETUNREACH -> "Network is unreachable";
      case ECONNABORTED -> "Software caused connection abort";
      case ECONNRESET -> "Connection reset by peer";
      case ENOBUFS -> "No buffer space available";
      case ETIMEDOUT -> "Connection timed out";
      case ECONNREFUSED -> "Connection refused";
      case EHOSTUNREACH -> "No route to host";
      case EALREADY -> "Operation already in progress";
      case ECANCELED -> "Operation canceled";
      default -> errno.name();
    };
  }
}
