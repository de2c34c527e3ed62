package io.pulsarlock.sample;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The last one: the demo leaves nothing behind.
 */
class SampleStopIT {

	@Test
	void demoLeavesNoProcess() throws Exception {
		RunningDemo.shared().stop();
	}

	@Test
	@Tag("proof")
	void demoLeavesNoProcessAfterTheProofs() throws Exception {
		RunningDemo.shared().stop();
	}

}
