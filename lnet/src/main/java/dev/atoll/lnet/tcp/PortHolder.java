/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.lnet.tcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds out who listens at an address, for people, from proc(5). */
final class PortHolder {
  private static final String LISTENING = "0A";
  private static final int LOCAL_COLUMN = 1;
  private static final int STATE_COLUMN = 3;
  private static final int INODE_COLUMN = 9;

  private final Path proc;

  PortHolder(Path proc) {
    this.proc = proc;
  }

  /** Says who holds an address of this host. */
  static String describe(InetSocketAddress address) {
    return new PortHolder(Path.of("/proc")).holder(address);
  }

  String holder(InetSocketAddress address) {
    Optional<String> inode = inodeOf(address);
    if (inode.isEmpty()) {
      return "somebody has it who does not listen any more, or listens in a moment; try again";
    }
    Optional<String> process = processOf(inode.get());
    if (process.isPresent()) {
      return process.get() + " listens there";
    }
    boolean hasKernelLnet = Files.exists(proc.resolveSibling("sys/module/ksocklnd"));
    return hasKernelLnet
        ? "no process shows to have it; Lustre's own LNet (module ksocklnd) is loaded and likely"
            + " listens there"
        : "a process of another user listens there; root can see which (ss -ltnp)";
  }

  private Optional<String> inodeOf(InetSocketAddress address) {
    String port = ":" + String.format(Locale.ROOT, "%04X", address.getPort());
    String exact = hex(address.getAddress()) + port;
    String any = "0".repeat(exact.length() - port.length()) + port;
    String table = address.getAddress().getAddress().length == 4 ? "tcp" : "tcp6";
    for (String line : lines(proc.resolve("net").resolve(table))) {
      List<String> columns = List.of(line.trim().split("\\s+", -1));
      if (columns.size() > INODE_COLUMN
          && columns.get(STATE_COLUMN).equals(LISTENING)
          && (columns.get(LOCAL_COLUMN).equals(exact) || columns.get(LOCAL_COLUMN).equals(any))) {
        return Optional.of(columns.get(INODE_COLUMN));
      }
    }
    return Optional.empty();
  }

  /** The form of proc(5): words of four bytes, each as the machine reads it. */
  private static String hex(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    var text = new StringBuilder();
    while (bytes.hasRemaining()) {
      int word = bytes.order(ByteOrder.LITTLE_ENDIAN).getInt();
      text.append(HexFormat.of().withUpperCase().toHexDigits(word));
    }
    return text.toString();
  }

  private Optional<String> processOf(String inode) {
    String target = "socket:[" + inode + "]";
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (hasOpen(process, target)) {
          String name = String.join("", lines(process.resolve("comm")));
          return Optional.of("process " + process.getFileName() + " (" + name + ")");
        }
      }
      return Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static boolean hasOpen(Path process, String target) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path each : descriptors) {
        if (Files.readSymbolicLink(each).toString().equals(target)) {
          return true;
        }
      }
      return false;
    } catch (IOException goneOrNotOurs) {
      return false;
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException unreadable) {
      return List.of();
    }
  }
}
