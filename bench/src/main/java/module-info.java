/* SPDX-License-Identifier: Apache-2.0 */
import org.jspecify.annotations.NullMarked;

/** Beside the house: measures it against its floors and peers. */
@NullMarked
module dev.atoll.bench {
  requires static org.jspecify;
  requires dev.atoll;
  requires dev.atoll.lnet;
  requires info.picocli;
  requires java.management;
  requires jdk.management;
  requires jmh.core;
  // Peers: on the class path of the processes that are measured beside them, and nowhere else.
  requires static io.aeron.client;
  requires static io.aeron.driver;
  requires static org.agrona;

  opens dev.atoll.bench to
      info.picocli;
}
