package io.pulsarlock.benchmarks.faults;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * A Java agent that changes the library in this process: it removes a rule, so that a
 * campaign can show that it would detect this, or changes the version. A process whose
 * library cannot be changed does not start.
 */
public final class Twin {

	private static final String SESSION = "io.pulsarlock.session.";

	private static final String LINE = "io.pulsarlock.line.";

	private static final Map<String, List<Mutation>> TWINS = Map.of(
			// A paused holder continues to believe until it is notified.
			"no-confirmation",
			List.of(new Mutation(SESSION + "SessionLease", "confirmedFor", List.of("long"), TwinAdvice.Confirmed.class),
					new Mutation(SESSION + "SessionLease", "holdsFor", List.of("long"), TwinAdvice.Confirmed.class)),
			// A sign of life does not void expulsions that were written without knowing
			// it.
			"expel-without-cas",
			List.of(new Mutation(LINE + "LineTable", "expel", List.of("Expel", "TableChange"),
					TwinAdvice.ExpelAnyway.class)),
			// A waiter that gives up, or a late release, takes the lock from its holder.
			"release-without-owner",
			List.of(new Mutation(LINE + "Tickets", "remove", List.of("SessionState", "String", "long", "TableChange"),
					TwinAdvice.RemoveFront.class)),
			// Only a check reveals a loss.
			"told-late",
			List.of(new Mutation(SESSION + "LossListeners$LossListener", "accept", List.of("LockLoss"),
					TwinAdvice.TellNobody.class)),
			// Not broken: a newer minor version.
			"upgraded",
			List.of(new Mutation(LINE + "RecordCodec", "encode", List.of("JournalRecord", "RecordSigner"),
					TwinAdvice.AddOption.class)),
			// Not broken: a newer major version.
			"newer",
			List.of(new Mutation(LINE + "RecordCodec", "encode", List.of("JournalRecord", "RecordSigner"),
					TwinAdvice.WriteNewer.class),
					new Mutation(LINE + "RecordCodec", "decode", List.of("byte[]", "RecordSigner"),
							TwinAdvice.ReadNewer.class)));

	private Twin() {
	}

	/**
	 * Called by the virtual machine before the program starts. Ends it if there is no
	 * such twin, or the library is not as the twin expects it.
	 * @param twin the twin's name
	 * @param instrumentation the instrumentation of classes
	 */
	public static void premain(@Nullable String twin, Instrumentation instrumentation) {
		try {
			install(mutations(twin), instrumentation);
			System.err.println("The library in this process is its twin '" + twin + "'");
		}
		catch (Throwable ex) {
			System.err.println("Twin '" + twin + "' cannot be made, so this process does not start: " + ex);
			ex.printStackTrace();
			// An exception would end the virtual machine, too, but as a crash.
			Runtime.getRuntime().halt(1);
		}
	}

	private static List<Mutation> mutations(@Nullable String twin) {
		List<Mutation> mutations = TWINS.get(String.valueOf(twin));
		if (mutations == null) {
			throw new IllegalArgumentException("There is no twin '" + twin + "', only " + names());
		}
		return mutations;
	}

	/** The names of the existing twins. */
	static Set<String> names() {
		return TWINS.keySet();
	}

	/** Applies the changes to classes that are not loaded yet. */
	static void install(List<Mutation> mutations, Instrumentation instrumentation) {
		ClassLoader loader = ClassLoader.getSystemClassLoader();
		Map<String, byte[]> changed = new LinkedHashMap<>();
		for (Mutation mutation : mutations) {
			changed.computeIfAbsent(mutation.type(), (type) -> Mutation.apply(type,
					mutations.stream().filter((each) -> each.type().equals(type)).toList(), loader));
		}
		Replacement replacement = new Replacement(loader, changed);
		instrumentation.addTransformer(replacement);
		for (String type : changed.keySet()) {
			load(type, loader);
			if (!replacement.done.contains(type)) {
				throw new IllegalStateException("Class " + type + " was loaded before it could be changed");
			}
		}
	}

	private static void load(String type, ClassLoader loader) {
		try {
			Class.forName(type, true, loader);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			throw new IllegalStateException("Class " + type + " cannot be loaded any more: " + ex, ex);
		}
	}

	/** Replaces the library's classes with the changed ones. */
	private static final class Replacement implements ClassFileTransformer {

		private final ClassLoader loader;

		private final Map<String, byte[]> changed;

		private final Set<String> done = ConcurrentHashMap.newKeySet();

		Replacement(ClassLoader loader, Map<String, byte[]> changed) {
			this.loader = loader;
			this.changed = changed;
		}

		@Override
		public byte @Nullable [] transform(@Nullable ClassLoader loader, String name, @Nullable Class<?> redefined,
				ProtectionDomain domain, byte[] bytes) {
			String type = String.valueOf(name).replace('/', '.');
			byte[] other = this.changed.get(type);
			if (other == null || loader != this.loader || redefined != null) {
				return null;
			}
			this.done.add(type);
			return other;
		}

	}

}
