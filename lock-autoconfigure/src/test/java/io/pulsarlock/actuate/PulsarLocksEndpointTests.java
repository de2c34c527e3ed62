package io.pulsarlock.actuate;

import java.time.Duration;
import java.util.List;

import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.actuate.PulsarLocksEndpoint.EndDescriptor;
import io.pulsarlock.actuate.PulsarLocksEndpoint.Kind;
import io.pulsarlock.actuate.PulsarLocksEndpoint.LockDescriptor;
import io.pulsarlock.actuate.PulsarLocksEndpoint.PulsarLocksDescriptor;
import io.pulsarlock.actuate.PulsarLocksEndpoint.RestDescriptor;
import io.pulsarlock.actuate.PulsarLocksEndpoint.SessionDescriptor;
import io.pulsarlock.actuate.PulsarLocksEndpointWebExtension.UnavailableDescriptor;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests what the endpoint shows, ends and refuses.
 */
class PulsarLocksEndpointTests {

	private final FakeLockNode registry = new FakeLockNode();

	private final PulsarLocksEndpoint endpoint = new PulsarLocksEndpoint(this.registry.monitor(),
			this.registry.administration(), this.registry.leadership());

	private final PulsarLocksEndpointWebExtension web = new PulsarLocksEndpointWebExtension(this.endpoint);

	@Test
	void viewNamesHoldersAndWaitersAndWhatIsOwn() {
		PulsarLocksDescriptor view = this.endpoint.locks();
		assertThat(view.node()).isEqualTo("a");
		LockDescriptor lock = view.locks().get(0);
		assertThat(lock.name()).isEqualTo("coupon:4711");
		assertThat(lock.holder().node()).isEqualTo("a");
		assertThat(lock.holder().token()).isEqualTo("5");
		assertThat(lock.holder().own()).isTrue();
		assertThat(lock.heldFor()).isEqualTo(Duration.ofSeconds(2));
		assertThat(lock.waiting()).singleElement().satisfies((waiter) -> {
			assertThat(waiter.node()).isEqualTo("b");
			assertThat(waiter.own()).isFalse();
		});
		assertThat(view.groups()).extracting(LockDescriptor::name).containsExactly("jobs", "elsewhere");
		assertThat(view.sessions()).hasSize(2)
			.first()
			.satisfies((session) -> assertThat(session.age()).isEqualTo(Duration.ofMillis(100)));
	}

	@Test
	void everythingIsFoundByItsName() {
		assertThat(this.endpoint.find(Kind.LOCKS, "stock/42")).isInstanceOf(LockDescriptor.class);
		assertThat(this.endpoint.find(Kind.LOCKS, "stock")).isNull();
		assertThat(this.endpoint.find(Kind.GROUPS, "jobs")).isInstanceOf(LockDescriptor.class);
		assertThat(this.endpoint.find(Kind.GROUPS, "stock/42")).isNull();
		assertThat(this.endpoint.find(Kind.SESSIONS, "s-b")).isInstanceOf(SessionDescriptor.class);
		assertThat(this.web.find(Kind.LOCKS, "stock").getStatus()).isEqualTo(404);
		assertThat(this.web.find(Kind.LOCKS, "stock/42").getStatus()).isEqualTo(200);
	}

	@Test
	void oneNameIsNeeded() {
		for (Object name : new Object[] { "", " ", List.of(), List.of("stock", "42"), List.of("stock/42", "") }) {
			assertThatExceptionOfType(InvalidEndpointRequestException.class)
				.isThrownBy(() -> this.web.find(Kind.LOCKS, name));
			assertThatExceptionOfType(InvalidEndpointRequestException.class)
				.isThrownBy(() -> this.web.end(Kind.LOCKS, name));
		}
	}

	@Test
	void ownLockIsReleased() {
		WebEndpointResponse<Object> response = this.web.end(Kind.LOCKS, "coupon:4711");
		assertThat(response.getStatus()).isEqualTo(200);
		assertThat(response.getBody()).isEqualTo(new EndDescriptor("locks", "coupon:4711", true, null));
	}

	@Test
	void lockOfAnotherNodeIsRefusedWithTheReason() {
		WebEndpointResponse<Object> response = this.web.end(Kind.LOCKS, "stock/42");
		assertThat(response.getStatus()).isEqualTo(409);
		assertThat(response.getBody())
			.isEqualTo(new EndDescriptor("locks", "stock/42", false, "Lock 'stock/42' is held by node 'b'"));
	}

	@Test
	void unknownThingsAreNotFound() {
		assertThat(this.web.end(Kind.LOCKS, "none").getStatus()).isEqualTo(404);
		assertThat(this.web.end(Kind.SESSIONS, "none").getStatus()).isEqualTo(404);
		assertThat(this.web.end(Kind.GROUPS, "none").getStatus()).isEqualTo(404);
		assertThat(this.registry.groups).isEmpty();
	}

	@Test
	void leaderOfAGroupResignsOnWhateverNode() {
		assertThat(this.web.end(Kind.GROUPS, "jobs").getBody())
			.isEqualTo(new EndDescriptor("groups", "jobs", true, null));
		assertThat(this.web.end(Kind.GROUPS, "others").getStatus()).isEqualTo(404);
		assertThat(this.registry.resigned).containsExactly("jobs", "others");
	}

	@Test
	void sessionThatIsNotSilentIsRefused() {
		assertThat(this.web.end(Kind.SESSIONS, "s-b").getStatus()).isEqualTo(409);
	}

	@Test
	void restIsShownAndEnded() {
		assertThat(this.endpoint.locks().resting())
			.containsExactly(new RestDescriptor("digest", Duration.ofSeconds(30)));
		assertThat(this.endpoint.find(Kind.RESTS, "digest")).isInstanceOf(RestDescriptor.class);
		assertThat(this.web.find(Kind.RESTS, "stock/42").getStatus()).isEqualTo(404);
		assertThat(this.web.end(Kind.RESTS, "digest").getBody())
			.isEqualTo(new EndDescriptor("rests", "digest", true, null));
		assertThat(this.web.end(Kind.RESTS, "stock/42").getStatus()).isEqualTo(404);
	}

	@Test
	void recordIsSkippedByItsPlace() {
		assertThat(this.web.end(Kind.RECORDS, "0/17:3").getBody())
			.isEqualTo(new EndDescriptor("records", "0/17:3", true, null));
		assertThat(this.web.end(Kind.RECORDS, "0/18:3").getStatus()).isEqualTo(409);
		for (String name : List.of("17:3", "0/17", "0/17:-1", "1/17:3", "0/99999999999999999999:3")) {
			assertThatExceptionOfType(InvalidEndpointRequestException.class)
				.isThrownBy(() -> this.web.end(Kind.RECORDS, name));
		}
		assertThat(this.web.find(Kind.RECORDS, "0/17:3").getStatus()).isEqualTo(404);
	}

	@Test
	void highestTokenIsTextAsItIsLargerThanNumbersOfJavaScript() {
		assertThat(this.endpoint.locks().highestToken()).isEqualTo("0");
	}

	@Test
	void nodeOutOfTouchIsUnavailableWithTheReason() {
		this.registry.inTouch = false;
		assertThatExceptionOfType(LockUnavailableException.class).isThrownBy(this.endpoint::locks);
		assertThat(this.web.locks().getStatus()).isEqualTo(503);
		assertThat(this.web.find(Kind.LOCKS, "x").getStatus()).isEqualTo(503);
		WebEndpointResponse<Object> response = this.web.end(Kind.LOCKS, "coupon:4711");
		assertThat(response.getStatus()).isEqualTo(503);
		assertThat(response.getBody()).isInstanceOfSatisfying(UnavailableDescriptor.class,
				(body) -> assertThat(body.reason()).contains("out of touch with shard 1"));
	}

}
