package io.pulsarlock;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/**
 * Holds the packages to what {@code docs/architecture.md} says of them.
 */
class ArchitectureTests {

	private static final JavaClasses production = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.pulsarlock");

	@Test
	void packagesAreFreeOfCycles() {
		check(slices().matching("io.pulsarlock.(*)..").should().beFreeOfCycles());
	}

	@Test
	void apiKnowsTheJdkOnly() {
		check(classes().that()
			.resideInAPackage("io.pulsarlock")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "io.pulsarlock"));
	}

	@Test
	void lineKnowsTheJdkOnly() {
		check(classes().that()
			.resideInAPackage("io.pulsarlock.line..")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "io.pulsarlock.line.."));
	}

	@Test
	void lineKnowsNoClockAndNoThread() {
		check(noClasses().that()
			.resideInAPackage("io.pulsarlock.line..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("java.time..", "java.util.concurrent..")
			.orShould()
			.callMethod(System.class, "nanoTime")
			.orShould()
			.dependOnClassesThat()
			.areAssignableTo(Thread.class));
	}

	@Test
	void sessionKnowsNeitherPulsarNorSpring() {
		check(classes().that()
			.resideInAPackage("io.pulsarlock.session..")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "org.apache.commons.logging..", "io.pulsarlock",
					"io.pulsarlock.line..", "io.pulsarlock.session.."));
	}

	@Test
	void observationKnowsTheApiAndMicrometerObservationOnly() {
		check(classes().that()
			.resideInAPackage("io.pulsarlock.observation..")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("java..", "org.jspecify..", "io.micrometer.common..", "io.micrometer.observation..",
					"io.pulsarlock", "io.pulsarlock.observation.."));
	}

	@Test
	void actuateKnowsTheApiOnly() {
		check(noClasses().that()
			.resideInAPackage("io.pulsarlock.actuate..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.pulsarlock.autoconfigure..", "io.pulsarlock.annotation..", "io.pulsarlock.pulsar..",
					"io.pulsarlock.session..", "io.pulsarlock.line.."));
	}

	@Test
	void onlyActuateAndAutoConfigurationKnowTheActuatorAndMeters() {
		check(noClasses().that()
			.resideOutsideOfPackages("io.pulsarlock.actuate..", "io.pulsarlock.autoconfigure..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.micrometer.core..", "org.springframework.boot.actuate..",
					"org.springframework.boot.health..", "org.springframework.boot.micrometer.."));
	}

	@Test
	void onlyThoseAndAnnotationsAreObserved() {
		check(noClasses().that()
			.resideOutsideOfPackages("io.pulsarlock.actuate..", "io.pulsarlock.autoconfigure..",
					"io.pulsarlock.annotation..", "io.pulsarlock.observation..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.micrometer.."));
	}

	@Test
	void autoConfigurationsShowOnlyTheirNames() {
		check(classes().that()
			.areAnnotatedWith("org.springframework.boot.autoconfigure.AutoConfiguration")
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration"));
		check(noMembers().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith("org.springframework.boot.autoconfigure.AutoConfiguration")
			.should()
			.bePublic());
	}

	@Test
	void nothingReadsAWallClock() {
		check(noClasses().should()
			.callMethod(System.class, "currentTimeMillis")
			.orShould()
			.callMethod(java.time.Instant.class, "now")
			.orShould()
			.callMethod(java.time.LocalDateTime.class, "now")
			.orShould()
			.callMethod(java.time.ZonedDateTime.class, "now")
			.orShould()
			.callMethod(java.time.OffsetDateTime.class, "now")
			.orShould()
			.callMethod(java.time.Clock.class, "systemUTC")
			.orShould()
			.callConstructor(java.util.Date.class));
	}

	private static void check(ArchRule rule) {
		rule.check(production);
	}

}
