/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atoll.link.RsmError;
import dev.atoll.posix.Posix;
import dev.atoll.rsm.Controller;
import dev.atoll.rsm.ExportSegment;
import dev.atoll.rsm.Permission;
import dev.atoll.rsm.Topology;
import org.junit.jupiter.api.Test;

/** Controllers, their references, and the topology. Over both carriers. */
abstract class ControllerContract extends ContractFixture {
  @Test
  void theSameNameGivesTheSameControllerAndEachGetNeedsARelease() {
    Controller first = importer.controller("loopback");
    Controller second = importer.controller("loopback");
    assertThat(second).isSameAs(first);
    first.release();
    assertThat(second.attributes().pageSize()).isEqualTo(Posix.system().pageSize());
    second.release();
    assertRefused(RsmError.BAD_CTLR_HNDL, first::release);
  }

  @Test
  void namesIgnoreCaseAndLoopbackItsNumber() {
    try (Controller one = importer.controller("loopback");
        Controller two = importer.controller("LoopBack3");
        Controller unnamed = importer.controller()) {
      assertThat(two).isSameAs(one);
      assertThat(unnamed).isSameAs(one);
    }
  }

  @Test
  void refusesAControllerThatTheNodeLacks() {
    assertRefused(RsmError.CTLR_NOT_PRESENT, () -> importer.controller("nosuch7"));
    assertRefused(RsmError.CTLR_NOT_PRESENT, () -> importer.controller(""));
  }

  @Test
  void aReleasedControllerIsOfNoUseButItsSegmentsLiveOn() {
    Controller released = exporter.controller("loopback");
    ExportSegment segment = released.export(memory);
    released.release();
    assertRefused(RsmError.CTLR_NOT_PRESENT, released::attributes);
    assertRefused(RsmError.BAD_CTLR_HNDL, () -> released.export(memory));
    assertRefused(
        RsmError.BAD_CTLR_HNDL, () -> released.connect(exporter.nodeId(), ID, Permission.READ));
    segment.publish(ID);
    try (Controller again = exporter.controller("loopback")) {
      assertThat(again).isNotSameAs(released);
      again.connect(exporter.nodeId(), ID, Permission.READ).close();
    }
    segment.destroy();
  }

  @Test
  void loopbackNamesNoBoundsOnSizesAndMakesAnySize() {
    try (Controller loopback = exporter.controller("loopback");
        var big = exporter.allocate(64L << 20);
        ExportSegment segment = loopback.export(big)) {
      assertThat(loopback.attributes().maxExportSegmentBytes()).isZero();
      assertThat(loopback.attributes().directAccessSizes()).isEqualTo(15);
      assertThat(segment.publish(0)).isNotZero();
    }
  }

  @Test
  void theTopologyNamesThisNodeAndNotLoopback() {
    Topology topology = importer.topology();
    assertThat(topology.localNodeId()).isEqualTo(importer.nodeId());
    assertThat(topology.connections()).isEmpty();
    assertThat(Topology.PathState.ACTIVE.number()).isEqualTo(3);
  }
}
