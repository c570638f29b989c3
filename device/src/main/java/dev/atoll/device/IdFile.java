/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.device;

import static dev.atoll.device.IdFileLayout.BYTES;
import static dev.atoll.device.IdFileLayout.COMPLEMENT_AT;
import static dev.atoll.device.IdFileLayout.END_AT;
import static dev.atoll.device.IdFileLayout.MAGIC;
import static dev.atoll.device.IdFileLayout.MAGIC_AT;
import static dev.atoll.device.IdFileLayout.RESERVED_AT;
import static dev.atoll.device.IdFileLayout.VERSION;
import static dev.atoll.device.IdFileLayout.VERSION_AT;

import dev.atoll.base.Site;
import dev.atoll.link.DeviceDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The file that remembers, over restarts of a device, which system-assigned ids were promised.
 *
 * <p>It is not flushed: ids must differ until the host starts anew, and the page cache lives as
 * long. For the thread that starts the device, then for its workers, one at a time.
 */
final class IdFile {
  private final DeviceDirectory directory;

  IdFile(DeviceDirectory directory) {
    this.directory = directory;
  }

  /** Reads the first id that was never promised; the least there is if there is no file. */
  long readEnd() {
    Path path = directory.ids();
    byte[] bytes;
    try (InputStream input =
        Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      bytes = input.readNBytes(BYTES + 1);
    } catch (NoSuchFileException e) {
      return AssignedIds.FIRST;
    } catch (IOException e) {
      throw new UncheckedIOException("The id file " + path + " can not be read", e);
    }
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean isWhole =
        bytes.length == BYTES
            && file.getLong(MAGIC_AT) == MAGIC
            && file.getInt(VERSION_AT) == VERSION
            && file.getInt(RESERVED_AT) == 0
            && file.getLong(COMPLEMENT_AT) == ~file.getLong(END_AT);
    long end = isWhole ? file.getLong(END_AT) : -1;
    if (end < AssignedIds.FIRST || end > AssignedIds.LIMIT) {
      throw directory.strange(path, "is no id file of version " + VERSION, null);
    }
    return end;
  }

  /** Replaces the file: whoever reads it sees the old or the new one. */
  void writeEnd(long end) {
    ByteBuffer file =
        ByteBuffer.allocate(BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(MAGIC_AT, MAGIC)
            .putInt(VERSION_AT, VERSION)
            .putLong(END_AT, end)
            .putLong(COMPLEMENT_AT, ~end);
    Path next = directory.path().resolve("device.ids.next");
    try {
      // What a device that died here has left; the lock says that it is not being written.
      Files.deleteIfExists(next);
      Files.write(next, file.array(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Site.hit("ids.written");
      Files.move(next, directory.ids(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("The id file " + directory.ids() + " can not be written", e);
    }
    Site.hit("ids.promised");
  }
}
