/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the floors of the house, and shows for each rule that it can fail. */
class FloorsTest {
  private static final Floors HOUSE = new Floors("dev.atoll");
  private static final Floors FIXTURE = new Floors("dev.atoll.checks.fixture");

  private static JavaClasses house;
  private static JavaClasses fixture;

  /** A rule, and a word that must stand in its report on the fixtures. */
  record Case(String name, ArchRule rule, ArchRule onFixture, List<String> reported) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void importClasses() {
    List<Path> directories =
        House.modules().stream()
            .filter(module -> !module.equals("checks"))
            .map(module -> House.directoryOf(module).resolve("target/classes"))
            .filter(directory -> directory.toFile().isDirectory())
            .toList();
    house = new ClassFileImporter().importPaths(directories);
    fixture = new ClassFileImporter().importPackages(FIXTURE.root());
  }

  static List<Case> rules() {
    return List.of(
        new Case(
            "floors",
            HOUSE.mayUseOnlyWhatStandsBelow(),
            FIXTURE.mayUseOnlyWhatStandsBelow(),
            List.of(
                "link may not use it",
                "rsm may not use it",
                "device may not use it",
                "org.junit.jupiter.api.Test")),
        new Case(
            "native calls",
            HOUSE.onlyPosixIsNative(),
            FIXTURE.onlyPosixIsNative(),
            List.of("reinterpret", "ofAddress", "Linker")),
        new Case(
            "network",
            HOUSE.pmemKnowsNoNetwork(),
            FIXTURE.pmemKnowsNoNetwork(),
            List.of("java.net.InetAddress")),
        new Case(
            "printing",
            HOUSE.onlyTheCommandLinePrints(),
            FIXTURE.onlyTheCommandLinePrints(),
            List.of("Printing")),
        new Case(
            "state machines",
            HOUSE.stateMachinesAreClosed(),
            FIXTURE.stateMachinesAreClosed(),
            List.of("nanoTime", "currentThread", "java.util.Random", "Instant.now")),
        new Case("cycles", HOUSE.noCycles(), FIXTURE.noCycles(), List.of("Cycle detected")));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void holds(Case each) {
    assertThat(each.rule().evaluate(house).getFailureReport().getDetails()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void isAbleToFail(Case each) {
    String report = each.onFixture().evaluate(fixture).getFailureReport().toString();
    assertThat(report).contains(each.reported());
  }

  @Test
  void doesNotReportWhatIsAllowed() {
    String report =
        FIXTURE.onlyPosixIsNative().evaluate(fixture).getFailureReport()
            + "\n"
            + FIXTURE.onlyTheCommandLinePrints().evaluate(fixture).getFailureReport()
            + "\n"
            + FIXTURE.stateMachinesAreClosed().evaluate(fixture).getFailureReport();
    assertThat(report).doesNotContain("posix.NativeCaller", "base.SiteHooks", "onSpinWait");
  }

  @Test
  void looksAtClassesOfEveryModuleThatHasSources() {
    Set<String> expected = new TreeSet<>();
    for (String module : House.modules()) {
      Path sources = House.directoryOf(module).resolve("src/main/java");
      if (sources.toFile().isDirectory()) {
        expected.add(module);
      }
    }
    Set<String> seen =
        house.stream()
            .filter(HOUSE::isInside)
            .map(HOUSE::moduleOf)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void knowsEveryModule() {
    var known = new TreeSet<>(Floors.MAY_USE.keySet());
    known.add("checks");
    assertThat(new TreeSet<>(House.modules())).isEqualTo(known);
  }

  @Test
  void findsEveryStateMachineItNames() {
    Set<String> names =
        house.stream()
            .filter(HOUSE::isInside)
            .map(type -> HOUSE.moduleOf(type) + "." + type.getSimpleName())
            .collect(Collectors.toSet());
    Set<String> filled =
        house.stream()
            .filter(HOUSE::isInside)
            .map((JavaClass type) -> HOUSE.moduleOf(type))
            .collect(Collectors.toSet());
    var missing = new ArrayList<String>();
    for (Map.Entry<String, Set<String>> each : Floors.STATE_MACHINES.entrySet()) {
      each.getValue().stream()
          .map(name -> each.getKey() + "." + name)
          .filter(name -> filled.contains(each.getKey()) && !names.contains(name))
          .forEach(missing::add);
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void libraryModulesBringNothingWithThem() {
    var breaches = new ArrayList<String>();
    for (String module : Floors.LIBRARY) {
      for (House.PomDependency each : House.dependenciesOf(module)) {
        breaches.addAll(breachesOf(module, each));
      }
    }
    assertThat(breaches).isEmpty();
  }

  @Test
  void everyModuleInheritsAnnotationsOnly() {
    assertThat(House.dependenciesOf("."))
        .filteredOn(each -> !each.scope().equals("test"))
        .containsExactly(new House.PomDependency("org.jspecify", "jspecify", ""));
  }

  @Test
  void reportsForeignAndUpwardDependenciesOfLibraries() {
    assertThat(breachesOf("link", new House.PomDependency("info.picocli", "picocli", "")))
        .isNotEmpty();
    assertThat(breachesOf("link", new House.PomDependency("dev.atoll", "atoll-rsm", "")))
        .isNotEmpty();
    assertThat(breachesOf("link", new House.PomDependency("dev.atoll", "atoll-memory", "")))
        .isEmpty();
    assertThat(breachesOf("link", new House.PomDependency("dev.atoll", "atoll-testkit", "test")))
        .isEmpty();
  }

  private static List<String> breachesOf(String module, House.PomDependency dependency) {
    if (dependency.scope().equals("test")) {
      return List.of();
    }
    boolean isAllowed =
        dependency.group().equals("dev.atoll")
            && Floors.MAY_USE.get(module).contains(dependency.artifact().replace("atoll-", ""));
    return isAllowed ? List.of() : List.of(module + " depends on " + dependency);
  }
}
