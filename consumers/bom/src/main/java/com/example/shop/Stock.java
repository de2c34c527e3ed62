package com.example.shop;

import java.time.Duration;

import io.pulsarlock.LockHandle;
import io.pulsarlock.LockRegistry;

public class Stock {

	private final LockRegistry lockRegistry;

	public Stock(LockRegistry lockRegistry) {
		this.lockRegistry = lockRegistry;
	}

	public long take(String productId) {
		try (LockHandle held = this.lockRegistry.obtain("stock", productId).acquire(Duration.ofSeconds(2))) {
			return held.fencingToken();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
