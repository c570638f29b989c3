/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * What statx(2) tells of a file.
 *
 * @param device number of the file system's device, major in the high half
 * @param inode number of the file on that device
 * @param mode type and permission bits
 * @param links number of names
 * @param uid owner
 * @param gid group
 * @param size bytes
 * @param blocks blocks of 512 bytes that are really allocated
 * @param deviceNumber for a device node: the device it stands for, major in the high half
 * @param isDaxSet whether {@code STATX_ATTR_DAX} is set; it does not promise {@code MAP_SYNC}
 */
public record FileStatus(
    long device,
    long inode,
    int mode,
    long links,
    int uid,
    int gid,
    long size,
    long blocks,
    long deviceNumber,
    boolean isDaxSet) {
  private static final int TYPE_MASK = 0xF000;

  /**
   * Tells whether it is a regular file.
   *
   * @return true for S_IFREG
   */
  public boolean isRegularFile() {
    return (mode & TYPE_MASK) == 0x8000;
  }

  /**
   * Tells whether it is a directory.
   *
   * @return true for S_IFDIR
   */
  public boolean isDirectory() {
    return (mode & TYPE_MASK) == 0x4000;
  }

  /**
   * Tells whether it is a character device.
   *
   * @return true for S_IFCHR
   */
  public boolean isCharacterDevice() {
    return (mode & TYPE_MASK) == 0x2000;
  }

  /**
   * Tells whether it is a socket.
   *
   * @return true for S_IFSOCK
   */
  public boolean isSocket() {
    return (mode & TYPE_MASK) == 0xC000;
  }

  /**
   * Tells whether it is a symbolic link.
   *
   * @return true for S_IFLNK
   */
  public boolean isSymbolicLink() {
    return (mode & TYPE_MASK) == 0xA000;
  }

  /**
   * Tells the permission bits alone.
   *
   * @return the low twelve bits of the mode
   */
  public int permissions() {
    return mode & 0xFFF;
  }

  /**
   * Tells how much of the file system the file takes, which may be more than its size (blocks are
   * whole, and there is metadata) or less (holes, compression).
   *
   * @return bytes that are really allocated
   */
  public long allocatedBytes() {
    return blocks * 512;
  }
}
