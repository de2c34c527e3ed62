package io.pulsarlock.kotlin

import io.pulsarlock.LockBusyException
import io.pulsarlock.LockHandle
import io.pulsarlock.LockRegistry
import io.pulsarlock.annotation.DistributedLock
import io.pulsarlock.annotation.InvalidLockAnnotationException
import io.pulsarlock.annotation.LeaderOnly
import io.pulsarlock.annotation.LockContext
import io.pulsarlock.annotation.OnBusy
import io.pulsarlock.autoconfigure.PulsarLockAnnotationAutoConfiguration
import io.pulsarlock.test.memory.InMemoryLockCluster
import java.util.function.Supplier
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.awaitility.Awaitility.await
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.springframework.beans.factory.BeanCreationException
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.test.context.runner.ApplicationContextRunner

/**
 * Guarded suspending functions and flows.
 */
class GuardedCoroutinesTests {

	private val cluster = InMemoryLockCluster.create()

	private val other = this.cluster.node("other")

	@AfterEach
	fun close() = this.cluster.close()

	@Test
	fun `suspending function holds the lock across suspensions`() = with { bean ->
		val during = runBlocking { bean.run("17") { isFree("job:17") } }
		assertThat(during).isFalse()
		await().until { isFree("job:17") }
	}

	@Test
	fun `busy lock is refused`() = with { bean ->
		take("job:17").use {
			assertThatExceptionOfType(LockBusyException::class.java)
				.isThrownBy { runBlocking { bean.run("17") { true } } }
		}
	}

	@Test
	fun `fallback is called in whichever shape it has`() = with { bean ->
		take("job:17").use {
			runBlocking {
				assertThat(bean.suspending("17")).isEqualTo("suspending 17")
				assertThat(bean.told("17")).startsWith("told 17 Lock 'job:#4523540f15'")
				assertThat(bean.plain("17")).isEqualTo("plain 17")
				assertThat(bean.plainAndTold("17")).startsWith("plain 17 Lock 'job:#4523540f15'")
				bean.nothing("17")
			}
			assertThat(bean.nothingCalled).isEqualTo("17")
		}
		runBlocking { assertThat(bean.suspending("18")).isEqualTo("ran 18") }
	}

	@Test
	fun `fallback that fails tells the caller`() = with { bean ->
		take("job:17").use {
			assertThatExceptionOfType(IllegalStateException::class.java)
				.isThrownBy { runBlocking { bean.failing("17") } }
				.withMessage("on purpose")
		}
	}

	@Test
	fun `skipped call gives null where that can be`() = with { bean ->
		take("skipped").use {
			runBlocking {
				assertThat(bean.nullable()).isNull()
				bean.unit()
			}
		}
		// The release is on its way to this node.
		await().untilAsserted { runBlocking { assertThat(bean.nullable()).isEqualTo(1) } }
	}

	@Test
	fun `flow holds the lock for each collection`() = with { bean ->
		val flow = bean.flow { isFree("flow") }
		assertThat(isFree("flow")).isTrue()
		runBlocking { assertThat(flow.toList()).containsExactly(false, false) }
		await().until { isFree("flow") }
	}

	@Test
	fun `result that is never null cannot be skipped`() {
		for (type in listOf(Counting::class.java, Naming::class.java, Leading::class.java)) {
			refused(type, "which is never null")
		}
	}

	@Test
	fun `flow within a suspending function is refused`() = refused(FlowLater::class.java, "work that is still to be done")

	@Test
	fun `final function is refused`() = refused(Closed::class.java, "it is final")

	private fun <T : Any> refused(type: Class<T>, problem: String) {
		runner().withBean("wrong", type).run { context ->
			assertThat(context.startupFailure).isInstanceOf(BeanCreationException::class.java)
				.hasCauseInstanceOf(InvalidLockAnnotationException::class.java)
				.hasMessageContaining(problem)
		}
	}

	private fun isFree(name: String): Boolean {
		val held = this.other.obtain(name).tryAcquire()
		held.ifPresent(LockHandle::close)
		return held.isPresent
	}

	private fun take(name: String): LockHandle =
		await().until({ this.other.obtain(name).tryAcquire() }, { it.isPresent }).orElseThrow()

	private fun runner() = ApplicationContextRunner()
		.withBean(LockRegistry::class.java, Supplier { this.cluster.node("node") })
		.withConfiguration(AutoConfigurations.of(PulsarLockAnnotationAutoConfiguration::class.java))

	private fun with(test: (Jobs) -> Unit) {
		runner().withBean(Jobs::class.java).run { context -> test(context.getBean(Jobs::class.java)) }
	}

}

open class Jobs {

	open var nothingCalled = ""

	@DistributedLock(name = "job", key = ["#id"])
	open suspend fun run(id: String, free: () -> Boolean): Boolean {
		delay(10)
		return free()
	}

	@DistributedLock(name = "job", key = ["#id"], fallback = "instead")
	open suspend fun suspending(id: String) = "ran $id"

	protected open suspend fun instead(id: String): String {
		delay(10)
		return "suspending $id"
	}

	@DistributedLock(name = "job", key = ["#id"], fallback = "insteadTold")
	open suspend fun told(id: String) = "ran $id"

	private suspend fun insteadTold(id: String, busy: LockBusyException): String {
		delay(10)
		return "told $id ${busy.message}"
	}

	@DistributedLock(name = "job", key = ["#id"], fallback = "insteadPlain")
	open suspend fun plain(id: String) = "ran $id"

	private fun insteadPlain(id: String) = "plain $id"

	@DistributedLock(name = "job", key = ["#id"], fallback = "insteadPlainTold")
	open suspend fun plainAndTold(id: String) = "ran $id"

	private fun insteadPlainTold(id: String, busy: LockBusyException) = "plain $id ${busy.message}"

	@DistributedLock(name = "job", key = ["#id"], fallback = "insteadOfNothing")
	open suspend fun nothing(id: String) {
		delay(id.length.toLong())
	}

	private fun insteadOfNothing(id: String) {
		this.nothingCalled = id
	}

	@DistributedLock(name = "job", key = ["#id"], fallback = "insteadFailing")
	open suspend fun failing(id: String) = "ran $id"

	private suspend fun insteadFailing(id: String): String {
		delay(id.length.toLong())
		throw IllegalStateException("on purpose")
	}

	@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
	open suspend fun nullable(): Int? = 1

	@DistributedLock(name = "skipped", onBusy = OnBusy.SKIP)
	open suspend fun unit() = delay(1)

	@DistributedLock("flow")
	open fun flow(free: () -> Boolean): Flow<Boolean> = kotlinx.coroutines.flow.flow {
		emit(free())
		delay(10)
		emit(free())
	}

}

open class Counting {

	@DistributedLock(name = "a", onBusy = OnBusy.SKIP)
	open suspend fun count(): Int = 1

}

open class Naming {

	@DistributedLock(name = "a", onBusy = OnBusy.SKIP)
	open suspend fun name(): String = LockContext.current().name()

}

open class Leading {

	@LeaderOnly("a")
	open suspend fun count(): Long = 1

}

open class FlowLater {

	@DistributedLock("a")
	open suspend fun later(): Flow<String> = flow { emit("") }

}

class Closed {

	@DistributedLock("a")
	suspend fun run() = delay(1)

}
