package io.pulsarlock.comparison.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A server that runs. */
public interface Server extends AutoCloseable {

	/**
	 * What its clients need to know: at least {@code address}.
	 * @return the settings
	 */
	Map<String, String> settings();

	/**
	 * Its processes.
	 * @return their ids
	 */
	List<Long> pids();

	/**
	 * Where it keeps its data.
	 * @return the directory
	 */
	Path data();

	@Override
	void close();

}
