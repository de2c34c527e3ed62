package io.pulsarlock.test;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.pulsarlock.line.Hint;
import io.pulsarlock.session.Connector;
import io.pulsarlock.session.HintChannel;
import io.pulsarlock.session.Journal;

/**
 * Adds hints to a connector, from the first moment on. Some of them get lost.
 */
final class HintingConnector implements Connector {

	private final Connector connector;

	private final HintChannel hints;

	HintingConnector(Connector connector, Bus bus) {
		this.connector = connector;
		this.hints = bus.open();
	}

	@Override
	public CompletionStage<Journal> open(int shard) {
		return this.connector.open(shard);
	}

	@Override
	public void abandon(int shard) {
		this.connector.abandon(shard);
	}

	@Override
	public HintChannel hints() {
		return this.hints;
	}

	@Override
	public void close() {
		this.connector.close();
	}

	/** Carries the hints of one cluster. */
	static final class Bus {

		private final double lost;

		private final AtomicLong numbers = new AtomicLong();

		private final Map<Long, End> ends = new ConcurrentHashMap<>();

		/**
		 * Creates it.
		 * @param lost the share of hints that get lost
		 */
		Bus(double lost) {
			this.lost = lost;
		}

		private HintChannel open() {
			End end = new End(this.numbers.incrementAndGet());
			this.ends.put(end.address, end);
			return end;
		}

		private final class End implements HintChannel {

			private final long address;

			private final Map<Integer, Consumer<Hint>> listeners = new ConcurrentHashMap<>();

			private End(long address) {
				this.address = address;
			}

			@Override
			public void listen(int shard, Consumer<Hint> listener) {
				this.listeners.put(shard, listener);
			}

			@Override
			public long address() {
				return this.address;
			}

			@Override
			public void send(long address, Hint hint) {
				End to = Bus.this.ends.get(address);
				if (to != null && ThreadLocalRandom.current().nextDouble() >= Bus.this.lost) {
					to.listeners.get(hint.shard()).accept(hint);
				}
			}

		}

	}

}
