package io.pulsarlock.line;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Where sessions have ended, so that a late copy opens none again.
 */
final class EndedSessions {

	/** How many are remembered. */
	private static final int REMEMBERED = 4096;

	private final Map<UUID, Position> ended = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<UUID, Position> eldest) {
			return size() > REMEMBERED;
		}

	};

	void add(UUID session, Position at) {
		this.ended.put(session, at);
	}

	/** The end of a session was void. */
	void revoke(UUID session) {
		this.ended.remove(session);
	}

	/** Where a session has ended; null if it has not, or that is long ago. */
	@Nullable Position of(UUID session) {
		return this.ended.get(session);
	}

}
