package io.pulsarlock.sample.demo;

import java.io.IOException;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Ends a node of the demo when the launcher has ended, in whatever way: the standard
 * input ends then.
 */
@Component
@ConditionalOnBooleanProperty("sample.end-with-parent")
class EndWithParent {

	@EventListener
	void watch(ContextRefreshedEvent event) {
		ApplicationContext context = event.getApplicationContext();
		Thread thread = new Thread(() -> {
			try {
				while (System.in.read() >= 0) {
					// Only the end matters.
				}
			}
			catch (IOException ex) {
				// Gone is gone.
			}
			System.exit(SpringApplication.exit(context));
		}, "parent-watch");
		thread.setDaemon(true);
		thread.start();
	}

}
