/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.pmem;

/**
 * What a mapping is, settled when it was made.
 *
 * @param mode how the pages relate to the file
 * @param media what the file lies on
 * @param probe how the kernel answered a request for {@code MAP_SYNC}
 * @param decision how it is flushed
 */
record MappingNature(MapMode mode, Media media, SyncProbe probe, Decision decision) {

  PersistenceDomain domain() {
    return mode == MapMode.PRIVATE ? PersistenceDomain.NONE : decision.domain(media);
  }

  Granularity granularity() {
    return mode == MapMode.PRIVATE ? Granularity.PAGE : decision.granularity();
  }
}
