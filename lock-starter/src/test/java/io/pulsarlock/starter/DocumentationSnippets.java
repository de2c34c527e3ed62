package io.pulsarlock.starter;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.FencedLock;
import io.pulsarlock.FencedReadWriteLock;
import io.pulsarlock.FencedSemaphore;
import io.pulsarlock.LeaderGroup;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockHandle;
import io.pulsarlock.LockHandles;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.annotation.DistributedLock;
import io.pulsarlock.annotation.LeaderOnly;
import io.pulsarlock.annotation.LockContext;

import org.springframework.scheduling.annotation.Scheduled;

/**
 * The code of the documentation, word for word.
 */
abstract class DocumentationSnippets {

	private Mails mails;

	private Reports reports;

	private Coupons coupons;

	private Products products;

	private Till till;

	private Bank bank;

	private Shop shop;

	private Smtp smtp;

	private LockRegistry lockRegistry;

	private Leadership leadership;

	@Scheduled(cron = "0 0 6 * * *")
	@LeaderOnly
	void sendDigest() {
		this.mails.send(this.reports.ofYesterday());
	}

	@DistributedLock(name = "coupon", key = "#couponId", waitFor = "2s")
	void redeem(String couponId) {
		this.coupons.redeem(couponId, LockContext.current().fencingToken());
	}

	void programmatic(String productId) throws InterruptedException {
		FencedLock lock = this.lockRegistry.obtain("stock", productId);
		try (LockHandle held = lock.acquire(Duration.ofSeconds(2))) {
			this.products.save(productId, held.fencingToken());
		}
	}

	void limited(FencedLock lock, List<String> productIds) throws InterruptedException {
		try (LockHandle held = lock.acquire(Duration.ofSeconds(2), Duration.ofMinutes(1))) {
			for (String productId : productIds) {
				held.holdFor(Duration.ofMinutes(1));
				this.products.save(productId, held.fencingToken());
			}
		}
	}

	void resting(FencedLock lock, String productId) throws InterruptedException {
		try (LockHandle held = lock.acquire(Duration.ofSeconds(2))) {
			held.restFor(Duration.ofMinutes(1)).join();
			this.products.save(productId, held.fencingToken());
		}
	}

	String template(String productId) throws InterruptedException {
		String receipt = this.lockRegistry.execute("till", Duration.ofSeconds(2),
				(lock) -> this.till.book(productId, lock.fencingToken()));
		return receipt;
	}

	void several(String from, String to, long amount) throws InterruptedException {
		try (LockHandles accounts = this.lockRegistry.acquireAll(List.of("account:" + from, "account:" + to),
				Duration.ofSeconds(2))) {
			this.bank.transfer(from, to, amount);
		}
	}

	@DistributedLock(name = "smtp", permits = 3, waitFor = "10s")
	void send(Mail mail) {
		this.smtp.send(mail);
	}

	long reading(String order) throws InterruptedException {
		FencedReadWriteLock prices = this.lockRegistry.readWriteLock("prices");
		try (LockHandle held = prices.readLock().acquire(Duration.ofSeconds(2))) {
			return this.shop.quote(order);
		}
	}

	void permitted(Mail mail) throws InterruptedException {
		FencedSemaphore smtp = this.lockRegistry.semaphore("smtp", 3);
		try (LockHandle permit = smtp.acquire(Duration.ofSeconds(10))) {
			this.smtp.send(mail);
		}
	}

	void leading() {
		LeaderGroup group = this.leadership.group("digest");
		if (group.isLeader()) {
			sendDigest();
		}
	}

	interface Mails {

		void send(String text);

	}

	interface Reports {

		String ofYesterday();

	}

	interface Coupons {

		void redeem(String id, long token);

	}

	interface Till {

		String book(String id, long token);

	}

	interface Bank {

		void transfer(String from, String to, long amount);

	}

	interface Shop {

		long quote(String order);

	}

	interface Smtp {

		void send(Mail mail);

	}

	record Mail(String to) {
	}

	interface Products {

		void save(String id, long token);

	}

}
