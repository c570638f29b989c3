/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.posix;

/**
 * What fstatfs(2) tells of a file system.
 *
 * @param magic the type's number, as in linux/magic.h
 * @param blockSize bytes in a block
 * @param blocksFree blocks free to an ordinary user
 */
public record FileSystemStatus(long magic, long blockSize, long blocksFree) {
  /** Memory without a disk below it; msync succeeds there and makes nothing durable. */
  public static final long TMPFS_MAGIC = 0x01021994L;

  /** Memory without a disk below it and without a limit. */
  public static final long RAMFS_MAGIC = 0x858458f6L;

  /** Memory in huge pages. */
  public static final long HUGETLBFS_MAGIC = 0x958458f6L;

  /** The ext2, ext3 and ext4 file systems. */
  public static final long EXT_MAGIC = 0xEF53L;

  /** The XFS file system. */
  public static final long XFS_MAGIC = 0x58465342L;

  /** The Btrfs file system. */
  public static final long BTRFS_MAGIC = 0x9123683EL;

  /** The F2FS file system. */
  public static final long F2FS_MAGIC = 0xF2F52010L;

  /** Stacked file systems of containers. */
  public static final long OVERLAYFS_MAGIC = 0x794c7630L;

  /** A file system whose server is a user-space program. */
  public static final long FUSE_MAGIC = 0x65735546L;

  /** A file system whose server is another host. */
  public static final long NFS_MAGIC = 0x6969L;

  /** The ZFS file system. */
  public static final long ZFS_MAGIC = 0x2fc12fc1L;

  /**
   * Names the type.
   *
   * @return a short name such as {@code ext4} or {@code tmpfs}, else the number in hexadecimal
   */
  public String name() {
    if (magic == TMPFS_MAGIC) {
      return "tmpfs";
    }
    if (magic == RAMFS_MAGIC) {
      return "ramfs";
    }
    if (magic == HUGETLBFS_MAGIC) {
      return "hugetlbfs";
    }
    if (magic == EXT_MAGIC) {
      return "ext4";
    }
    if (magic == XFS_MAGIC) {
      return "xfs";
    }
    if (magic == BTRFS_MAGIC) {
      return "btrfs";
    }
    if (magic == F2FS_MAGIC) {
      return "f2fs";
    }
    if (magic == OVERLAYFS_MAGIC) {
      return "overlay";
    }
    if (magic == FUSE_MAGIC) {
      return "fuse";
    }
    if (magic == NFS_MAGIC) {
      return "nfs";
    }
    if (magic == ZFS_MAGIC) {
      return "zfs";
    }
    return "0x" + Long.toHexString(magic);
  }

  /**
   * Tells whether nothing lies below it but memory, so that no flush makes anything durable. A
   * stacked file system does not tell what it is stacked on.
   *
   * @return true for tmpfs, ramfs and hugetlbfs
   */
  public boolean isVolatile() {
    return magic == TMPFS_MAGIC || magic == RAMFS_MAGIC || magic == HUGETLBFS_MAGIC;
  }

  /**
   * Tells the free space.
   *
   * @return bytes free to an ordinary user
   */
  public long bytesFree() {
    return blocksFree * blockSize;
  }
}
