package io.pulsarlock.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.line.JournalRecord;
import io.pulsarlock.line.JournalRecord.Expel;
import io.pulsarlock.line.JournalRecord.Heartbeat;
import io.pulsarlock.line.JournalRecord.Request;
import io.pulsarlock.line.JournalRecord.Rest;
import io.pulsarlock.line.JournalRecord.Resting;
import io.pulsarlock.line.JournalRecord.Revoke;
import io.pulsarlock.line.Position;
import io.pulsarlock.session.SimulatedLog.Entry;
import org.jspecify.annotations.Nullable;

/**
 * The journal as one session of one client sees it.
 */
final class SimulatedJournal implements Journal {

	private static final long CLOSE_LIMIT = 5 * SimulatedTime.SECOND;

	private static final UUID STRANGER = new UUID(0, 0);

	private final SimulatedClient client;

	private final SimulatedCluster cluster;

	private final ArrayDeque<Pending> pending = new ArrayDeque<>();

	private final CompletableFuture<Void> closed = new CompletableFuture<>();

	private @Nullable Listener listener;

	private @Nullable UUID session;

	private long nextNumber;

	private int next;

	/** What was there when reading began. */
	private Position begun = Position.NONE;

	/** Only for broken twins: answers that wait until all up to there was read. */
	private final ArrayDeque<Runnable> unread = new ArrayDeque<>();

	private int unreadUpTo;

	private boolean closing;

	/** Parts that are being read again. */
	private final Set<CompletableFuture<Void>> again = new LinkedHashSet<>();

	private long claimedIn;

	private int blindFrom;

	private int blindTo;

	SimulatedJournal(SimulatedClient client) {
		this.client = client;
		this.cluster = client.cluster();
	}

	@Override
	public Position start(Listener listener) {
		this.listener = listener;
		this.begun = this.cluster.log().before(this.cluster.log().size());
		this.next = twin(SimulationTwin.JOINS_WITHOUT_READING) ? this.cluster.log().size()
				: this.cluster.log().start(this.cluster.time().chance(0.5), this.client::view);
		read();
		return this.cluster.log().before(this.next);
	}

	private void read() {
		SimulatedLink link = this.client.link();
		if (link != null && this.listener != null && !this.closing) {
			int from = this.next;
			link.toBroker(() -> link.broker().read(link, this, from));
		}
	}

	@Override
	public CompletionStage<?> readAgain(Position after, Position before) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		SimulatedLink link = this.client.link();
		if (link == null || this.closing) {
			done.completeExceptionally(new LockUnavailableException("not connected", null));
			return done;
		}
		this.cluster.coverage().count("holes read again");
		this.again.add(done);
		link.toBroker(() -> link.broker().readAgain(link, this, after, before, done));
		return done;
	}

	void deliveredAgain(List<Entry> entries, CompletableFuture<Void> done) {
		Listener listener = this.listener;
		if (!this.closing && listener != null && this.again.remove(done)) {
			entries.forEach((entry) -> listener.received(entry.position(), twisted(entry)));
			done.complete(null);
		}
	}

	/** Only for a broken twin: that these are left out is not seen. */
	void blind(int from, int end) {
		this.blindFrom = from;
		this.blindTo = end;
	}

	@Override
	public CompletionStage<Position> publish(JournalRecord given) {
		JournalRecord record = twin(SimulationTwin.LATE_WITHOUT_CLAIMS) ? withoutClaims(given) : given;
		mayThrow("a journal that is written");
		this.session = record.session();
		Pending publishing = new Pending(this.nextNumber++, record, new CompletableFuture<>());
		this.pending.add(publishing);
		send(publishing);
		return publishing.done();
	}

	/** As if a node whose ticks are late repeated its claims only after a new ledger. */
	private JournalRecord withoutClaims(JournalRecord record) {
		if (record instanceof Heartbeat heartbeat && heartbeat.upTo().isAfter(heartbeat.from())) {
			boolean rolled = heartbeat.upTo().ledgerId() != this.claimedIn;
			this.claimedIn = heartbeat.upTo().ledgerId();
			if (this.client.process().limps() && !rolled) {
				return new Heartbeat(heartbeat.session(), heartbeat.sequence(), heartbeat.opening(), heartbeat.info(),
						heartbeat.history(), heartbeat.upTo(), heartbeat.upTo(), List.of());
			}
		}
		return record;
	}

	private void send(Pending publishing) {
		SimulatedLink link = this.client.link();
		if (link != null) {
			if (publishing.record() instanceof Expel expel && this.cluster.admitAccused(expel.target())) {
				link.delayToBroker(this.cluster.time().between(0, 40 * SimulatedTime.MILLI));
			}
			link.toBroker(() -> link.broker().append(link, this, publishing.number(), publishing.record()));
		}
	}

	/** Connected again: continues to read, and resends unacknowledged records. */
	void connected() {
		List.copyOf(this.again)
			.forEach((each) -> each.completeExceptionally(new LockUnavailableException("disconnected", null)));
		this.again.clear();
		read();
		List<Pending> again = new ArrayList<>(this.pending);
		again.forEach((publishing) -> {
			this.cluster.coverage().count("records sent again");
			send(publishing);
		});
	}

	void acknowledged(long number, Position position) {
		while (!this.pending.isEmpty() && this.pending.peek().number() <= number) {
			Pending publishing = this.pending.poll();
			if (publishing.number() == number) {
				answer(publishing, position);
			}
			else {
				throw new IllegalStateException("an answer was skipped");
			}
		}
		endWhenSent();
	}

	/** Gives up on the oldest record, which may or may not have been written. */
	void failOldest() {
		Pending publishing = this.pending.peek();
		if (publishing != null) {
			this.cluster.coverage().count("publishes that failed");
			List<Pending> failed = List.copyOf(this.pending);
			this.pending.clear();
			failed.forEach((each) -> each.done()
				.completeExceptionally(new LockUnavailableException("simulated failure", null)));
		}
	}

	/** Whose records it writes. */
	@Nullable UUID session() {
		return this.session;
	}

	/** The next to be read. */
	int next() {
		return this.next;
	}

	void delivered(int from, int end) {
		Listener listener = this.listener;
		if (this.closing || listener == null) {
			return;
		}
		// Some records that were read before are delivered again.
		for (int i = from; i < end; i++) {
			this.next = Math.max(this.next, i + 1);
			Entry entry = this.cluster.log().entry(i);
			boolean blind = i >= this.blindFrom && i < this.blindTo && !entry.record().session().equals(this.session);
			listener.received(entry.position(), blind ? SimulationTwin.nothing(STRANGER) : twisted(entry));
		}
		answerRead();
	}

	private JournalRecord twisted(Entry entry) {
		JournalRecord record = this.client.view(entry.record());
		if (twin(SimulationTwin.REST_LOST_BY_JOINING)
				&& (record instanceof Resting || (record instanceof Rest && !entry.position().isAfter(this.begun)))) {
			return SimulationTwin.nothing(record);
		}
		if (twin(SimulationTwin.REST_BY_THE_WRITERS_CLOCK) && record instanceof Rest rest
				&& !rest.session().equals(this.session)) {
			return new Rest(rest.session(), rest.sequence(), rest.lock(),
					Math.max(rest.millis() - this.client.millisAhead(), 1));
		}
		if (twin(SimulationTwin.REVOKED_BY_LOCK) && record instanceof Revoke revoke) {
			Position place = this.client.place(revoke.lock());
			return (place != null) ? new Revoke(revoke.session(), revoke.sequence(), revoke.lock(), place) : record;
		}
		if (this.cluster.log().isPoison(entry.position()) && this.client.isDefective()) {
			// A request of no lock: a table throws.
			return twin(SimulationTwin.POISON_IGNORED) ? SimulationTwin.nothing(record)
					: new Request(record.session(), record.sequence(), null);
		}
		JournalRecord nothing = SimulationTwin.nothing(record);
		if (twin(SimulationTwin.RECORDS_SKIPPED) && this.cluster.time().chance(0.002)) {
			return nothing;
		}
		if (twin(SimulationTwin.EXPULSION_UNHEARD) && record instanceof Expel expel
				&& expel.target().equals(this.session)) {
			return nothing;
		}
		SimulationTwin twin = this.cluster.plan().twin();
		if (twin != null && !record.session().equals(this.session)) {
			boolean joining = this.client.applied().equals(Position.NONE);
			return twin.read(record, this.cluster.log().table(), joining);
		}
		return record;
	}

	private void answer(Pending publishing, Position position) {
		SimulationTwin twin = this.cluster.plan().twin();
		if (twin != null && twin.writesOtherwise()) {
			// Its writer must read the substituted record, like all others.
			this.unread.add(() -> publishing.done().complete(position));
			this.unreadUpTo = this.cluster.log().size();
			answerRead();
		}
		else {
			publishing.done().complete(position);
		}
	}

	private void answerRead() {
		while (!this.unread.isEmpty() && (this.closing || this.next >= this.unreadUpTo)) {
			this.unread.poll().run();
		}
	}

	/** Only for a broken twin: as if this node knew everything and had written it. */
	void acknowledgedByMistake(long number) {
		Position applied = this.client.applied();
		while (!applied.equals(Position.NONE) && !this.pending.isEmpty() && this.pending.peek().number() <= number) {
			applied = new Position(applied.ledgerId(), applied.entryId() + 1);
			this.pending.poll().done().complete(applied);
		}
		endWhenSent();
	}

	@Override
	public long connection() {
		mayThrow("a journal that is asked for its connection");
		SimulatedLink link = this.client.link();
		return (link != null) ? link.number() : 0;
	}

	private void mayThrow(String what) {
		try {
			this.cluster.throwing().port(what);
		}
		catch (Throwable ex) {
			if (twin(SimulationTwin.TICKS_END_WITH_AN_ERROR)) {
				this.client.process().endPeriodic();
			}
			throw ex;
		}
	}

	@Override
	public void trim(Position upTo) {
		this.cluster.log().trim(twin(SimulationTwin.TRIMMED_EARLY) ? this.client.applied() : upTo);
	}

	@Override
	public CompletionStage<?> close() {
		if (!this.closing) {
			this.closing = true;
			SimulatedLink link = this.client.link();
			if (link != null) {
				link.toBroker(() -> link.broker().endReading(this));
			}
			this.client.process().later(CLOSE_LIMIT, () -> {
				this.pending.clear();
				endWhenSent();
			});
			endWhenSent();
		}
		return this.closed;
	}

	private void endWhenSent() {
		if (this.closing && this.pending.isEmpty()) {
			this.client.journals().remove(this);
			this.closed.complete(null);
		}
	}

	private boolean twin(SimulationTwin twin) {
		return this.cluster.plan().twin(twin);
	}

	private record Pending(long number, JournalRecord record, CompletableFuture<Position> done) {
	}

}
