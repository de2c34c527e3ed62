package io.pulsarlock.starter.migration;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what the examples call, and with which tokens. */
final class Calls implements AfterMigration.Work {

	final List<String> made = new CopyOnWriteArrayList<>();

	final List<Long> tokens = new CopyOnWriteArrayList<>();

	volatile Runnable during = () -> {
	};

	private void call(String name) {
		this.made.add(name);
		this.during.run();
	}

	private void call(String name, long token) {
		this.tokens.add(token);
		call(name);
	}

	@Override
	public void send(String text) {
		call("send");
	}

	@Override
	public String ofYesterday() {
		call("ofYesterday");
		return "report";
	}

	@Override
	public void load(long token) {
		call("load", token);
	}

	@Override
	public void save(String productId, long token) {
		call("save", token);
	}

	@Override
	public String book(String productId, long token) {
		call("book", token);
		return "receipt";
	}

	@Override
	public void balance(long token) {
		call("balance", token);
	}

	@Override
	public void start(long term) {
		call("start", term);
	}

	@Override
	public void stop() {
		call("stop");
	}

}
