/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The step sites of the product, read from its sources, so that no list can miss one. */
public final class Sites {
  /** The system property that names the root directory of the project; the build sets it. */
  public static final String ROOT_PROPERTY = "atoll.root";

  private static final Pattern HIT = Pattern.compile("\\bSite\\s*\\.\\s*hit\\(\\s*([^)]*?)\\s*\\)");
  private static final String MAIN = "src/main/java";

  private Sites() {}

  /**
   * A place where the product calls {@code Site.hit}.
   *
   * @param name the argument without its quotes, or the whole argument if it is no literal
   * @param isLiteral whether the argument is one string literal
   * @param module the directory of the module
   * @param file the path of the source file, relative to the root
   * @param line the line, from 1
   */
  public record Entry(String name, boolean isLiteral, String module, String file, int line) {
    /**
     * Names the class.
     *
     * @return the simple name of the file's class
     */
    public String className() {
      return file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length());
    }
  }

  /**
   * Lists the sites of the project that the running test belongs to.
   *
   * @return every site, sorted by name
   * @throws IllegalStateException if the build does not set {@value #ROOT_PROPERTY}
   * @throws UncheckedIOException if a source can not be read
   */
  public static List<Entry> all() {
    String root = System.getProperty(ROOT_PROPERTY);
    if (root == null) {
      throw new IllegalStateException("the system property " + ROOT_PROPERTY + " is not set");
    }
    return all(Path.of(root));
  }

  /**
   * Lists the sites of a project.
   *
   * @param root its directory, with one directory per module
   * @return every site in main sources, sorted by name
   * @throws UncheckedIOException if a source can not be read
   */
  public static List<Entry> all(Path root) {
    var sites = new ArrayList<Entry>();
    try (Stream<Path> children = Files.list(root)) {
      for (Path module : children.filter(each -> Files.isDirectory(each.resolve(MAIN))).toList()) {
        sites.addAll(ofModule(root, module));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading the sources below " + root, e);
    }
    sites.sort(
        Comparator.comparing(Entry::name).thenComparing(Entry::file).thenComparingInt(Entry::line));
    return List.copyOf(sites);
  }

  private static List<Entry> ofModule(Path root, Path module) throws IOException {
    var sites = new ArrayList<Entry>();
    List<Path> sources;
    try (Stream<Path> paths = Files.walk(module.resolve(MAIN))) {
      sources = paths.filter(path -> path.toString().endsWith(".java")).toList();
    }
    for (Path source : sources) {
      String file = root.relativize(source).toString();
      sites.addAll(inText(module.getFileName().toString(), file, Files.readString(source)));
    }
    return sites;
  }

  /** Finds the calls in the text of a source; lines of comments do not count. */
  static List<Entry> inText(String module, String file, String text) {
    var sites = new ArrayList<Entry>();
    Matcher matcher = HIT.matcher(text);
    while (matcher.find()) {
      String before = text.substring(text.lastIndexOf('\n', matcher.start()) + 1, matcher.start());
      if (!before.isBlank() && before.strip().matches("(\\*|//|/\\*).*")) {
        continue;
      }
      String argument = matcher.group(1);
      boolean isLiteral = argument.matches("\"[^\"\\\\]*\"");
      String name = isLiteral ? argument.substring(1, argument.length() - 1) : argument;
      int line = (int) text.substring(0, matcher.start()).chars().filter(c -> c == '\n').count();
      sites.add(new Entry(name, isLiteral, module, file, line + 1));
    }
    return sites;
  }
}
