/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import dev.atoll.link.LinkLimits;
import dev.atoll.posix.FileSystemStatus;
import java.time.Duration;
import java.util.Set;

/**
 * What a device may be told; {@link #standard()} suits tests and single hosts.
 *
 * @param nodeId the node this device is, 1 to 64
 * @param users who may open sessions
 * @param revocationTimeout how long an unpublish waits for importers to swap their mappings
 * @param greetingTimeout how long a new connection may take to greet
 * @param quotas how much of the device its users may take
 * @param fileSystems magic numbers of the file systems whose files may be exported: those whose
 *     server is the kernel, so that an access can not be held up by a program
 */
public record DeviceConfig(
    int nodeId,
    Users users,
    Duration revocationTimeout,
    Duration greetingTimeout,
    Quotas quotas,
    Set<Long> fileSystems) {
  /** Who may open sessions. */
  public enum Users {
    /** The uid the device runs as, and root. */
    SAME,
    /** Every user of the host; each is known by the kernel's word. */
    ANY
  }

  private static final Set<Long> KERNEL_FILE_SYSTEMS =
      Set.of(
          FileSystemStatus.TMPFS_MAGIC,
          FileSystemStatus.EXT_MAGIC,
          FileSystemStatus.XFS_MAGIC,
          FileSystemStatus.BTRFS_MAGIC,
          FileSystemStatus.F2FS_MAGIC,
          FileSystemStatus.OVERLAYFS_MAGIC,
          FileSystemStatus.ZFS_MAGIC);

  /** Checks the numbers and copies the set. */
  public DeviceConfig {
    if (nodeId < 1 || nodeId > LinkLimits.NODE_ID_MAX) {
      throw new IllegalArgumentException("nodeId=" + nodeId + " is not from 1 to 64");
    }
    if (revocationTimeout.isNegative() || greetingTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "revocationTimeout=" + revocationTimeout + " greetingTimeout=" + greetingTimeout);
    }
    fileSystems = Set.copyOf(fileSystems);
  }

  /**
   * Gives the defaults: node 1, the same user only, five seconds for either wait.
   *
   * @return the configuration
   */
  public static DeviceConfig standard() {
    return new DeviceConfig(
        1,
        Users.SAME,
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Quotas.standard(),
        KERNEL_FILE_SYSTEMS);
  }

  /**
   * Gives the same configuration with other users.
   *
   * @param next who may open sessions
   * @return the changed copy
   */
  public DeviceConfig withUsers(Users next) {
    return new DeviceConfig(nodeId, next, revocationTimeout, greetingTimeout, quotas, fileSystems);
  }

  /**
   * Gives the same configuration with another bound for revocations.
   *
   * @param next how long an unpublish waits for importers
   * @return the changed copy
   */
  public DeviceConfig withRevocationTimeout(Duration next) {
    return new DeviceConfig(nodeId, users, next, greetingTimeout, quotas, fileSystems);
  }

  /**
   * Gives the same configuration with other quotas.
   *
   * @param next how much of the device its users may take
   * @return the changed copy
   */
  public DeviceConfig withQuotas(Quotas next) {
    return new DeviceConfig(nodeId, users, revocationTimeout, greetingTimeout, next, fileSystems);
  }
}
