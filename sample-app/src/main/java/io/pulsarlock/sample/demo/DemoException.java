package io.pulsarlock.sample.demo;

/**
 * The demo cannot go on; the message is for the person who started it.
 */
class DemoException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	DemoException(String message) {
		super(message);
	}

}
