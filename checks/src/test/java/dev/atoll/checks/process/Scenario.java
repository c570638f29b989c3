/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One run through everything that a device, an exporter and an importer do for each other, as
 * commands for {@link Role}. The kill suite runs it with a process held at each step.
 */
final class Scenario {
  /** Who acts. */
  enum Actor {
    EXPORTER,
    IMPORTER
  }

  /**
   * One command.
   *
   * @param actor who gets it
   * @param command what it is
   */
  record Step(Actor actor, String command) {}

  private static final int RECORDS = 3;

  private final List<Step> steps = new ArrayList<>();

  private Scenario() {}

  /** The whole run, on a device's directory and an own file. */
  static List<Step> steps(Path device, Path file) {
    var scenario = new Scenario();
    scenario.exporterBegins(device, file);
    scenario.importerUses(device);
    scenario.bothEnd(file);
    return List.copyOf(scenario.steps);
  }

  private void exporterBegins(Path device, Path file) {
    exporter("attach " + device);
    exporter("file f " + file + " 65536");
    for (int i = 0; i < RECORDS; i++) {
      exporter("append f");
    }
    exporter("export x f");
    exporter("publish x 600000 0600");
  }

  private void importerUses(Path device) {
    importer("attach " + device);
    importer("connect c 600000 READ_WRITE");
    importer("put c 32768 hello");
    importer("get c 32768 5");
    importer("map w c 0 4096 READ");
    importer("load w 0");
    importer("post c");
    exporter("await x 20000");
    exporter("post x");
    importer("await c 20000");
    exporter("append f");
  }

  private void bothEnd(Path file) {
    exporter("unpublish x");
    importer("connected c");
    importer("unmap w");
    importer("disconnect c");
    exporter("destroy x");
    exporter("append f");
    exporter("free f");
    // Once more, and larger: the file is extended, and what is in it stays.
    exporter("file f " + file + " 131072");
    exporter("append f");
    exporter("free f");
    exporter("alloc m 65536");
    exporter("local l 65536");
    exporter("export y m ALLOW_REBIND");
    exporter("publish y 600001 0600");
    importer("connect d 600001 READ_WRITE");
    importer("put d 0 hi");
    importer("map v d 0 4096 READ");
    exporter("rebind y l");
    exporter("republish y 0400");
    importer("get d 0 2");
    importer("unmap v");
    exporter("leave");
    importer("leave");
  }

  private void exporter(String command) {
    steps.add(new Step(Actor.EXPORTER, command));
  }

  private void importer(String command) {
    steps.add(new Step(Actor.IMPORTER, command));
  }
}
