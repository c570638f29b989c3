/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import dev.atoll.base.Site;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process for tests: answers each line, and knows a few commands. */
final class Echo {
  private Echo() {}

  public static void main(String[] args) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready " + String.join(" ", args));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      switch (line) {
        case "uid" -> System.out.println("uid " + Files.getAttribute(self(), "unix:uid"));
        case "groups" -> Files.readAllLines(self().resolve("status")).forEach(System.out::println);
        case "exit" -> System.exit(3);
        case "site" -> {
          Site.hit("echo.step");
          System.out.println("passed");
        }
        default -> System.out.println("echo " + line);
      }
    }
  }

  private static Path self() {
    return Path.of("/proc", Long.toString(ProcessHandle.current().pid()));
  }
}
