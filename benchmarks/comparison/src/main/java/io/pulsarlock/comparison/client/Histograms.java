package io.pulsarlock.comparison.client;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;

import org.HdrHistogram.Histogram;

/** Histograms of nanoseconds, and how they travel. */
public final class Histograms {

	private Histograms() {
	}

	/**
	 * A new histogram.
	 * @return three digits, up to whatever comes
	 */
	public static Histogram create() {
		Histogram histogram = new Histogram(3);
		histogram.setAutoResize(true);
		return histogram;
	}

	static String encode(Histogram histogram) {
		ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
		int length = histogram.encodeIntoCompressedByteBuffer(buffer, Deflater.BEST_SPEED);
		byte[] bytes = new byte[length];
		buffer.rewind().get(bytes);
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

	/**
	 * Reads what a client has sent.
	 * @param text the text
	 * @return the histogram
	 */
	public static Histogram decode(String text) {
		try {
			return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getUrlDecoder().decode(text)), 0);
		}
		catch (DataFormatException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}
