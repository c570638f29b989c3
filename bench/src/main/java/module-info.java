/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Beside the house: measures it against its floors and peers. */
@NullMarked
module dev.atoll.bench {
  requires static org.jspecify;
  requires dev.atoll;
  requires info.picocli;
  requires java.management;
  requires jdk.management;
  requires jmh.core;

  opens dev.atoll.bench to
      info.picocli;
}
