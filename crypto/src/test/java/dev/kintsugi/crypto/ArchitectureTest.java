package dev.kintsugi.crypto;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.kintsugi.crypto.internal.ConstantTime;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.kintsugi.crypto");

  /**
   * These compare magic numbers, names and hashes of what everybody sees, or shares with each
   * other, all of which whoever combines them has.
   */
  private static final String[] COMPARE_PUBLIC_VALUES = {
    "dev.kintsugi.crypto.ExtentContext",
    "dev.kintsugi.crypto.Keyring",
    "dev.kintsugi.crypto.forest.ForestCodec",
    "dev.kintsugi.crypto.forest.KeySlot$Entry",
    "dev.kintsugi.crypto.forest.TwoRecordKeySlot",
    "dev.kintsugi.crypto.group.DeviceId",
    "dev.kintsugi.crypto.group.Freshness",
    "dev.kintsugi.crypto.group.Records$Reader",
    "dev.kintsugi.crypto.group.Roster",
    "dev.kintsugi.crypto.group.SignedVersion",
    "dev.kintsugi.crypto.group.SignedVersion$Content",
    "dev.kintsugi.crypto.split.Contenders",
    "dev.kintsugi.crypto.split.ShareHeader",
    "dev.kintsugi.crypto.split.ShareSet",
    "dev.kintsugi.crypto.split.ShareSet$Copy",
    "dev.kintsugi.crypto.split.WrongShares",
  };

  private static ArchRule noVariableTime(String... but) {
    return noClasses()
        .that()
        .doNotBelongToAnyOf(ConstantTime.class)
        .and(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "hold no public values", c -> Arrays.stream(but).noneMatch(c.getName()::equals)))
        .should()
        .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
        .orShould()
        .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
        .because("tags, digests and keys are compared by ConstantTime.equal, which is measured");
  }

  @Test
  void secretsAreComparedByTheComparisonThatIsMeasured() {
    assertTrue(CLASSES.contain(PayloadMac.class), "classes were imported");
    noVariableTime(COMPARE_PUBLIC_VALUES).check(CLASSES);
    // The control: the rule sees such calls.
    assertThrows(AssertionError.class, () -> noVariableTime().check(CLASSES));
  }
}
