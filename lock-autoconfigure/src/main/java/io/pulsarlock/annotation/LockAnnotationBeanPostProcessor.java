package io.pulsarlock.annotation;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationConvention;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.SingletonBeanRegistry;
import org.springframework.context.EmbeddedValueResolverAware;
import org.springframework.core.MethodClassKey;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;

/**
 * Applies {@link DistributedLock} and {@link LeaderOnly} to beans: outside of
 * transactions and caches, inside of method security and {@code @Async}, once for each
 * attempt of {@code @Retryable}. Checks every annotated method when its bean is made, and
 * at the end of the start that no annotated bean has escaped it.
 */
@SuppressWarnings("serial")
public class LockAnnotationBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements EmbeddedValueResolverAware, SmartInitializingSingleton {

	private static final List<Class<? extends Annotation>> ANNOTATIONS = List.of(DistributedLock.class,
			LeaderOnly.class);

	private final transient ObjectProvider<GuardDefaults> defaults;

	private final transient Map<MethodClassKey, Optional<Guard>> guards = new ConcurrentHashMap<>();

	private final transient Map<Class<?>, Boolean> candidates = new ConcurrentHashMap<>();

	private final transient Set<String> groups = ConcurrentHashMap.newKeySet();

	private transient StringValueResolver placeholders = (text) -> text;

	private transient @Nullable BeanFactory beans;

	private transient @Nullable GuardFactory factory;

	private transient AdvisorOrder advisorOrder = new AdvisorOrder(null);

	/**
	 * Create the post-processor.
	 * @param registry the registry, asked for at the first guarded call
	 * @param defaults what annotations leave open
	 * @param observations where guarded calls are observed; nowhere if there is none
	 * @param acquire how acquiring is observed; the default if there is none
	 * @param hold how holding is observed; the default if there is none
	 */
	public LockAnnotationBeanPostProcessor(ObjectProvider<LockRegistry> registry,
			ObjectProvider<GuardDefaults> defaults, ObjectProvider<ObservationRegistry> observations,
			ObjectProvider<LockAcquireObservationConvention> acquire,
			ObjectProvider<LockHoldObservationConvention> hold) {
		this.defaults = defaults;
		setBeforeExistingAdvisors(true);
		// Before those of @Retryable and @Async, which so end up outside.
		setOrder(Ordered.LOWEST_PRECEDENCE - 10);
		Supplier<GuardObservations> observing = once(
				() -> new GuardObservations(observations.getIfAvailable(() -> ObservationRegistry.NOOP),
						acquire.getIfAvailable(), hold.getIfAvailable()));
		GuardInterceptor interceptor = new GuardInterceptor(once(registry::getObject), this::expressions, this::guard,
				observing);
		this.advisor = new DefaultPointcutAdvisor(new GuardedMethods(), interceptor);
	}

	private static <T> Supplier<T> once(Supplier<T> supplier) {
		return new Supplier<>() {

			private volatile @Nullable T value;

			@Override
			public T get() {
				T known = this.value;
				if (known == null) {
					known = supplier.get();
					this.value = known;
				}
				return known;
			}

		};
	}

	/**
	 * Sets the order of the guard among the advisors of a bean.
	 * @param order the order, smaller further out; null for the default, which is inside
	 * method security, retries, circuit breakers and time limiters, and outside
	 * transactions and caches
	 * @since 0.2.0
	 */
	public void setAdvisorOrder(@Nullable Integer order) {
		this.advisorOrder = new AdvisorOrder(order);
	}

	@Override
	public void setEmbeddedValueResolver(StringValueResolver resolver) {
		this.placeholders = resolver;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		this.beans = beanFactory;
	}

	private KeyExpressions expressions() {
		return factory().expressions();
	}

	private synchronized GuardFactory factory() {
		if (this.factory == null) {
			BeanFactory beans = this.beans;
			this.factory = new GuardFactory(new KeyExpressions(beans), this.placeholders,
					once(this.defaults::getObject), once(() -> GuardFactory.handlers((beans != null)
							? beans.getBeanProvider(GuardedResultHandler.class).orderedStream() : Stream.empty())));
		}
		return this.factory;
	}

	private @Nullable Guard guard(Method method, Class<?> targetClass) {
		return guard(method, targetClass, targetClass.getName());
	}

	private @Nullable Guard guard(Method method, Class<?> proxyOrTargetClass, String beanName) {
		Class<?> targetClass = ClassUtils.getUserClass(proxyOrTargetClass);
		MethodClassKey key = new MethodClassKey(method, targetClass);
		Optional<Guard> known = this.guards.get(key);
		if (known == null) {
			known = Optional.ofNullable(factory().create(method, targetClass, beanName));
			this.guards.put(key, known);
		}
		return known.orElse(null);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Class<?> targetClass = AopUtils.getTargetClass(bean);
		if (isCandidate(targetClass)) {
			ReflectionUtils.doWithMethods(targetClass, (method) -> {
				Guard guard = guard(method, targetClass, beanName);
				if (guard != null && guard.leader() != null) {
					this.groups.add(guard.leader().group());
				}
			}, LockAnnotationBeanPostProcessor::isOwn);
		}
		Advisor guard = this.advisor;
		if (guard != null && bean instanceof Advised advised && !advised.isFrozen() && isEligible(targetClass)) {
			this.advisorOrder.add(advised, guard);
			return bean;
		}
		return super.postProcessAfterInitialization(bean, beanName);
	}

	private static boolean isOwn(Method method) {
		return !method.isBridge() && !method.isSynthetic() && method.getDeclaringClass() != Object.class;
	}

	/** Whether anything in the class may be annotated; cheap. */
	private boolean isCandidate(Class<?> type) {
		return this.candidates.computeIfAbsent(type, (any) -> AnnotationUtils.isCandidateClass(any, ANNOTATIONS)
				&& !any.getName().startsWith("java.") && !any.getName().startsWith("org.springframework."));
	}

	/**
	 * The leader groups that annotations of the beans made so far name.
	 * @return the groups
	 */
	public Set<String> leaderGroups() {
		return Set.copyOf(this.groups);
	}

	/**
	 * Finds beans that were made before this post-processor, and so run unguarded.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		if (!(this.beans instanceof ListableBeanFactory listable)
				|| !(this.beans instanceof SingletonBeanRegistry singletons)
				|| !(this.beans instanceof ConfigurableBeanFactory configurable)) {
			return;
		}
		for (String name : listable.getBeanDefinitionNames()) {
			Object bean = singletons.containsSingleton(name) ? singletons.getSingleton(name) : null;
			if (bean != null && isCandidate(AopUtils.getTargetClass(bean)) && !isAdvised(bean)) {
				check(bean, name);
			}
		}
	}

	private boolean isAdvised(Object bean) {
		Advisor own = this.advisor;
		return own != null && bean instanceof Advised advised && advised.indexOf(own) >= 0;
	}

	private void check(Object bean, String name) {
		Class<?> targetClass = AopUtils.getTargetClass(bean);
		ReflectionUtils.doWithMethods(targetClass, (method) -> {
			if (guard(method, targetClass, name) != null) {
				throw new InvalidLockAnnotationException(name, method,
						"its bean was made too early to be intercepted, so it would run unguarded",
						"Find out which post-processor or configuration needs the bean so early (the log names it as "
								+ "'not eligible for getting processed by all BeanPostProcessors'), and let it depend on "
								+ "an ObjectProvider instead.",
						null);
			}
		}, LockAnnotationBeanPostProcessor::isOwn);
	}

	/** Methods with a guard. */
	private final class GuardedMethods extends StaticMethodMatcherPointcut {

		GuardedMethods() {
			setClassFilter(new Candidates());
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return !ReflectionUtils.isObjectMethod(method) && guard(method, targetClass) != null;
		}

	}

	/** Classes in which something may be annotated. */
	private final class Candidates implements ClassFilter {

		@Override
		public boolean matches(Class<?> type) {
			return isCandidate(type);
		}

	}

}
