package io.pulsarlock.console;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps an application from answering, as a long garbage collection does.
 */
final class Stall extends OncePerRequestFilter {

	private final Lock lock = new ReentrantLock();

	private final Condition ended = this.lock.newCondition();

	private boolean stalled;

	void begin() {
		set(true);
	}

	void end() {
		set(false);
	}

	private void set(boolean stalled) {
		this.lock.lock();
		try {
			this.stalled = stalled;
			this.ended.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		this.lock.lock();
		try {
			while (this.stalled) {
				this.ended.awaitUninterruptibly();
			}
		}
		finally {
			this.lock.unlock();
		}
		chain.doFilter(request, response);
	}

}
