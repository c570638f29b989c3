/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the rules of tidiness, and shows for each that it can fail. */
class TidyTest {
  /** A rule, the files it is about, and a text that breaks it. */
  record Case(
      String name,
      List<SourceFile> files,
      Function<SourceFile, List<String>> rule,
      SourceFile planted) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> rules() {
    List<SourceFile> java = House.files(".java");
    List<SourceFile> markdown = House.files(".md");
    List<SourceFile> all =
        House.files().stream().filter(file -> !file.path().equals("LICENSE")).toList();
    return List.of(
        new Case("file length", all, Tidy::tooLong, plant("\n".repeat(Tidy.LINES_MOST + 1))),
        new Case("method length", java, Tidy::longMethods, plant(longMethod())),
        new Case("licence header", java, Tidy::missingHeader, plant("class A {}\n")),
        new Case("banned words", all, Tidy::bannedWords, plant("// TO" + "DO later\n")),
        new Case("banned names", java, Tidy::bannedNames, plant("final class RingManager {}\n")),
        new Case("code in comments", java, Tidy::codeInComments, plant("  // close(file);\n")),
        new Case(
            "links",
            markdown,
            Tidy::deadLinks,
            new SourceFile("README.md", "[a](docs/no-such-page.md)\n")));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void holds(Case each) {
    var breaches = new ArrayList<String>();
    each.files().forEach(file -> breaches.addAll(each.rule().apply(file)));
    assertThat(breaches).isEmpty();
    assertThat(each.files()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void isAbleToFail(Case each) {
    assertThat(each.rule().apply(each.planted())).hasSize(1);
  }

  @Test
  void measuresOnlyBodies() {
    assertThat(JavaText.bodies("class A { enum B { ONE { void a() {\n} } } int[] c = {1,\n2}; }"))
        .containsExactly(new JavaText.Body("void a()", 1, 2));
  }

  @Test
  void passesOverBracesInTexts() {
    assertThat(JavaText.bodies("class A { void a() { b(\"{{\", '{'); /* { */\n// {\n} }"))
        .containsExactly(new JavaText.Body("void a()", 1, 3));
  }

  @Test
  void takesProseForProse() {
    var prose = plant("// The kernel (since 6.1) says so; see mmap(2).\n// That is why.\n");
    assertThat(Tidy.codeInComments(prose)).isEmpty();
  }

  @Test
  void findsDeadAnchors() {
    var file = new SourceFile("README.md", "# One word\n[a](#one-word) [b](#two-words)\n");
    assertThat(Tidy.deadLinks(file)).containsExactly("README.md:2: dead link #two-words");
  }

  @Test
  void everyExportedPackageIsDescribed() {
    assertThat(Tidy.undescribedPackages(House.files())).isEmpty();
    var planted = new SourceFile("x/src/main/java/module-info.java", "module x { exports x.y; }");
    assertThat(Tidy.undescribedPackages(List.of(planted))).hasSize(1);
  }

  @Test
  void everyTermIsExplainedOnce() {
    SourceFile glossary = file("docs/glossary.md");
    assertThat(Tidy.doubledTerms(glossary)).isEmpty();
    assertThat(Tidy.terms(glossary)).isGreaterThan(30);
    assertThat(Tidy.doubledTerms(plant("| **Ring** | a |\n| **ring** | b |\n"))).hasSize(1);
  }

  @Test
  void changelogHasItsParts() {
    assertThat(file("CHANGELOG.md").text())
        .contains("## Unreleased", "### Breaking", "### Added", "### Fixed", "### Performance");
  }

  @Test
  void saysWhichFilesAreLongerThanTheAim() {
    List<String> longer =
        House.files(".java").stream()
            .filter(file -> file.lines().size() > Tidy.LINES_AIM)
            .map(file -> file.path() + " (" + file.lines().size() + ")")
            .toList();
    System.out.println("longer than " + Tidy.LINES_AIM + " lines: " + longer);
    assertThat(longer.size()).isLessThanOrEqualTo(House.files(".java").size() / 10);
  }

  private static SourceFile file(String path) {
    return House.files().stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError(path + " is missing"));
  }

  private static SourceFile plant(String text) {
    return new SourceFile("x/src/main/java/A.java", text);
  }

  private static String longMethod() {
    return "class A {\n  void a() {\n" + "\n".repeat(Tidy.METHOD_LINES_MOST) + "  }\n}\n";
  }
}
