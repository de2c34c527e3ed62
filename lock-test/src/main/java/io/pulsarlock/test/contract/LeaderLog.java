package io.pulsarlock.test.contract;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.pulsarlock.LeaderListener;
import io.pulsarlock.LeadershipGranted;
import io.pulsarlock.LeadershipRevoked;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes down what a leader's listener hears.
 */
final class LeaderLog implements LeaderListener {

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private final List<Long> terms = new CopyOnWriteArrayList<>();

	@Override
	public void onGranted(LeadershipGranted event) {
		this.lines.add("granted");
		this.terms.add(event.term());
	}

	@Override
	public void onRevoked(LeadershipRevoked event) {
		this.lines.add("revoked");
		this.terms.add(event.term());
	}

	int size() {
		return this.lines.size();
	}

	List<String> lines() {
		return this.lines;
	}

	/** Granted and revoked in turn, in pairs of one term each, and terms grow. */
	void assertInOrder() {
		for (int i = 0; i < this.lines.size(); i++) {
			assertThat(this.lines.get(i)).as(this.lines.toString()).isEqualTo((i % 2 == 0) ? "granted" : "revoked");
			if (i % 2 == 1) {
				assertThat(this.terms.get(i)).isEqualTo(this.terms.get(i - 1));
			}
			else if (i > 0) {
				assertThat(this.terms.get(i)).isGreaterThan(this.terms.get(i - 1));
			}
		}
	}

}
