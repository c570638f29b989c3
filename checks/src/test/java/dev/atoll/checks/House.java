/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The source tree, as the checks see it. */
final class House {
  /** The directory that holds the project; the build names it. */
  static final Path ROOT = Path.of(System.getProperty("atoll.root", "..")).toAbsolutePath();

  private static final Set<String> NOT_SOURCES = Set.of(".git", "target", ".idea", ".vscode");
  private static final Pattern MODULE = Pattern.compile("<module>([a-z]+)</module>");
  private static final Pattern DEPENDENCY =
      Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);

  private static final Pattern MANAGED =
      Pattern.compile("<dependencyManagement>.*</dependencyManagement>", Pattern.DOTALL);

  /** The directory of the module atoll. */
  private static final String FRONT_DOOR = "node";

  private static List<SourceFile> files;

  private House() {}

  /** A dependency as a pom names it; the scope is empty if it names none. */
  record PomDependency(String group, String artifact, String scope) {}

  /** The modules of the build, ground first. */
  static List<String> modules() {
    var modules = new ArrayList<String>();
    Matcher matcher = MODULE.matcher(read(ROOT.resolve("pom.xml")));
    while (matcher.find()) {
      modules.add(matcher.group(1).equals(FRONT_DOOR) ? "atoll" : matcher.group(1));
    }
    return modules;
  }

  /** Where a module lies: under its own name, but for atoll, whose name the command has. */
  static Path directoryOf(String module) {
    return ROOT.resolve(module.equals("atoll") ? FRONT_DOOR : module);
  }

  /** The dependencies of a module's own pom; of the parent's if the module is ".". */
  static List<PomDependency> dependenciesOf(String module) {
    var dependencies = new ArrayList<PomDependency>();
    String pom = read(directoryOf(module).resolve("pom.xml"));
    String own = MANAGED.matcher(pom).replaceAll("");
    int end = own.indexOf("<build>");
    Matcher matcher = DEPENDENCY.matcher(end < 0 ? own : own.substring(0, end));
    while (matcher.find()) {
      String body = matcher.group(1);
      dependencies.add(
          new PomDependency(
              element(body, "groupId"), element(body, "artifactId"), element(body, "scope")));
    }
    return dependencies;
  }

  private static String element(String xml, String name) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]*)</" + name + ">").matcher(xml);
    return matcher.find() ? matcher.group(1).strip() : "";
  }

  /** Every text file of the tree, without what a build makes. */
  static synchronized List<SourceFile> files() {
    if (files == null) {
      files = walk();
    }
    return files;
  }

  static List<SourceFile> files(String suffix) {
    return files().stream().filter(file -> file.path().endsWith(suffix)).toList();
  }

  static String read(Path path) {
    try {
      return Files.readString(path, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Path path, String text) {
    try {
      Files.writeString(path, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<SourceFile> walk() {
    var found = new TreeMap<String, SourceFile>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes ignored) {
              return NOT_SOURCES.contains(directory.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes ignored)
                throws IOException {
              byte[] bytes = Files.readAllBytes(file);
              if (isText(bytes)) {
                String path = ROOT.relativize(file).toString();
                found.put(path, new SourceFile(path, new String(bytes, StandardCharsets.UTF_8)));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(found.values());
  }

  private static boolean isText(byte[] bytes) {
    for (byte each : bytes) {
      if (each == 0) {
        return false;
      }
    }
    return true;
  }
}
