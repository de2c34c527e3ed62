package io.pulsarlock.console;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * What {@code docs/architecture.md} says of the console.
 */
class ConsoleArchitectureTests {

	private static final JavaClasses production = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.pulsarlock.console");

	@Test
	void consoleKnowsTheApiOnly() {
		classes().should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "org.apache.commons.logging..", "jakarta.servlet..",
					"reactor..", "org.springframework..", "io.pulsarlock", "io.pulsarlock.console")
			.check(production);
	}

	@Test
	void onlyOneClassKnowsEachWebServer() {
		noClasses().that()
			.doNotHaveSimpleName("ServletConsole")
			.and()
			.haveSimpleNameNotStartingWith("Security")
			.and()
			.haveSimpleNameNotEndingWith("Configuration")
			.and()
			.doNotHaveSimpleName("PulsarLockConsoleAutoConfiguration")
			.and()
			.doNotHaveSimpleName("ReactiveConsole")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("jakarta.servlet..", "reactor..", "org.springframework.web..",
					"org.springframework.security..")
			.check(production);
	}

	@Test
	void onlyTheNamesOfTheAutoConfigurationAndItsPropertiesAreShown() {
		classes().that()
			.arePublic()
			.should()
			.haveSimpleNameStartingWith("PulsarLockConsole")
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.check(production);
	}

	@Test
	void nothingReadsAWallClock() {
		noClasses().should()
			.callMethod(System.class, "currentTimeMillis")
			.orShould()
			.callMethod(java.time.Instant.class, "now")
			.check(production);
	}

}
