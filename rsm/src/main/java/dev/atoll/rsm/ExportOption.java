/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.rsm;

/** What an export segment may be told when it is created: flags of rsm_memseg_export_create. */
public enum ExportOption {
  /** {@link ExportSegment#rebind} is allowed later: {@code RSM_ALLOW_REBIND}. */
  ALLOW_REBIND(0x01),

  /**
   * Publishing does not wait for resources: {@code RSM_CREATE_SEG_DONTWAIT}. Publishing never waits
   * for resources here, so this changes nothing; it is taken for programs that know it.
   */
  DONT_WAIT(0x02),

  /**
   * No importer ever holds the memory: get and put go through the device, and map is refused. For
   * users who do not trust each other, since nothing is left in an importer's hands when its
   * connection ends. Not in the original.
   */
  MEDIATED(0x100);

  private final int bit;

  ExportOption(int bit) {
    this.bit = bit;
  }

  int bit() {
    return bit;
  }
}
