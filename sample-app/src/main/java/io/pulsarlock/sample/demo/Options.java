package io.pulsarlock.sample.demo;

import java.net.URI;

import org.jspecify.annotations.Nullable;

/**
 * What was asked for on the command line.
 *
 * @param nodes how many nodes
 * @param port the port of the first one
 * @param pulsar an existing Pulsar; null starts one
 * @param force whether to start although there seems to be too little memory
 */
record Options(int nodes, int port, @Nullable String pulsar, boolean force) {

	static final String HELP = """
			Starts a Pulsar broker and three nodes of the sample application on this machine.

			  --nodes=5               more nodes, up to 9 (or fewer)
			  --port=8080             the first node's port; the others get the next ones
			  --pulsar=pulsar://...   use this Pulsar instead of starting one
			  --force                 start even if there seems to be too little memory
			  --help                  this text

			A single node: --spring.profiles.active=node""";

	static Options parse(String[] args) {
		int nodes = 3;
		int port = 8080;
		String pulsar = null;
		boolean force = false;
		for (String arg : args) {
			String value = arg.substring(arg.indexOf('=') + 1);
			if (arg.startsWith("--nodes=")) {
				nodes = number(arg, value, 1, 9);
			}
			else if (arg.startsWith("--port=")) {
				port = number(arg, value, 1, 65500);
			}
			else if (arg.startsWith("--pulsar=")) {
				pulsar = pulsar(value);
			}
			else if (arg.equals("--force")) {
				force = true;
			}
			else {
				throw new DemoException(arg.equals("--help") ? HELP : "Unknown: " + arg + "\n\n" + HELP);
			}
		}
		return new Options(nodes, port, pulsar, force);
	}

	private static int number(String arg, String value, int min, int max) {
		try {
			int number = Integer.parseInt(value);
			if (number >= min && number <= max) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// As if it were out of range.
		}
		throw new DemoException(arg + " must be a number from " + min + " to " + max);
	}

	private static String pulsar(String value) {
		try {
			if (URI.create(value).getScheme().startsWith("pulsar")) {
				return value;
			}
		}
		catch (IllegalArgumentException | NullPointerException ex) {
			// As if it had another scheme.
		}
		throw new DemoException("--pulsar=" + value + " must be an address like pulsar://localhost:6650");
	}

}
