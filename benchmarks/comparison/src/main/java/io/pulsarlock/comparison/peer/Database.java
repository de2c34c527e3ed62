package io.pulsarlock.comparison.peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.pulsarlock.comparison.client.Settings;

/** The pool an application of Spring Boot would have. */
final class Database {

	private Database() {
	}

	static HikariDataSource pool(Settings settings) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url(settings));
		config.setUsername("postgres");
		config.setMaximumPoolSize(20);
		config.setMinimumIdle(2);
		return new HikariDataSource(config);
	}

	static String url(Settings settings) {
		return "jdbc:postgresql://" + settings.address() + "/postgres";
	}

}
