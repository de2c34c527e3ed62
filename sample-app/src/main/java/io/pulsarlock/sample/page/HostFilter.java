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
 * Serves nobody who asks for this node by a foreign name. A page of somebody else may let
 * its own name stand for the address of this node, and then asks as if it came from here.
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
