/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A file that comes to be whole or not at all.
 *
 * <p>It is written under another name beside its place, brought to the medium, and then gets its
 * name in one step. Closing it before {@link #commit} removes what was written; only `kill -9` and
 * a power failure leave the file with the other name.
 */
final class FileTarget implements AutoCloseable {
  private static final int BLOCK_BYTES = 4096;

  private final Path place;
  private final Path temporary;
  private final boolean isReplacing;
  private final boolean isSparse;
  private final FileChannel channel;
  private long sizeBytes;
  private boolean isCommitted;

  private FileTarget(
      Path place, Path temporary, boolean isReplacing, boolean isSparse, FileChannel channel) {
    this.place = place;
    this.temporary = temporary;
    this.isReplacing = isReplacing;
    this.isSparse = isSparse;
    this.channel = channel;
  }

  /**
   * Begins a file.
   *
   * @param path its name; what a symbolic link there names is meant
   * @param isReplacing whether a regular file of that name may be replaced
   * @param isSparse whether blocks of zeros become holes
   */
  static FileTarget begin(Path path, boolean isReplacing, boolean isSparse) throws IOException {
    Path place = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    refuseUnlessFree(place, isReplacing);
    Path name = place.getFileName();
    if (name == null) {
      throw taken(place, "is no name for a file");
    }
    Path temporary =
        place.resolveSibling("." + name + ".atoll-" + ProcessHandle.current().pid() + ".tmp");
    FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    return new FileTarget(place, temporary, isReplacing, isSparse, channel);
  }

  private static void refuseUnlessFree(Path place, boolean isReplacing) {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)) {
      throw taken(place, "exists and is no regular file; copy to - and redirect that");
    }
    if (!isReplacing) {
      throw taken(place, "exists; give --force to replace it, or another name");
    }
  }

  private static Refusal taken(Path place, String why) {
    return new Refusal(ExitCode.FAILED, "EEXIST", place + " " + why);
  }

  void write(long at, byte[] bytes, int used) throws IOException {
    int step = isSparse ? BLOCK_BYTES : Math.max(1, used);
    for (int done = 0; done < used; done += step) {
      int count = Math.min(step, used - done);
      if (!isSparse || !isZero(bytes, done, count)) {
        writeFully(at + done, ByteBuffer.wrap(bytes, done, count));
      }
    }
    sizeBytes = at + used;
  }

  private static boolean isZero(byte[] bytes, int from, int count) {
    return bytes[from] == 0
        && Arrays.equals(bytes, from, from + count - 1, bytes, from + 1, from + count);
  }

  private void writeFully(long at, ByteBuffer source) throws IOException {
    long position = at;
    while (source.hasRemaining()) {
      position += channel.write(source, position);
    }
  }

  /** Gives the file its name; nothing is written afterwards. */
  void commit() throws IOException {
    if (channel.size() < sizeBytes) {
      // A hole at the end: one byte of it makes the length.
      writeFully(sizeBytes - 1, ByteBuffer.wrap(new byte[1]));
    }
    channel.force(true);
    if (isReplacing) {
      Files.move(
          temporary, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } else {
      nameIfFree();
    }
    isCommitted = true;
  }

  /** A rename would replace a file that somebody made meanwhile; a link does not (link(2)). */
  private void nameIfFree() throws IOException {
    try {
      Files.createLink(place, temporary);
    } catch (FileAlreadyExistsException e) {
      throw taken(place, "was made by somebody else meanwhile; give --force to replace it");
    } catch (UnsupportedOperationException e) {
      Files.move(temporary, place);
      return;
    }
    Files.delete(temporary);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      if (!isCommitted) {
        Files.deleteIfExists(temporary);
      }
    }
  }
}
