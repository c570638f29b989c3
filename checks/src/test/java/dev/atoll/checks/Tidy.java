/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules of tidiness that no other tool holds; each gives what breaks it, in words. */
final class Tidy {
  static final int LINES_AIM = 400;
  static final int LINES_MOST = 700;
  static final int METHOD_LINES_MOST = 70;
  static final String HEADER = "/* SPDX-License-Identifier: Apache-2.0 */";

  private static final Pattern BAD_SUFFIX =
      Pattern.compile(
          "\\b(?:class|interface|enum|record)\\s+(\\w*(?:Impl|Manager|Helper|Utils?))\\b");
  private static final Pattern CODE_COMMENT =
      Pattern.compile("^\\s*//\\s*(?:.*[)\\w\\]]\\s*[;{]|\\}.*|import .*|return\\b.*;)\\s*$");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#+\\s+(.*?)\\s*$");
  private static final Pattern TERM = Pattern.compile("^\\|\\s*\\*\\*(.+?)\\*\\*\\s*\\|");
  private static final Pattern EXPORT = Pattern.compile("\\bexports\\s+([\\w.]+)");

  /** Marks of unfinished work, not the words where a page speaks about somebody else's. */
  private static final Pattern UNFINISHED =
      Pattern.compile("(?://|\\*|#|<!--)\\s*(?:TO" + "DO|FIX" + "ME)|(?:TO" + "DO|FIX" + "ME)[:(]");

  /** Written in two halves, so that this file does not break its own rule. */
  private static final Map<String, String> BANNED =
      Map.ofEntries(
          Map.entry("Thread" + ".sleep", "wait on a condition with a deadline"),
          Map.entry("repo1." + "maven.org", "registries belong to the machine's settings"),
          Map.entry("rep" + "o.mav" + "en.apache", "registries belong to the machine's settings"),
          Map.entry("art" + "ifactory", "registries belong to the machine's settings"),
          Map.entry("pypi" + ".org", "registries belong to the machine's settings"),
          Map.entry("docker" + ".io", "registries belong to the machine's settings"),
          Map.entry("ghcr" + ".io", "registries belong to the machine's settings"),
          Map.entry("/wo" + "rk/", "a path of one machine"),
          Map.entry("/ro" + "ot/", "a path of one machine"),
          Map.entry("/ho" + "me/", "a path of one machine"),
          Map.entry("/tmp" + "/h", "a path of one machine"),
          Map.entry("spec/" + "rsmapi", "not part of the project"),
          Map.entry("spec/" + "pmem", "not part of the project"),
          Map.entry("spec/" + "lnet", "not part of the project"),
          Map.entry("DESIGN" + ".md", "not part of the project"),
          Map.entry("pitfalls" + ".md", "not part of the project"),
          Map.entry("reliability" + ".md", "not part of the project"));

  private Tidy() {}

  static List<String> tooLong(SourceFile file) {
    int lines = file.lines().size();
    return lines > LINES_MOST && !file.path().equals("LICENSE")
        ? List.of(file.path() + ": " + lines + " lines, at most " + LINES_MOST)
        : List.of();
  }

  static List<String> longMethods(SourceFile file) {
    return JavaText.bodies(file.text()).stream()
        .filter(body -> body.lines() > METHOD_LINES_MOST)
        .map(body ->
            at(file, body.firstLine())
                + body.lines()
                + " lines in one body, at most "
                + METHOD_LINES_MOST)
        .toList();
  }

  static List<String> missingHeader(SourceFile file) {
    return file.text().startsWith(HEADER + "\n")
        ? List.of()
        : List.of(file.path() + ": does not begin with " + HEADER);
  }

  static List<String> bannedWords(SourceFile file) {
    var found = new ArrayList<String>();
    List<String> lines = file.lines();
    for (int index = 0; index < lines.size(); index++) {
      for (Map.Entry<String, String> word : BANNED.entrySet()) {
        if (lines.get(index).contains(word.getKey())) {
          found.add(at(file, index + 1) + word.getKey() + ": " + word.getValue());
        }
      }
      if (UNFINISHED.matcher(lines.get(index)).find()) {
        found.add(at(file, index + 1) + "unfinished: " + lines.get(index).strip());
      }
    }
    return found;
  }

  static List<String> bannedNames(SourceFile file) {
    var found = new ArrayList<String>();
    Matcher matcher = BAD_SUFFIX.matcher(JavaText.blank(file.text()));
    while (matcher.find()) {
      found.add(at(file, file.lineOf(matcher.start())) + matcher.group(1) + " says nothing");
    }
    return found;
  }

  static List<String> codeInComments(SourceFile file) {
    var found = new ArrayList<String>();
    List<String> lines = file.lines();
    for (int index = 0; index < lines.size(); index++) {
      if (CODE_COMMENT.matcher(lines.get(index)).matches()) {
        found.add(at(file, index + 1) + "code in a comment: " + lines.get(index).strip());
      }
    }
    return found;
  }

  /** Links of a Markdown file that lead nowhere; files and headings count, other sites do not. */
  static List<String> deadLinks(SourceFile file) {
    var found = new ArrayList<String>();
    Matcher matcher = LINK.matcher(file.text());
    while (matcher.find()) {
      String target = matcher.group(1);
      if (!target.contains("://")
          && !target.startsWith("mailto:")
          && !leadsSomewhere(file, target)) {
        found.add(at(file, file.lineOf(matcher.start())) + "dead link " + target);
      }
    }
    return found;
  }

  private static boolean leadsSomewhere(SourceFile file, String target) {
    String[] parts = target.split("#", 2);
    Path own = House.ROOT.resolve(file.path());
    Path path = parts[0].isEmpty() ? own : own.resolveSibling(parts[0]).normalize();
    boolean isOwn = path.equals(own);
    if (!isOwn && !Files.exists(path)) {
      return false;
    }
    if (parts.length == 1 || !path.toString().endsWith(".md")) {
      return true;
    }
    String text = isOwn ? file.text() : House.read(path);
    return text.lines()
        .map(HEADING::matcher)
        .filter(Matcher::matches)
        .anyMatch(heading -> anchorOf(heading.group(1)).equals(parts[1]));
  }

  /** The anchor that GitHub gives a heading. */
  private static String anchorOf(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  static List<String> doubledTerms(SourceFile glossary) {
    Map<String, Long> counts =
        glossary.lines().stream()
            .map(TERM::matcher)
            .filter(Matcher::find)
            .map(matcher -> matcher.group(1).toLowerCase(Locale.ROOT))
            .collect(Collectors.groupingBy(term -> term, Collectors.counting()));
    return counts.entrySet().stream()
        .filter(each -> each.getValue() > 1)
        .map(each -> glossary.path() + ": the term '" + each.getKey() + "' stands there twice")
        .toList();
  }

  static long terms(SourceFile glossary) {
    return glossary.lines().stream().filter(line -> TERM.matcher(line).find()).count();
  }

  /** Exported packages without a package-info, among the files of a tree. */
  static List<String> undescribedPackages(List<SourceFile> files) {
    Map<String, SourceFile> byPath = new HashMap<>();
    files.forEach(file -> byPath.put(file.path(), file));
    var found = new ArrayList<String>();
    for (SourceFile file : files) {
      if (file.name().equals("module-info") && !file.isTest()) {
        String directory = file.path().substring(0, file.path().lastIndexOf('/') + 1);
        Matcher matcher = EXPORT.matcher(JavaText.blank(file.text()));
        while (matcher.find()) {
          String wanted = directory + matcher.group(1).replace('.', '/') + "/package-info.java";
          if (!byPath.containsKey(wanted)) {
            found.add(file.path() + ": no " + wanted);
          }
        }
      }
    }
    return found;
  }

  private static String at(SourceFile file, int line) {
    return file.path() + ":" + line + ": ";
  }
}
