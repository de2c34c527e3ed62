package io.pulsarlock.comparison.row;

import java.util.List;

import io.pulsarlock.comparison.row.Contention.Holding;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What must be 0, or at most three, is seen where it is more. */
class ContentionTests {

	@Test
	void readersBesideReadersAreNoOverlap() {
		Contention contention = contention(reader(1, 5), reader(2, 4), reader(3, 6), writer(6, 8), reader(8, 9));
		assertThat(contention.overlaps()).isZero();
		assertThat(contention.most()).isEqualTo(3);
	}

	@Test
	void aWriterBesideAReaderOfLongAgoIsAnOverlap() {
		assertThat(contention(reader(1, 9), reader(2, 3), writer(4, 5)).overlaps()).isOne();
	}

	@Test
	void aReaderBesideAWriterIsAnOverlap() {
		assertThat(contention(writer(1, 4), reader(3, 5)).overlaps()).isOne();
	}

	@Test
	void aWriterBesideAWriterIsAnOverlap() {
		Contention contention = contention(writer(1, 4), writer(3, 5), writer(5, 6));
		assertThat(contention.overlaps()).isOne();
		assertThat(contention.most()).isEqualTo(2);
	}

	@Test
	void waitsAreThoseOfTheOnesAskedFor() {
		Contention contention = contention(reader(3, 4), writer(7, 8));
		assertThat(contention.waits(Holding::reader).getMaxValue()).isEqualTo(3);
		assertThat(contention.waits((holding) -> !holding.reader()).getMaxValue()).isEqualTo(7);
	}

	private static Contention contention(Holding... holdings) {
		return new Contention(List.of(holdings), 0);
	}

	private static Holding reader(long acquired, long released) {
		return new Holding(0, true, 0, acquired, released);
	}

	private static Holding writer(long acquired, long released) {
		return new Holding(0, false, 0, acquired, released);
	}

}
