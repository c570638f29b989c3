/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProcessCallsTest {
  private final Posix posix = Posix.system();

  @Test
  void identityIsThatOfOurFiles() throws IOException {
    assertThat(posix.effectiveUid())
        .isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    assertThat(posix.effectiveGid())
        .isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    assertThat(posix.umask()).isBetween(0, 0777);
  }

  @Test
  void maskThatIsSetIsTheMaskThatIsRead() {
    int before = posix.umask();
    try {
      posix.setUmask(027);
      assertThat(posix.umask()).isEqualTo(027);
    } finally {
      posix.setUmask(before);
    }
    assertThat(posix.umask()).isEqualTo(before);
  }

  @Test
  void affinityIsOfTheCallingThreadAlone() throws InterruptedException {
    BitSet before = posix.affinity();
    assertThat(before.cardinality()).isPositive();
    var one = new BitSet();
    one.set(before.nextSetBit(0));
    BitSet[] seen = new BitSet[1];
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              posix.setAffinity(one);
              seen[0] = posix.affinity();
            });
    thread.join();
    assertThat(seen[0]).isEqualTo(one);
    assertThat(posix.affinity()).isEqualTo(before);
    Expect.errno(Errno.EINVAL, () -> posix.setAffinity(new BitSet()));
  }

  @Test
  void processDescriptorIsReadableOnceTheProcessIsDead() throws Exception {
    Process child = new ProcessBuilder("cat").start();
    int number = posix.processDescriptor(child.pid());
    assertThat(number).isNotNegative();
    try (Descriptor process = new Descriptor(posix, number, "child")) {
      var set = new PollSet(1);
      set.add(process, WaitCalls.POLLIN);
      assertThat(posix.poll(set, 0)).isZero();
      child.destroyForcibly();
      assertThat(posix.poll(set, 30_000_000_000L)).isEqualTo(1);
      // And POLLHUP once its parent has taken note.
      assertThat(set.happened(0) & WaitCalls.POLLIN).isEqualTo(WaitCalls.POLLIN);
      child.waitFor();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void processThatIsNotThereHasNoDescriptor() {
    assertThat(posix.processDescriptor(4_194_304)).isEqualTo(-Errno.ESRCH.number());
    assertThat(posix.processDescriptor(-1)).isEqualTo(-Errno.EINVAL.number());
  }

  @Test
  void yieldReturns() {
    posix.yieldProcessor();
  }
}
