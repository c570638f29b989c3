/* SPDX-License-Identifier: Apache-2.0 */
package dev.atoll.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.atoll.base.Clock;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds that the simple peer of lnet's tests owes nothing to the code that it judges. */
class SimplePeerRuleTest {
  private static final String PEER = "dev.atoll.lnet.peer";

  private static final Set<String> JAVA_BASE =
      ModuleLayer.boot().findModule("java.base").orElseThrow().getPackages();

  /** Breaks the rule in three ways. */
  static final class LeaningPeer {
    long now(Clock clock) {
      return clock.nanos();
    }

    Class<?>[] others() {
      return new Class<?>[] {HttpClient.class, Test[].class};
    }
  }

  @Test
  void theSimplePeerUsesJavaBaseAlone() {
    Path classes = House.directoryOf("lnet").resolve("target/test-classes");
    JavaClasses peer = new ClassFileImporter().importPath(classes.resolve(PEER.replace('.', '/')));
    assertThat(peer).as("classes in %s", classes).hasSizeGreaterThan(5);
    assertThat(peer.stream().flatMap(type -> foreign(type, PEER)).toList()).isEmpty();
  }

  @Test
  void noticesAPeerThatLeansOnTheHouseOrOnALibrary() {
    JavaClass leaning = new ClassFileImporter().importClass(LeaningPeer.class);
    assertThat(foreign(leaning, PEER).toList())
        .contains("dev.atoll.base.Clock", "java.net.http.HttpClient", "org.junit.jupiter.api.Test");
  }

  private static Stream<String> foreign(JavaClass type, String own) {
    return type.getDirectDependenciesFromSelf().stream()
        .map(Dependency::getTargetClass)
        .map(JavaClass::getBaseComponentType)
        .filter(target -> !target.isPrimitive())
        .filter(target -> !target.getPackageName().equals(own))
        .filter(target -> !JAVA_BASE.contains(target.getPackageName()))
        .map(JavaClass::getName)
        .distinct();
  }
}
