/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A file that comes to be whole or not at all.
 *
 * <p>It is written under another name beside its place, brought to the medium, and then gets its
 * name in one step. Closing it before {@link #commit} removes what was written; only `kill -9` and
 * a power failure leave the file with the other name.
 */
final class FileTarget implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(FileTarget.class.getName());
  private static final int BLOCK_BYTES = 4096;

  /** More files than this of one process beside one place were left by processes that died. */
  private static final int TEMPORARIES_MOST = 1_000;

  /** What gives a file a second name: a file system may be without (link(2)). */
  interface Linking {
    void link(Path name, Path existing) throws IOException;
  }

  private final Path place;
  private final Path temporary;
  private final Linking linking;
  private final boolean isReplacing;
  private final boolean isSparse;
  private final FileChannel channel;
  private long sizeBytes;
  private boolean isCommitted;

  private FileTarget(
      Path place, Temporary temporary, Linking linking, boolean isReplacing, boolean isSparse) {
    this.place = place;
    this.temporary = temporary.path;
    this.channel = temporary.channel;
    this.linking = linking;
    this.isReplacing = isReplacing;
    this.isSparse = isSparse;
  }

  private record Temporary(Path path, FileChannel channel) {}

  /**
   * Begins a file. One that replaces another is as open to others as that was, from the start.
   *
   * @param path its name; what a symbolic link there names is meant
   * @param isReplacing whether a regular file of that name may be replaced
   * @param isSparse whether blocks of zeros become holes
   */
  static FileTarget begin(Path path, boolean isReplacing, boolean isSparse) throws IOException {
    return begin(path, isReplacing, isSparse, Files::createLink);
  }

  static FileTarget begin(Path path, boolean isReplacing, boolean isSparse, Linking linking)
      throws IOException {
    Path place = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    refuseUnlessFree(place, isReplacing);
    if (place.getFileName() == null) {
      throw taken(place, "is no name for a file");
    }
    Optional<FileRights> old = FileRights.of(place);
    Temporary temporary = open(place, old.isPresent());
    var target = new FileTarget(place, temporary, linking, isReplacing, isSparse);
    boolean isDone = false;
    try {
      if (old.isPresent()) {
        old.get().giveTo(temporary.path);
      }
      isDone = true;
      return target;
    } finally {
      if (!isDone) {
        target.close();
      }
    }
  }

  /** Its name is short whatever the place's is, so that it fits where that does. */
  private static Temporary open(Path place, boolean isPrivate) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    FileAttribute<?>[] attributes =
        isPrivate ? new FileAttribute<?>[] {FileRights.PRIVATE} : new FileAttribute<?>[0];
    for (int i = 1; ; i++) {
      String name = ".atoll-" + ProcessHandle.current().pid() + "-" + i + ".tmp";
      Path path = place.resolveSibling(name);
      try {
        return new Temporary(path, FileChannel.open(path, options, attributes));
      } catch (FileAlreadyExistsException e) {
        if (i == TEMPORARIES_MOST) {
          throw e;
        }
      }
    }
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
    makeNameDurable();
  }

  /** A rename would replace a file that somebody made meanwhile; a link does not (link(2)). */
  private void nameIfFree() throws IOException {
    try {
      linking.link(place, temporary);
    } catch (FileAlreadyExistsException e) {
      throw madeMeanwhile();
    } catch (UnsupportedOperationException | FileSystemException e) {
      // vfat, exfat and many file systems in user space have no second names.
      moveIfFree(e);
      return;
    }
    Files.delete(temporary);
  }

  private void moveIfFree(Exception unlinked) throws IOException {
    try {
      Files.move(temporary, place);
    } catch (FileAlreadyExistsException e) {
      throw madeMeanwhile();
    } catch (IOException e) {
      e.addSuppressed(unlinked);
      throw e;
    }
  }

  private Refusal madeMeanwhile() {
    return taken(place, "was made by somebody else meanwhile; give --force to replace it");
  }

  /** A name is durable when its directory is (fsync(2), "NOTES"). */
  private void makeNameDurable() throws IOException {
    Path directory = place.getParent();
    if (directory == null) {
      return;
    }
    FileChannel names;
    try {
      names = FileChannel.open(directory, StandardOpenOption.READ);
    } catch (AccessDeniedException e) {
      // A directory that may be written and not read can not be opened to be flushed.
      LOG.log(System.Logger.Level.DEBUG, "event=directory-not-flushed path=" + directory, e);
      return;
    }
    try (names) {
      names.force(true);
    }
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
