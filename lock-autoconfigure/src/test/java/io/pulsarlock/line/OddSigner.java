package io.pulsarlock.line;

/** Signs with one bit, so that half of all changed records are verified. */
final class OddSigner implements RecordSigner {

	@Override
	public byte[] sign(byte[] bytes, int length) {
		byte[] signature = new byte[LENGTH];
		signature[0] = (byte) (bytes[length - 1] & 1);
		return signature;
	}

	@Override
	public boolean isSigned(byte[] bytes, int length, int signatures) {
		return bytes[length + (signatures - 1) * LENGTH] == sign(bytes, length)[0];
	}

}
