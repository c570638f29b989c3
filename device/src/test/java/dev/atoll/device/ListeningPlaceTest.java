/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atoll.link.DeviceDirectory;
import dev.atoll.link.LinkException;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a device finds where it wants to listen. */
@Timeout(60)
class ListeningPlaceTest {
  @TempDir Path temporary;
  private final Posix posix = Posix.system();
  private DeviceDirectory directory;

  @BeforeEach
  void nameTheDirectory() {
    directory = new DeviceDirectory(temporary.resolve("device"));
  }

  private ListeningPlace take() {
    return ListeningPlace.take(posix, directory, DeviceConfig.Users.SAME);
  }

  private void makeDirectory() {
    directory.make(posix, "rwx------");
  }

  private static void assertRefused(ThrowingCallable action, String... words) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            LinkException.class, e -> assertThat(e.code()).isEqualTo(LinkException.REFUSED))
        .hasMessageContainingAll(words);
  }

  private static void makeFifo(Path path) throws IOException, InterruptedException {
    Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
    assertThat(made.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(made.exitValue()).isZero();
  }

  @Test
  void onlyTheHolderOfTheLockTakesThePlace() {
    ListeningPlace first = take();

    assertThatThrownBy(this::take)
        .isInstanceOfSatisfying(
            LinkException.class, e -> assertThat(e.code()).isEqualTo(LinkException.TAKEN));
    first.close();
    take().close();
  }

  @Test
  void replacesTheSocketOfADeadDevice() {
    ListeningPlace first = take();
    first.listen().close();
    assertThat(directory.socket()).exists();
    // A dead device has lost its lock and left its socket.
    copyAway(first);

    try (ListeningPlace second = take();
        Descriptor socket = second.listen()) {
      assertThat(socket.isOpen()).isTrue();
    }
    assertThat(directory.socket()).doesNotExist();
  }

  private void copyAway(ListeningPlace place) {
    Path kept = temporary.resolve("kept.sock");
    try {
      Files.move(directory.socket(), kept);
      place.close();
      Files.move(kept, directory.socket());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void refusesALockThatIsASymbolicLink() throws IOException {
    makeDirectory();
    Path elsewhere = Files.createFile(temporary.resolve("elsewhere"));
    Files.createSymbolicLink(directory.lock(), elsewhere);

    assertRefused(this::take, "device.lock", "symbolic link");
  }

  @Test
  void refusesALockThatIsAFifo() throws Exception {
    makeDirectory();
    makeFifo(directory.lock());

    assertRefused(this::take, "device.lock", "is no file");
  }

  @Test
  void refusesALockThatIsADirectory() throws IOException {
    makeDirectory();
    Files.createDirectory(directory.lock());

    assertRefused(this::take, "device.lock", "is no file");
  }

  @Test
  void refusesALockOfAStranger() throws IOException {
    Assumptions.assumeTrue(posix.effectiveUid() == 0, "only root can make files of others");
    makeDirectory();
    Files.createFile(directory.lock());
    Files.setAttribute(directory.lock(), "unix:uid", 12345);

    assertRefused(this::take, "device.lock", "12345");
  }

  @Test
  void refusesToRemoveWhatIsNoSocket() throws Exception {
    makeDirectory();
    Path elsewhere = Files.createFile(temporary.resolve("elsewhere"));

    Files.createSymbolicLink(directory.socket(), elsewhere);
    assertRefused(this::take, "device.sock", "is no socket");
    Files.delete(directory.socket());

    makeFifo(directory.socket());
    assertRefused(this::take, "device.sock", "is no socket");
    Files.delete(directory.socket());

    Files.createFile(directory.socket());
    assertRefused(this::take, "device.sock", "is no socket");
    Files.delete(directory.socket());

    // Each refusal has given the lock back.
    take().close();
    assertThat(elsewhere).exists();
  }

  @Test
  void refusesTheSocketOfAStranger() throws IOException {
    Assumptions.assumeTrue(posix.effectiveUid() == 0, "only root can make files of others");
    ListeningPlace first = take();
    first.listen().close();
    Files.setAttribute(directory.socket(), "unix:uid", 12345);
    copyAway(first);

    assertRefused(this::take, "device.sock", "12345");
  }

  @Test
  void refusesADirectoryThatIsASymbolicLink() throws IOException {
    Path real = Files.createDirectory(temporary.resolve("real"));
    Files.createSymbolicLink(directory.path(), real);

    assertRefused(this::take, "is not a directory");
  }
}
