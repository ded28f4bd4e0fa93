package dev.kintsugi.erasure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.kintsugi.erasure");

  @Test
  void packagesHaveNoCycles() {
    assertTrue(CLASSES.size() > 10, "classes were imported");
    slices().matching("dev.kintsugi.erasure.(**)").should().beFreeOfCycles().check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.kintsugi.erasure")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.kintsugi.erasure.internal.kernel..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.kintsugi.erasure.internal.gf..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("dev.kintsugi.erasure.internal.gf..", "java..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void dependsOnNothingElseOfKintsugi() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.kintsugi.crypto..", "dev.kintsugi.core..", "dev.kintsugi.cli..", "io.netty..")
        .check(CLASSES);
  }

  @Test
  void onlyTheKernelKnowsJavaReedSolomon() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.kintsugi.erasure.internal.kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.backblaze..")
        .check(CLASSES);
  }

  @Test
  void publicClassesAreFinalUnlessTheyAreExceptions() {
    classes()
        .that()
        .arePublic()
        .and()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .areNotAssignableTo(ErasureException.class)
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(CLASSES);
  }

  @Test
  void moduleExportsNoInternals() {
    ModuleDescriptor descriptor = ErasureCode.class.getModule().getDescriptor();
    Set<String> exported =
        descriptor.exports().stream()
            .filter(export -> !export.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .collect(Collectors.toSet());
    assertEquals(
        Set.of(
            "dev.kintsugi.erasure",
            "dev.kintsugi.erasure.audit",
            "dev.kintsugi.erasure.durability",
            "dev.kintsugi.erasure.stream"),
        exported);
  }
}
