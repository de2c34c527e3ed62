package io.pulsarlock.test.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An authority and the certificates that it signs, made with the {@code keytool} of the
 * JDK and written as the PEM files that brokers and clients want.
 *
 * @since 0.2.0
 */
public final class TestCertificates {

	private static final String PASSWORD = "changeit";

	private final Path folder;

	private final String authority;

	/**
	 * Makes an authority.
	 * @param folder where all files are written; must exist
	 * @param authority its name, a file name too
	 */
	public TestCertificates(Path folder, String authority) {
		this.folder = folder;
		this.authority = authority;
		generate(authority, "-ext", "bc:c");
		keytool(authority, "-exportcert", "-rfc", "-alias", authority, "-file", trusted().toString());
	}

	/**
	 * The authority's certificate, for those who are to trust it.
	 * @return a PEM file
	 */
	public Path trusted() {
		return this.folder.resolve(this.authority + ".pem");
	}

	/**
	 * Makes a certificate that the authority has signed.
	 * @param name its common name, by which Pulsar knows a client; a file name too
	 * @param alternative the only name of a server, as {@code ip:10.0.0.1} or
	 * {@code dns:localhost}; empty for a client
	 * @return the certificate and its key
	 */
	public Signed sign(String name, String alternative) {
		generate(name);
		Path request = this.folder.resolve(name + ".csr");
		Path certificate = this.folder.resolve(name + ".pem");
		keytool(name, "-certreq", "-alias", name, "-file", request.toString());
		List<String> sign = new ArrayList<>(List.of("-gencert", "-rfc", "-alias", this.authority, "-infile",
				request.toString(), "-outfile", certificate.toString()));
		if (!alternative.isEmpty()) {
			sign.addAll(List.of("-ext", "san=" + alternative));
		}
		keytool(this.authority, sign.toArray(String[]::new));
		return new Signed(certificate, key(name));
	}

	private Path key(String name) {
		try {
			KeyStore store = KeyStore.getInstance(store(name).toFile(), PASSWORD.toCharArray());
			byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
			return Files.writeString(this.folder.resolve(name + ".key"), "-----BEGIN PRIVATE KEY-----\n"
					+ Base64.getMimeEncoder().encodeToString(key) + "\n-----END PRIVATE KEY-----\n");
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void generate(String name, String... further) {
		List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name,
				"-keyalg", "RSA", "-keysize", "2048", "-validity", "2"));
		arguments.addAll(List.of(further));
		keytool(name, arguments.toArray(String[]::new));
	}

	private void keytool(String store, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of(arguments));
		command.addAll(List.of("-keystore", store(store).toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new IllegalStateException(command + " failed: " + output);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while creating a certificate", ex);
		}
	}

	private Path store(String name) {
		return this.folder.resolve(name + ".p12");
	}

	/**
	 * A certificate and its key.
	 *
	 * @param certificate a PEM file with the certificate
	 * @param key a PEM file with the key, unencrypted
	 */
	public record Signed(Path certificate, Path key) {
	}

}
