package dev.kintsugi.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Arrows between packages point down. */
class LayeringTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.kintsugi.core");

  /** From the lowest layer to the highest; a package may use those before it. */
  private static final List<String> LAYERS =
      List.of(
          "dev.kintsugi.core",
          "dev.kintsugi.core.archive",
          "dev.kintsugi.core.store",
          "dev.kintsugi.core.internal.format",
          "dev.kintsugi.core.internal.format.v1",
          "dev.kintsugi.core.internal.archive..",
          "dev.kintsugi.core.internal.index",
          "dev.kintsugi.core.internal.index.sqlite",
          "dev.kintsugi.core.internal.dispersal",
          "dev.kintsugi.core.internal.namespace",
          "dev.kintsugi.core.internal.recovery",
          "dev.kintsugi.core.internal.store");

  @Test
  void everyClassBelongsToALayer() {
    classes().should().resideInAnyPackage(LAYERS.toArray(String[]::new)).check(CORE);
  }

  @Test
  void noLayerUsesALayerAboveIt() {
    for (int i = 0; i < LAYERS.size() - 1; i++) {
      noClasses()
          .that()
          .resideInAPackage(LAYERS.get(i))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(LAYERS.subList(i + 1, LAYERS.size()).toArray(String[]::new))
          .allowEmptyShould(true)
          .check(CORE);
    }
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.kintsugi.core.(**)").should().beFreeOfCycles().check(CORE);
  }

  @Test
  void otherModulesInternalsAreNotUsed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.kintsugi.crypto.internal..", "dev.kintsugi.erasure.internal..")
        .check(CORE);
  }

  @Test
  void theRulesSeeTheClasses() {
    assertFalse(CORE.isEmpty(), "no classes were imported, so the rules above prove nothing");
  }
}
