package io.pulsarlock.sample.page;

import java.io.IOException;

import io.pulsarlock.sample.SampleProperties;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Rejects requests whose {@code Host} is a foreign name: a page of another origin may let
 * its own name resolve to the address of this node (DNS rebinding).
 */
@Component
class HostFilter extends OncePerRequestFilter {

	private final SampleProperties properties;

	HostFilter(SampleProperties properties) {
		this.properties = properties;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (this.properties.hosts().contains(request.getServerName())) {
			chain.doFilter(request, response);
		}
		else {
			response.sendError(HttpServletResponse.SC_FORBIDDEN);
		}
	}

}
