/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteTest {
  @AfterEach
  void takeTheHookAway() {
    Site.install(null);
  }

  @Test
  void tellsTheHookWhichSiteIsReached() {
    List<String> heard = new ArrayList<>();
    Site.install(heard::add);

    Site.hit("test.first");
    Site.install(null);
    Site.hit("test.second");

    assertThat(heard).containsExactly("test.first");
  }

  @Test
  void letsAHookFailTheStep() {
    Site.install(site -> {
      throw new IllegalStateException(site);
    });

    assertThatThrownBy(() -> Site.hit("test.failing")).hasMessage("test.failing");
  }

  @Test
  void holdsTheThreadAtTheVisitThatWasAskedFor() throws InterruptedException {
    Site.Hook hook = SiteHooks.parse("hold:test.held:2");
    var firstPassed = new CountDownLatch(1);
    Thread visitor =
        Thread.ofPlatform()
            .daemon(true)
            .start(() -> {
              hook.reached("test.held");
              firstPassed.countDown();
              hook.reached("test.held");
            });
    firstPassed.await();
    while (visitor.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    visitor.interrupt();
    // Still there: an interrupt does not free it.
    while (visitor.isInterrupted()) {
      Thread.onSpinWait();
    }
    assertThat(visitor.isAlive()).isTrue();
  }

  @Test
  void writesEachSiteDownOnce(@TempDir Path directory) throws IOException {
    Site.Hook hook = SiteHooks.parse("record:" + directory);
    hook.reached("test.a");
    hook.reached("test.b");
    hook.reached("test.a");

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(Files.readAllLines(files.findFirst().orElseThrow()))
          .containsExactly("test.a", "test.b");
    }
  }

  @Test
  void refusesAWordItDoesNotKnow() {
    assertThatThrownBy(() -> SiteHooks.parse("trace,explode"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("explode");
  }
}
