/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import dev.atoll.NetworkException;
import dev.atoll.base.AtollException;
import dev.atoll.link.LinkException;
import dev.atoll.link.RsmError;
import dev.atoll.lnet.LnetException;
import dev.atoll.memory.OutOfMemoryBudgetException;
import dev.atoll.pmem.PmemException;
import dev.atoll.posix.Errno;
import dev.atoll.posix.ErrnoException;
import dev.atoll.rsm.RsmException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into one line and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final String INTERNAL = "ATOLL_INTERNAL";

  private final Streams streams;

  Failures(Streams streams) {
    this.streams = streams;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    String name = failure.getCommandLine().getCommandSpec().qualifiedName();
    streams.err().println("atoll: usage: " + oneLine(failure.getMessage()));
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      streams
          .err()
          .println("Did you mean: " + oneLine(String.join(", ", unmatched.getSuggestions())) + "?");
    }
    streams.err().println("Try '" + name + " --help'.");
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    int code = exitCodeOf(failure);
    if (code == ExitCode.OUTPUT_CLOSED) {
      return code;
    }
    streams.err().println("atoll: " + command.getCommandName() + ": " + words(failure));
    if (AtollCommand.isDebug(command) || code == ExitCode.INTERNAL) {
      failure.printStackTrace(streams.err());
    }
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return code;
  }

  static int exitCodeOf(Exception failure) {
    return switch (failure) {
      case OutputClosedException ignored -> ExitCode.OUTPUT_CLOSED;
      case Refusal refusal -> refusal.exitCode();
      case LinkException link ->
          switch (link.code()) {
            case LinkException.REFUSED, LinkException.TAKEN -> ExitCode.PERMISSION;
            default -> ExitCode.NO_DEVICE;
          };
      case RsmException rsm -> exitCodeOf(rsm.error());
      case OutOfMemoryBudgetException ignored -> ExitCode.NO_RESOURCES;
      case ErrnoException call -> exitCodeOf(call.errno());
      case PmemException ignored -> ExitCode.FAILED;
      case NetworkException network -> networkExitCode(network.errno());
      case LnetException lnet ->
          lnet.code().equals(LnetException.PRIVILEGE) ? ExitCode.PERMISSION : ExitCode.FAILED;
      case AtollException ignored -> ExitCode.FAILED;
      case UncheckedIOException unchecked -> exitCodeOf(cause(unchecked));
      case AccessDeniedException ignored -> ExitCode.PERMISSION;
      case ClosedByInterruptException ignored -> ExitCode.INTERRUPTED;
      case IOException ignored -> ExitCode.INPUT_OUTPUT;
      case IndexOutOfBoundsException ignored -> ExitCode.FAILED;
      case InterruptedException ignored -> ExitCode.INTERRUPTED;
      // Native access refused, or a machine Atoll does not run on.
      case UnsupportedOperationException ignored -> ExitCode.FAILED;
      default -> ExitCode.INTERNAL;
    };
  }

  private static int exitCodeOf(RsmError error) {
    return switch (error) {
      case PERM_DENIED, SEG_NOT_PUBLISHED_TO_NODE, NOT_CREATOR, BAD_PERMS -> ExitCode.PERMISSION;
      case INSUFFICIENT_MEM, INSUFFICIENT_RESOURCES -> ExitCode.NO_RESOURCES;
      default -> ExitCode.FAILED;
    };
  }

  private static int networkExitCode(Errno errno) {
    return switch (errno) {
      case EACCES, EPERM -> ExitCode.PERMISSION;
      case ENOMEM, ENOBUFS, EMFILE, ENFILE -> ExitCode.NO_RESOURCES;
      default -> ExitCode.FAILED;
    };
  }

  private static int exitCodeOf(Errno errno) {
    return switch (errno) {
      case EACCES, EPERM, EROFS -> ExitCode.PERMISSION;
      case ENOMEM, EMFILE, ENFILE -> ExitCode.NO_RESOURCES;
      default -> ExitCode.INPUT_OUTPUT;
    };
  }

  /** {@code CODE: what, what to do}. */
  static String words(Exception failure) {
    return switch (failure) {
      case AtollException known -> withCode(known.code(), String.valueOf(known.getMessage()));
      case UncheckedIOException unchecked -> words(cause(unchecked));
      case NoSuchFileException missing -> "ENOENT: there is no file " + missing.getFile();
      case FileNotFoundException missing -> "ENOENT: " + missing.getMessage();
      case AccessDeniedException denied ->
          "EACCES: not allowed: " + denied.getFile() + "; look at its owner and mode with ls -l";
      case ClosedByInterruptException ignored -> "EINTR: interrupted";
      case FileSystemException other -> "EIO: " + oneLine(other.getMessage());
      case IOException other -> "EIO: " + oneLine(other.getMessage());
      case InterruptedException ignored -> "EINTR: interrupted";
      default -> INTERNAL + ": " + failure + "; this is a mistake of Atoll, please report it";
    };
  }

  /** Never null: the class demands a cause. */
  private static IOException cause(UncheckedIOException unchecked) {
    return Objects.requireNonNull(unchecked.getCause());
  }

  private static String withCode(String code, String message) {
    String text = oneLine(message);
    String advice = adviceFor(code);
    return (text.contains(code) ? text : code + ": " + text)
        + (advice.isEmpty() ? "" : "; " + advice);
  }

  private static String adviceFor(String code) {
    return switch (code) {
      case "RSMERR_SEG_NOT_PUBLISHED" ->
          "is its exporter running? `atoll stat` counts what is there";
      case "RSMERR_PERM_DENIED" -> "ask the exporter for a wider --mode, or for less";
      case "RSMERR_CTLR_NOT_PRESENT" -> "on one host the node is the device's, 1 unless told";
      case "RSMERR_SEGID_IN_USE" -> "choose another --id, or 0 to have one assigned";
      default -> "";
    };
  }

  private static String oneLine(@Nullable String message) {
    return Escaped.text(String.valueOf(message).replaceAll("\\s*\\R\\s*", " "));
  }
}
