package io.pulsarlock.starter.migration;

import java.util.Optional;

import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;

/** The job of the documented test with two nodes. */
class Digest {

	@LeaderOnly(group = "digest", waitFor = "30s")
	Optional<Long> send() {
		return Optional.of(LockContext.current().fencingToken());
	}

}
