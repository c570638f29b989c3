/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of the answer of a call whose caller was interrupted. */
@Timeout(60)
class CallTableTest {
  private static final long HANDLE = 1L << Integer.SIZE;
  private static final Request.ExportPublish PUBLISH =
      new Request.ExportPublish(HANDLE, 0x600000, List.of());

  private final Queue<Object> steps = new ConcurrentLinkedQueue<>();
  private final CallTable table = new CallTable(request -> steps.add("back " + request));

  static Stream<Request> ofTheSamePublication() {
    return Stream.of(
        PUBLISH,
        new Request.ExportUnpublish(HANDLE),
        new Request.ExportRepublish(HANDLE, List.of()));
  }

  private CallTable.Call interruptedPublish() throws InterruptedException {
    CallTable.Call call = table.begin(PUBLISH);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> table.await(call)).isInstanceOf(InterruptedException.class);
    return call;
  }

  private Thread startNext(Request next) {
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                steps.add(table.begin(next).request());
              } catch (InterruptedException e) {
                steps.add(e);
              }
            });
    while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return thread;
  }

  /** Or an unpublish and another publish came first, and the taking back met that one. */
  @ParameterizedTest
  @MethodSource("ofTheSamePublication")
  void whatComesAfterAnInterruptedPublishWaitsUntilThatIsTakenBack(Request next)
      throws InterruptedException {
    CallTable.Call call = interruptedPublish();
    Thread thread = startNext(next);
    assertThat(table.complete(call.correlation(), new Reply.Published(0x600000), List.of()))
        .isTrue();
    thread.join();
    assertThat(steps).containsExactly("back " + new Request.ExportUnpublish(HANDLE), next);
  }

  @ParameterizedTest
  @MethodSource("ofTheSamePublication")
  void nothingWaitsForAPublishThatIsLost(Request next) throws InterruptedException {
    CallTable.Call _ = interruptedPublish();
    Thread thread = startNext(next);
    table.failAll();
    thread.join();
    assertThat(steps).containsExactly(next);
  }

  @ParameterizedTest
  @MethodSource("ofTheSamePublication")
  void aWaiterCanBeInterrupted(Request next) throws InterruptedException {
    CallTable.Call _ = interruptedPublish();
    Thread thread = startNext(next);
    thread.interrupt();
    thread.join();
    assertThat(steps).hasOnlyElementsOfType(InterruptedException.class).hasSize(1);
  }
}
