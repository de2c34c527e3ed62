package io.pulsarlock.benchmarks.faults;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.method.MethodList;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatcher.Junction;
import net.bytebuddy.pool.TypePool;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

/**
 * A change of one method of the library.
 *
 * @param type the class's name
 * @param method the method's name
 * @param parameters the simple names of the types of its parameters
 * @param advice the code to insert
 */
record Mutation(String type, String method, List<String> parameters, Class<?> advice) {

	/**
	 * The class with all these changes.
	 * @param type the class's name
	 * @param mutations changes of that class
	 * @return its bytes
	 * @throws IllegalStateException if the class or one of the methods does not exist or
	 * cannot be changed in this way
	 */
	static byte[] apply(String type, List<Mutation> mutations, ClassLoader loader) {
		ClassFileLocator locator = ClassFileLocator.ForClassLoader.of(loader);
		TypePool.Resolution resolution = TypePool.Default.of(locator).describe(type);
		if (!resolution.isResolved()) {
			throw new IllegalStateException("There is no class " + type + " to change");
		}
		TypeDescription description = resolution.resolve();
		try {
			DynamicType.Builder<?> builder = new ByteBuddy().redefine(description, locator);
			for (Mutation mutation : mutations) {
				builder = builder.visit(Advice.to(mutation.advice()).on(mutation.find(description)));
			}
			byte[] bytes = builder.make().getBytes();
			if (Arrays.equals(bytes, locator.locate(type).resolve())) {
				throw new IllegalStateException("Class " + type + " is as it was");
			}
			return bytes;
		}
		catch (IOException | RuntimeException ex) {
			throw new IllegalStateException("Class " + type + " cannot be changed: " + ex.getMessage(), ex);
		}
	}

	private Junction<MethodDescription> find(TypeDescription description) {
		Junction<MethodDescription> matcher = named(this.method).and(takesArguments(this.parameters.size()));
		for (int i = 0; i < this.parameters.size(); i++) {
			String parameter = this.parameters.get(i);
			matcher = matcher.and(takesArgument(i, (type) -> type.getSimpleName().equals(parameter)));
		}
		MethodList<?> found = description.getDeclaredMethods().filter(matcher);
		if (found.size() != 1) {
			throw new IllegalStateException(
					"there are " + found.size() + " methods " + this.method + this.parameters + ", not one");
		}
		return matcher;
	}

}
