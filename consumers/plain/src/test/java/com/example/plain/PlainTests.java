package com.example.plain;

import java.time.Duration;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockNode;
import io.pulsarlock.pulsar.PulsarLocks;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PlainTests {

	@Test
	void lockIsHeldWithoutSpring() throws InterruptedException {
		assertThrows(ClassNotFoundException.class,
				() -> Class.forName("org.springframework.context.ApplicationContext"));
		try (LockNode locks = PulsarLocks.at(System.getProperty("pulsar.url")).cluster("plain").connect();
				LockHandle held = locks.obtain("stock").acquire(Duration.ofSeconds(30))) {
			assertTrue(held.isHeld());
			assertTrue(held.fencingToken() > 0);
		}
	}

}
