package io.pulsarlock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Enforces the dependencies that {@code docs/architecture.md} describes.
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
			.resideInAnyPackage("java..", "org.jspecify..", "org.apache.commons.logging..", "io.micrometer.common..",
					"io.micrometer.observation..", "io.pulsarlock", "io.pulsarlock.observation.."));
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

	/** Each has a package of its own, so that an application needs only what it uses. */
	@Test
	void adaptersKnowTheApiAndTheirLibraryOnly() {
		adapter("io.pulsarlock.shedlock", "net.javacrumbs.shedlock..");
		adapter("io.pulsarlock.camel", "org.apache.camel..");
		adapter("io.pulsarlock.integration", "org.springframework.integration..", "org.springframework.beans..",
				"org.springframework.context..", "org.springframework.core..");
	}

	private static void adapter(String name, String... libraries) {
		String[] known = Stream
			.concat(Stream.of("java..", "org.jspecify..", "org.apache.commons.logging..", "io.pulsarlock", name),
					Stream.of(libraries))
			.toArray(String[]::new);
		check(classes().that().resideInAPackage(name).should().onlyDependOnClassesThat().resideInAnyPackage(known));
		check(noClasses().that()
			.resideOutsideOfPackages(name, "io.pulsarlock.autoconfigure")
			.should()
			.dependOnClassesThat()
			.resideInAPackage(libraries[0]));
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
		// A calendar is one; it only names fire times, which are never compared with
		// another node's clock.
		check(noClasses().that()
			.doNotHaveSimpleName("FireTimes")
			.should()
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

	/**
	 * Each class can then be read, tested and created alone. A class counts together with
	 * its nested classes.
	 */
	@Test
	void classesOfTheCoreAreFreeOfCycles() {
		check(slices().assignedFrom(new SliceAssignment() {

			@Override
			public SliceIdentifier getIdentifierOf(JavaClass type) {
				boolean core = type.getPackageName().equals("io.pulsarlock.session")
						|| type.getPackageName().equals("io.pulsarlock.line");
				return core ? SliceIdentifier.of(type.getName().replaceAll("\\$.*", "")) : SliceIdentifier.ignore();
			}

			@Override
			public String getDescription() {
				return "classes of the core";
			}

		}).should().beFreeOfCycles());
	}

	/**
	 * As if the groups were packages: a class belongs to one of them, and depends on no
	 * group above its own.
	 */
	@Test
	void groupsOfTheSessionPackageKnowOnlyThoseBelow() throws IOException {
		Map<String, Integer> levels = groups();
		assertThat(production.stream()
			.filter((type) -> type.getPackageName().equals("io.pulsarlock.session"))
			.map(ArchitectureTests::outermost)
			.filter((name) -> !name.equals("package-info"))
			.distinct()).containsExactlyInAnyOrderElementsOf(levels.keySet());
		check(classes().that()
			.resideInAPackage("io.pulsarlock.session")
			.should(new ArchCondition<>("know no group above their own") {

				@Override
				public void check(JavaClass type, ConditionEvents events) {
					int level = levels.getOrDefault(outermost(type), 0);
					type.getDirectDependenciesFromSelf()
						.stream()
						.filter((each) -> each.getTargetClass().getPackageName().equals("io.pulsarlock.session"))
						.filter((each) -> levels.getOrDefault(outermost(each.getTargetClass()), level) < level)
						.forEach((each) -> events.add(SimpleConditionEvent.violated(each, each.getDescription())));
				}

			}));
	}

	/** The classes in the tables of the document, with their levels. */
	private static Map<String, Integer> groups() throws IOException {
		Map<String, Integer> levels = new HashMap<>();
		int level = -1;
		boolean inside = false;
		for (String line : Files.readAllLines(Path.of("../docs/architecture.md"))) {
			if (line.startsWith("#")) {
				inside = line.startsWith("### `");
				level += inside ? 1 : 0;
			}
			else if (inside && line.startsWith("| `")) {
				Matcher name = Pattern.compile("`(\\w+)`").matcher(line.substring(0, line.indexOf('|', 1)));
				while (name.find()) {
					assertThat(levels.put(name.group(1), level)).as(name.group(1)).isNull();
				}
			}
		}
		return levels;
	}

	private static String outermost(JavaClass type) {
		return type.getName().substring(type.getPackageName().length() + 1).replaceAll("\\$.*", "");
	}

	@Test
	void coreKnowsNothingOfSpring() {
		check(noClasses().that()
			.resideInAnyPackage("io.pulsarlock", "io.pulsarlock.line..", "io.pulsarlock.session..",
					"io.pulsarlock.pulsar..")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "io.micrometer.."));
	}

	@Test
	void autoConfigurationsAreFinalWithoutPublicMembers() {
		check(classes().that()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.bePublic()
			.andShould()
			.haveModifier(JavaModifier.FINAL)
			.andShould()
			.haveSimpleNameEndingWith("AutoConfiguration"));
		check(members().that()
			.areDeclaredInClassesThat()
			.areAnnotatedWith(AutoConfiguration.class)
			.should()
			.notBePublic());
	}

	@Test
	void autoConfigurationsAreListed() throws IOException {
		List<String> listed = new ArrayList<>();
		ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).forEach(listed::add);
		List<String> ours = production.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.sorted()
			.toList();
		assertThat(listed.stream().filter((name) -> name.startsWith("io.pulsarlock."))).containsExactlyElementsOf(ours);
	}

	@Test
	void beanMethodsAreNotPublicAndReturnNoPrivateType() {
		check(methods().that()
			.areAnnotatedWith(Bean.class)
			.should()
			.notBePublic()
			.andShould()
			.notBePrivate()
			.andShould()
			.haveRawReturnType(DescribedPredicate.not(JavaClass.Predicates.assignableTo(Object.class)
				.and(HasModifiers.Predicates.modifier(JavaModifier.PRIVATE)))));
	}

	@Test
	void beanMethodsHaveNoConditionOnAClass() {
		check(noMethods().that().areAnnotatedWith(Bean.class).should().beAnnotatedWith(ConditionalOnClass.class));
	}

	@Test
	void conditionOnAMissingBeanDoesNotRepeatTheReturnType() {
		check(methods().that()
			.areAnnotatedWith(Bean.class)
			.and()
			.areAnnotatedWith(ConditionalOnMissingBean.class)
			.should(new ArchCondition<>("not name the type they return") {

				@Override
				public void check(JavaMethod method, ConditionEvents events) {
					Class<?>[] types = method.getAnnotationOfType(ConditionalOnMissingBean.class).value();
					boolean repeated = types.length == 1
							&& types[0].getName().equals(method.getRawReturnType().getName());
					events.add(new SimpleConditionEvent(method, !repeated, method.getFullName()));
				}

			})
			.allowEmptyShould(true));
	}

	@Test
	void postProcessorsAreStatic() {
		check(methods().that()
			.areAnnotatedWith(Bean.class)
			.and()
			.haveRawReturnType(JavaClass.Predicates.assignableTo(BeanPostProcessor.class)
				.or(JavaClass.Predicates.assignableTo(BeanFactoryPostProcessor.class)))
			.should()
			.beStatic()
			.allowEmptyShould(true));
	}

	@Test
	void conditionsAreNotPublic() {
		check(classes().that().areAssignableTo(Condition.class).should().notBePublic().allowEmptyShould(true));
	}

	@Test
	void propertiesAreBoundByTheirValue() {
		check(classes().that()
			.areAnnotatedWith(ConfigurationProperties.class)
			.should(new ArchCondition<>("not use the attribute 'prefix'") {

				@Override
				public void check(JavaClass type, ConditionEvents events) {
					boolean prefix = !type.getAnnotationOfType(ConfigurationProperties.class).prefix().isEmpty();
					events.add(new SimpleConditionEvent(type, !prefix, type.getName()));
				}

			}));
	}

	@Test
	void caseIsChangedInTheRootLocale() {
		check(noClasses().should()
			.callMethod(String.class, "toLowerCase")
			.orShould()
			.callMethod(String.class, "toUpperCase"));
	}

	private static void check(ArchRule rule) {
		rule.check(production);
	}

}
