/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is on its way for an import while its memory changes. */
class ImportSegmentStateTest {
  private final ImportSegmentState state = new ImportSegmentState(null, null, 0600, true);

  @Test
  void aTransferThatOutlastsTwoChangesOfMemoryIsCountedOnce() {
    int begunOn = state.beginTransfer();
    assertThat(state.rebound()).isTrue();
    assertThat(state.rebound()).as("the first change was given up").isTrue();
    int next = state.beginTransfer();
    state.endTransfer(begunOn);
    assertThat(state.isMovingOld()).isFalse();
    assertThat(state.isMoving()).isTrue();
    state.endTransfer(next);
    assertThat(state.isMoving()).isFalse();
    state.beginTransfer();
    assertThat(state.isMoving()).as("never fewer than none").isTrue();
  }
}
