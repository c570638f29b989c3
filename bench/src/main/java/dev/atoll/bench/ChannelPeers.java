/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of Aeron, with a driver in this process and with one in a process of its own,
 * and of UCX. Whatever of them does not work is a name with a reason.
 */
final class ChannelPeers implements AutoCloseable {
  private static final String NO_AERON =
      "Aeron's jars are not beside the program: build it with ./atoll or mvn package";
  private static final List<String> AERONS =
      List.of("Aeron IPC, embedded driver", "Aeron IPC, separate driver");
  private static final String UCX = "UCX tag";

  private final Duet duet;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Path[] directories = new Path[PeerEchoes.DRIVERS];
  private final AeronPeer[] aerons = new AeronPeer[PeerEchoes.DRIVERS];
  private final Map<String, String> missing = new LinkedHashMap<>();
  private @Nullable Ucx ucx;

  ChannelPeers(Duet duet) {
    this.duet = duet;
  }

  /** Starts what the partner is to meet. */
  void start() {
    for (int kind = 0; kind < PeerEchoes.DRIVERS; kind++) {
      startAeron(kind);
    }
    if (!Ucx.isInstalled()) {
      missing.put(UCX, Ucx.REMEDY);
      return;
    }
    try {
      Ucx made = Ucx.start();
      duet.note(0, made.address());
      ucx = made;
    } catch (RuntimeException e) {
      missing.put(UCX, PeerEchoes.reason(e));
    }
  }

  private void startAeron(int kind) {
    if (!Peers.has(AeronPeer.CLASS)) {
      missing.put(AERONS.get(kind), NO_AERON);
      return;
    }
    try {
      Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "atoll-bench-aeron");
      directories[kind] = directory;
      if (kind == 0) {
        opened.add(AeronPeer.drive(directory));
      } else {
        Forked driver =
            Forked.start(Peers.command("aeron-driver", directory.toString()), "aeron-driver");
        opened.add(driver);
        driver.awaitLine("ready");
      }
      aerons[kind] = AeronPeer.leader(directory);
    } catch (IOException | RuntimeException e) {
      missing.put(AERONS.get(kind), PeerEchoes.reason(e));
    }
  }

  /** What the partner is told: where the drivers are. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    for (int kind = 0; kind < PeerEchoes.DRIVERS; kind++) {
      arguments.add(aerons[kind] == null ? PeerEchoes.NONE : directories[kind].toString());
    }
    return arguments;
  }

  /** Meets the partner, whose line tells what it has met. */
  void meet(String line) {
    String[] states = line.split("\t", -1);
    for (int kind = 0; kind < PeerEchoes.DRIVERS; kind++) {
      meetAeron(AERONS.get(kind), aerons[kind], states[1 + kind]);
    }
    Ucx own = ucx;
    String state = states[1 + PeerEchoes.DRIVERS];
    if (own != null && state.equals(PeerEchoes.GOOD)) {
      own.connect(duet.note(1));
    } else {
      missing.putIfAbsent(UCX, "the partner: " + state);
    }
    // Both sides have mapped what they need.
    deleteDirectories();
  }

  private void meetAeron(String name, @Nullable AeronPeer own, String state) {
    if (missing.containsKey(name) || own == null) {
      return;
    }
    if (!state.equals(PeerEchoes.GOOD)) {
      missing.put(name, "the partner: " + state);
      return;
    }
    try {
      own.awaitConnected();
    } catch (IllegalStateException e) {
      missing.put(name, PeerEchoes.reason(e));
    }
  }

  /** Those that can be measured. */
  List<Candidate> trips(MemorySegment message, MemorySegment answer) {
    List<Candidate> trips = new ArrayList<>();
    for (int kind = 0; kind < PeerEchoes.DRIVERS; kind++) {
      String name = AERONS.get(kind);
      if (!missing.containsKey(name)) {
        int mode = Duet.AERON_ECHO + kind;
        trips.add(Candidate.of(name, PeerKernels.AeronTrip.class, duet, mode, aerons[kind], name));
      }
    }
    Ucx own = ucx;
    if (own != null && !missing.containsKey(UCX)) {
      trips.add(Candidate.of(UCX, PeerKernels.UcxTrip.class, duet, own, message, answer, UCX));
    }
    return trips;
  }

  /** Those that can be measured. */
  List<Candidate> flows() {
    List<Candidate> flows = new ArrayList<>();
    for (int kind = 0; kind < PeerEchoes.DRIVERS; kind++) {
      String name = AERONS.get(kind);
      if (!missing.containsKey(name)) {
        int mode = Duet.AERON_SINK + kind;
        flows.add(Candidate.of(name, PeerKernels.AeronFlow.class, duet, mode, aerons[kind], name));
      }
    }
    return flows;
  }

  /** Why the others can not. */
  Map<String, String> missing() {
    return missing;
  }

  private void deleteDirectories() {
    for (int kind = 0; kind < PeerEchoes.DRIVERS; kind++) {
      Path directory = directories[kind];
      if (directory != null && Files.exists(directory)) {
        delete(directory);
      }
    }
  }

  private static void delete(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, @Nullable IOException error)
                throws IOException {
              Files.delete(each);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("deleting " + directory, e);
    }
  }

  @Override
  public void close() {
    // Clients and drivers find their files gone when they end, and say so to nobody: this process
    // and that of the driver end now, and the kernel takes the rest back.
    for (AutoCloseable each : opened) {
      if (each instanceof Forked driver) {
        driver.close();
      }
    }
    deleteDirectories();
  }
}
