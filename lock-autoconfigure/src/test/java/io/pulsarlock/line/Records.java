package io.pulsarlock.line;

import java.util.List;
import java.util.UUID;

import io.pulsarlock.line.JournalRecord.Bye;
import io.pulsarlock.line.JournalRecord.Claim;
import io.pulsarlock.line.JournalRecord.Downgrade;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Fire;
import io.pulsarlock.line.JournalRecord.Forget;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Idle;
import io.pulsarlock.line.JournalRecord.Release;
import io.pulsarlock.line.JournalRecord.Remaining;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.JournalRecord.SessionInfo;
import io.pulsarlock.line.JournalRecord.Skip;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Generates records of any content.
 */
final class Records {

	private Records() {
	}

	static Arbitrary<JournalRecord> any() {
		return Arbitraries
			.oneOf(List.of(heartbeats().map(JournalRecord.class::cast),
					Combinators.combine(ids(), numbers(), texts(), shares()).as(Request::new),
					Combinators.combine(ids(), numbers(), texts(), numbers()).as(Downgrade::new),
					Combinators.combine(ids(), numbers(), texts(), numbers()).as(Release::new),
					Combinators.combine(ids(), numbers(), ids(), numbers(), numbers()).as(Expel::new),
					Combinators.combine(ids(), numbers(), numbers())
						.as((session, one, other) -> new Bye(session, Math.max(one, other), Math.min(one, other))),
					Combinators.combine(ids(), numbers(), texts(), numbers()).as(Fire::new),
					Combinators.combine(ids(), numbers(), texts()).as(Forget::new),
					Combinators.combine(ids(), numbers(), somewhere()).as(Skip::new),
					Combinators.combine(ids(), numbers(), texts(), rests()).as(Rest::new),
					Combinators.combine(ids(), numbers(),
							Combinators.combine(texts(), somewhere(), rests()).as(Remaining::new).list().ofMaxSize(20))
						.as(Resting::new),
					revocations(),
					Combinators.combine(ids(), numbers(), texts(), numbers(), Arbitraries.of(true, false))
						.as(Idle::new)))
			.edgeCases((config) -> config.none());
	}

	private static Arbitrary<Revoke> revocations() {
		return Combinators.combine(ids(), numbers(), texts(), somewhere()).as(Revoke::new);
	}

	private static Arbitrary<Heartbeat> heartbeats() {
		Arbitrary<SessionInfo> infos = Combinators
			.combine(texts(), Arbitraries.longs().between(RecordBounds.MIN_LEASE_MILLIS, RecordBounds.MAX_LEASE_MILLIS),
					Arbitraries.longs().between(RecordBounds.MIN_GRACE_MILLIS, RecordBounds.MAX_LEASE_MILLIS),
					Arbitraries.integers().between(1, RecordBounds.MAX_SHARDS),
					Arbitraries.longs().between(0, RecordBounds.MAX_TOKEN_FLOOR), numbers())
			.as((node, lease, grace, shards, floor, hints) -> new SessionInfo(node, lease, Math.min(lease, grace),
					shards, floor, hints));
		Arbitrary<Claim> claims = Combinators.combine(texts(), numbers(), somewhere(), shares()).as(Claim::new);
		return Combinators
			.combine(ids(), numbers(), Arbitraries.of(true, false), infos, positions(), positions(), positions(),
					claims.list().ofMaxSize(20))
			.as(Records::heartbeat);
	}

	/** Claims are for places of the range that is claimed. */
	private static Heartbeat heartbeat(UUID session, long sequence, boolean opening, SessionInfo info, Position history,
			Position one, Position other, List<Claim> claims) {
		Position from = one.isAfter(other) ? other : one;
		Position upTo = one.isAfter(other) ? one : other;
		return new Heartbeat(session, sequence, opening, info, history, from, upTo,
				claims.stream()
					.filter((claim) -> claim.position().isAfter(from) && !claim.position().isAfter(upTo))
					.toList());
	}

	private static Arbitrary<Long> rests() {
		return Arbitraries.longs().between(0, RecordBounds.MAX_REST_MILLIS);
	}

	private static Arbitrary<Share> shares() {
		return Arbitraries.oneOf(List.of(Arbitraries.of(Share.EXCLUSIVE, Share.EXCLUSIVE, Share.SHARED),
				Combinators
					.combine(Arbitraries.integers().between(1, RecordBounds.MAX_PERMITS),
							Arbitraries.integers().between(1, RecordBounds.MAX_PERMITS))
					.as((one, other) -> Share.ofPermits(Math.min(one, other), Math.max(one, other)))));
	}

	private static Arbitrary<UUID> ids() {
		return Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new);
	}

	private static Arbitrary<Long> numbers() {
		return Arbitraries.longs().greaterOrEqual(0);
	}

	/** Whole code points of all planes; half a surrogate pair is no text. */
	private static Arbitrary<String> texts() {
		Arbitrary<String> points = Arbitraries
			.oneOf(List.of(Arbitraries.integers().between(0, 0xD7FF), Arbitraries.integers().between(0xE000, 0x10FFFF)))
			.map(Character::toString);
		return Arbitraries.oneOf(List.of(points.list().ofMaxSize(40).map((list) -> String.join("", list)),
				Arbitraries.of("l:orders", "g:leiterin-über-☃-🔒", "")));
	}

	private static Arbitrary<Position> positions() {
		return Arbitraries.oneOf(List.of(somewhere(), Arbitraries.just(Position.NONE)));
	}

	private static Arbitrary<Position> somewhere() {
		return Combinators
			.combine(Arbitraries.longs().between(0, (1L << 32) - 1), Arbitraries.longs().between(0, (1L << 24) - 1))
			.as(Position::new);
	}

}
