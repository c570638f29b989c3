/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Floor 5: the command {@code atoll}. */
@NullMarked
module dev.atoll.cli {
  requires static transitive org.jspecify;
  requires dev.atoll;
  requires dev.atoll.posix;
  requires java.logging;
  requires info.picocli;
  requires com.fasterxml.jackson.jr.ob;
  requires org.snakeyaml.engine;

  opens dev.atoll.cli to
      info.picocli;
  opens dev.atoll.cli.tour to
      info.picocli;
}
