package io.pulsarlock.sample;

import java.util.List;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the sample itself.
 *
 * @param nodes the addresses of all nodes by name, so that the page can ask each of them
 * @param control where the demo's launcher can be asked to pause or kill nodes; empty
 * without a launcher
 * @param hosts the names by which browsers may ask for this node
 * @param digest the digest mail
 */
@ConfigurationProperties("sample")
public record SampleProperties(@DefaultValue Map<String, String> nodes, @DefaultValue("") String control,
		@DefaultValue( {
				"localhost", "127.0.0.1", "[::1]", "::1" }) List<String> hosts,
		@DefaultValue Digest digest){

	/**
	 * The digest mail.
	 *
	 * @param cron when it is due
	 * @param to who gets it
	 */
	public record Digest(@DefaultValue("*/3 * * * * *") String cron, @DefaultValue("team@example.org") String to) {
	}

}
