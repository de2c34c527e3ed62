package io.pulsarlock.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.Position;
import org.jspecify.annotations.Nullable;

/**
 * Places in the lines of one shard that operators at this node have asked other nodes to
 * give up, and who waits to hear that they are gone (rule 14 of the protocol). On the
 * loop.
 */
final class Revocations {

	private final Map<String, List<Revocation>> revocations = new HashMap<>();

	/** Waits until places are gone. */
	void add(String key, List<Position> places, CompletableFuture<Boolean> gone) {
		this.revocations.computeIfAbsent(key, (any) -> new ArrayList<>()).add(new Revocation(places, gone));
	}

	/** A line has changed. */
	void lineChanged(String key, @Nullable Session session) {
		if (this.revocations.isEmpty() || session == null) {
			return;
		}
		List<Revocation> ofLock = this.revocations.get(key);
		if (ofLock == null) {
			return;
		}
		ofLock.removeIf((each) -> {
			boolean gone = each.places().stream().allMatch((place) -> session.table().ticket(key, place) == null);
			if (gone) {
				each.gone().complete(true);
			}
			return gone;
		});
		if (ofLock.isEmpty()) {
			this.revocations.remove(key);
		}
	}

	/** What has become of them will not be known. */
	void fail() {
		this.revocations.values()
			.forEach((ofLock) -> ofLock.forEach((each) -> each.gone()
				.completeExceptionally(new LockUnavailableException(
						"This node has lost touch with the cluster; the lock or leadership may still be taken away"))));
		this.revocations.clear();
	}

	private record Revocation(List<Position> places, CompletableFuture<Boolean> gone) {
	}

}
