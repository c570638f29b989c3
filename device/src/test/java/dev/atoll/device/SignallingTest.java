/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.Notification;
import dev.atoll.link.Reply;
import dev.atoll.link.Request;
import dev.atoll.link.SignalSlot;
import dev.atoll.link.SignalSlotLayout;
import dev.atoll.memory.MapRequest;
import dev.atoll.memory.MappedRange;
import dev.atoll.posix.Descriptor;
import dev.atoll.posix.MemoryCalls;
import dev.atoll.posix.PeerCredentials;
import dev.atoll.posix.Posix;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much a post may do at once, and what becomes of the rest. */
class SignallingTest {
  private static final int POSTS = 1_000;

  private final Posix posix = Posix.system();
  private final Ports ports = new Ports();
  private final Signalling signalling = new Signalling(ports);
  private final SignalPages pages = SignalPages.create(posix);
  private final MappedRange slots =
      MappedRange.map(
          posix,
          new MapRequest(
              SignalSlotLayout.TOTAL_BYTES,
              MemoryCalls.PROT_READ,
              MemoryCalls.MAP_SHARED,
              pages.files().getFirst(),
              0,
              "signal pages of a test"));
  private final ClientSession session =
      new ClientSession(1, new PeerCredentials(1, 1, 1, List.of()), new Deaf());
  private final List<Long> imports = new ArrayList<>();
  private long export;

  @AfterEach
  void close() {
    slots.close();
    pages.close();
  }

  private static final class Deaf implements Outbound {
    @Override
    public void reply(long correlation, Reply reply, List<Descriptor> borrowed) {}

    @Override
    public boolean notify(Notification notification, List<Descriptor> borrowed) {
      return true;
    }

    @Override
    public void cut() {}
  }

  private static final class Ports implements AgentPorts {
    private final Deque<Runnable> timers = new ArrayDeque<>();

    @Override
    public <T> boolean transfer(
        Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      throw new AssertionError();
    }

    @Override
    public <T> boolean work(Callable<T> task, BiConsumer<@Nullable T, @Nullable Throwable> onLoop) {
      throw new AssertionError();
    }

    @Override
    public void close(Descriptor descriptor) {
      throw new AssertionError();
    }

    @Override
    public boolean requestStop() {
      throw new AssertionError();
    }

    @Override
    public void later(Runnable action) {
      throw new AssertionError();
    }

    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public void after(long delayNanos, Runnable action) {
      timers.add(action);
    }
  }

  private void exportWithImports(int count) {
    session.greeted(pages);
    // No call of signalling looks at the files of an export.
    var state =
        new ExportSegmentState(
            session,
            new Request.ExportCreate(4096, 0, false, 0600, 0),
            new ExportFiles(
                pages.files().getFirst(), pages.files().getFirst(), pages.files().get(1), true, 1),
            new LentMemory(0));
    export = session.handles().add(state);
    state.setHandle(export);
    pages.begin(export);
    for (int i = 0; i < count; i++) {
      var each = new ImportSegmentState(session, state, 0, false);
      long handle = session.handles().add(each);
      each.setHandle(handle);
      pages.begin(handle);
      state.imports().add(each);
      imports.add(handle);
    }
  }

  private void postMany() {
    for (int i = 0; i < POSTS; i++) {
      signalling.post(session, 0, new Request.SignalPost(export, 0));
    }
  }

  private long delivered() {
    return imports.stream()
        .mapToLong(each -> SignalSlot.of(slots.segment(), each).postedAcquire())
        .sum();
  }

  @Test
  void postsInARowToManyImportsWaitForALaterTurn() {
    exportWithImports(Signalling.TARGETS_PER_TURN);
    postMany();
    assertThat(delivered()).isEqualTo(Signalling.TARGETS_PER_TURN);
    while (!ports.timers.isEmpty()) {
      ports.timers.remove().run();
      assertThat(ports.timers.size()).isLessThanOrEqualTo(1);
    }
    assertThat(delivered()).isEqualTo((long) POSTS * Signalling.TARGETS_PER_TURN);
  }

  @Test
  void aPostToFewImportsIsDeliveredAtOnce() {
    exportWithImports(Signalling.TARGETS_AT_ONCE);
    postMany();
    assertThat(delivered()).isEqualTo((long) POSTS * Signalling.TARGETS_AT_ONCE);
    assertThat(ports.timers).isEmpty();
  }
}
