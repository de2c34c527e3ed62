package io.pulsarlock.annotation;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.micrometer.observation.ObservationRegistry;
import io.pulsarlock.Leadership;
import io.pulsarlock.LockNode;
import io.pulsarlock.LockRegistry;
import io.pulsarlock.LockUnavailableException;
import io.pulsarlock.observation.LockAcquireObservationConvention;
import io.pulsarlock.observation.LockHoldObservationConvention;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.SingletonBeanRegistry;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.context.EmbeddedValueResolverAware;
import org.springframework.core.Ordered;
import org.springframework.core.SmartClassLoader;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * Applies {@link DistributedLock} and {@link LeaderOnly} to beans: outside transactions
 * and caches, inside method security and {@code @Async}, once for each attempt of
 * {@code @Retryable}. Checks every annotated method when its bean is created, and at the
 * end of startup that it has processed every annotated bean.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class LockAnnotationBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements EmbeddedValueResolverAware, SmartInitializingSingleton {

	private final transient ObjectProvider<GuardDefaults> defaults;

	private final transient Function<BeanGuards, GuardInterceptor> interceptors;

	private final transient Set<String> processed = ConcurrentHashMap.newKeySet();

	private final transient AnnotatedBeans candidates = new AnnotatedBeans();

	private final transient Set<String> groups = ConcurrentHashMap.newKeySet();

	private final transient LeaderGroups joined;

	private transient StringValueResolver placeholders = (text) -> text;

	private transient @Nullable BeanFactory beans;

	private transient @Nullable GuardFactory factory;

	private transient AdvisorOrder advisorOrder = new AdvisorOrder(null);

	/**
	 * Create the post-processor.
	 * @param registry the registry, requested at the first guarded call
	 * @param leadership the leader groups, requested at the first call that requires
	 * leadership; those of the registry if there is none
	 * @param defaults the defaults for what annotations do not specify
	 * @param observations the registry for observations of guarded calls; no observations
	 * if there is none
	 * @param acquire the convention for acquiring; the default if there is none
	 * @param hold the convention for holding; the default if there is none
	 */
	public LockAnnotationBeanPostProcessor(ObjectProvider<LockRegistry> registry, ObjectProvider<Leadership> leadership,
			ObjectProvider<GuardDefaults> defaults, ObjectProvider<ObservationRegistry> observations,
			ObjectProvider<LockAcquireObservationConvention> acquire,
			ObjectProvider<LockHoldObservationConvention> hold) {
		this.defaults = defaults;
		setBeforeExistingAdvisors(true);
		// Before the post-processors of @Retryable and @Async, whose advisors so end up
		// outside.
		setOrder(Ordered.LOWEST_PRECEDENCE - 10);
		Supplier<GuardObservations> observing = once(
				() -> new GuardObservations(observations.getIfAvailable(() -> ObservationRegistry.NOOP),
						acquire.getIfAvailable(), hold.getIfAvailable()));
		Supplier<LockRegistry> locks = once(registry::getObject);
		LeaderGroups leaderGroups = new LeaderGroups(once(() -> leadership(leadership.getIfAvailable(), locks.get())));
		this.joined = leaderGroups;
		this.interceptors = (guards) -> new GuardInterceptor(locks, leaderGroups, this::expressions, guards::find,
				observing);
		// Decides by class; each bean gets an advisor of its own.
		this.advisor = new DefaultPointcutAdvisor(new GuardedMethods(), (MethodInterceptor) MethodInvocation::proceed);
	}

	private static Leadership leadership(@Nullable Leadership leadership, LockRegistry registry) {
		if (leadership != null) {
			return leadership;
		}
		if (registry instanceof LockNode node) {
			return node.leadership();
		}
		throw new LockUnavailableException("There is no bean of type Leadership, and the lock registry of type '"
				+ registry.getClass().getName() + "' has no leader groups");
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
	 * @param order the order, where a smaller value is further out; null for the default,
	 * which is inside method security, retries, circuit breakers and time limiters, and
	 * outside transactions and caches
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

	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		return SubclassProxies.isPossible(beanClass) ? super.determineBeanType(beanClass, beanName) : beanClass;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		// Such as scoped proxies, whose targets are guarded.
		if (bean instanceof AopInfrastructureBean || !isCandidate(bean)
				|| beanName.equals(bean.getClass().getName() + AutowireCapableBeanFactory.ORIGINAL_INSTANCE_SUFFIX)) {
			return bean;
		}
		BeanGuards guards = new BeanGuards(bean, beanName, factory());
		List<Guard> all = guards.all();
		if (all.isEmpty()) {
			return bean;
		}
		checkLifecycleMethods(beanName, guards);
		this.groups.addAll(guards.leaderGroups());
		this.processed.add(beanName);
		Advisor advisor = new DefaultPointcutAdvisor(new GuardedMethodsOf(guards), this.interceptors.apply(guards));
		if (bean instanceof Advised advised && !advised.isFrozen()) {
			if (AopUtils.isCglibProxy(bean)) {
				SubclassProxies.check(guards.targetClass(), all.get(0).method(), beanName);
			}
			this.advisorOrder.add(advised, advisor);
			return bean;
		}
		return proxy(bean, beanName, advisor, all.get(0).method(), guards.targetClass());
	}

	private Object proxy(Object bean, String beanName, Advisor advisor, Method guarded, Class<?> targetClass) {
		ProxyFactory factory = prepareProxyFactory(bean, beanName);
		if (!factory.isProxyTargetClass() && factory.getProxiedInterfaces().length == 0) {
			evaluateProxyInterfaces(bean.getClass(), factory);
		}
		if ((factory.isProxyTargetClass() || factory.getProxiedInterfaces().length == 0)
				&& !Proxy.isProxyClass(bean.getClass()) && !bean.getClass().isHidden()) {
			SubclassProxies.check(targetClass, guarded, beanName);
		}
		factory.addAdvisor(advisor);
		customizeProxyFactory(factory);
		factory.setFrozen(isFrozen());
		factory.setPreFiltered(true);
		ClassLoader classLoader = getProxyClassLoader();
		if (classLoader instanceof SmartClassLoader smart && classLoader != bean.getClass().getClassLoader()) {
			classLoader = smart.getOriginalClassLoader();
		}
		return factory.getProxy(classLoader);
	}

	/** Whether anything in the classes of the bean may be annotated; a cheap check. */
	private boolean isCandidate(Object bean) {
		return isCandidate(AopUtils.getTargetClass(bean))
				|| (Proxy.isProxyClass(bean.getClass()) && isCandidate(bean.getClass()));
	}

	/** Whether anything in the class is annotated. */
	private boolean isCandidate(Class<?> type) {
		return this.candidates.isAnnotated(type);
	}

	/**
	 * The leader groups that annotations name: those of the beans created so far and,
	 * after startup, those of all beans that have a definition, including lazy beans,
	 * beans of other scopes and the products of factory beans. The type of a bean that
	 * has not been created is taken from its definition; for a bean method, it is the
	 * return type.
	 * @return the groups
	 */
	public Set<String> leaderGroups() {
		return Set.copyOf(this.groups);
	}

	/**
	 * Makes this node a candidate of {@link #leaderGroups()}, again if it has left one.
	 * @since 0.2.0
	 */
	public void joinLeaderGroups() {
		leaderGroups().forEach(this.joined::join);
	}

	/**
	 * Finds the beans that have one of the annotations, without creating them.
	 * @param beans the beans
	 * @return the names of the beans, in alphabetical order
	 * @since 0.2.0
	 */
	public static Set<String> findAnnotatedBeans(ConfigurableListableBeanFactory beans) {
		return new AnnotatedBeans().names(beans);
	}

	/**
	 * Finds beans that were created before this post-processor and would run unguarded,
	 * and checks those that are still to be created.
	 */
	@Override
	public void afterSingletonsInstantiated() {
		if (!(this.beans instanceof ListableBeanFactory listable)
				|| !(this.beans instanceof SingletonBeanRegistry singletons)
				|| !(this.beans instanceof ConfigurableBeanFactory configurable)) {
			return;
		}
		EarlyBeans early = this.beans.getBeanProvider(EarlyBeans.class).getIfAvailable(EarlyBeans::new);
		for (String name : listable.getBeanDefinitionNames()) {
			Object bean = singletons.containsSingleton(name) ? singletons.getSingleton(name) : null;
			if (bean != null && !(bean instanceof AopInfrastructureBean) && !this.processed.contains(name)
					&& early.mayInclude(name) && isCandidate(bean)) {
				check(bean, name);
			}
		}
		if (listable instanceof ConfigurableListableBeanFactory definitions) {
			this.candidates.unmade(definitions, this::expect);
		}
		early.close();
	}

	/** Records a bean that is still to be created. */
	private void expect(String name, Class<?> type) {
		if (!this.processed.contains(name)) {
			BeanGuards guards = BeanGuards.expected(type, name, factory());
			this.groups.addAll(guards.leaderGroups());
			if (!Modifier.isAbstract(type.getModifiers())) {
				checkProxy(type, name, guards);
				checkLifecycleMethods(name, guards);
			}
		}
	}

	/** Checks a class that will be proxied by a subclass. */
	private static void checkProxy(Class<?> type, String name, BeanGuards guards) {
		List<Guard> all = guards.all();
		if (!all.isEmpty() && ClassUtils.getAllInterfacesForClass(type).length == 0) {
			SubclassProxies.check(type, all.get(0).method(), name);
		}
	}

	/**
	 * Refuses the init and destroy methods of a bean definition, which the container
	 * calls on the bean itself.
	 */
	private void checkLifecycleMethods(String name, BeanGuards guards) {
		if (!(this.beans instanceof ConfigurableListableBeanFactory definitions)
				|| !definitions.containsBeanDefinition(name) || definitions.isFactoryBean(name)
				|| !(definitions.getMergedBeanDefinition(name) instanceof AbstractBeanDefinition definition)) {
			return;
		}
		Set<String> called = new HashSet<>(names(definition.getInitMethodNames()));
		called.addAll(names(definition.getDestroyMethodNames()));
		for (Guard guard : guards.all()) {
			Method method = guard.method();
			if (called.contains(method.getName()) && method.getParameterCount() == 0
					&& GuardAnnotations.isAnnotated(method, guards.targetClass())) {
				throw GuardFactory.calledOnTheBean(name, method);
			}
		}
	}

	private static List<String> names(String @Nullable [] names) {
		return (names != null) ? List.of(names) : List.of();
	}

	private void check(Object bean, String name) {
		List<Guard> guards = new BeanGuards(bean, name, factory()).all();
		if (!guards.isEmpty()) {
			throw new InvalidLockAnnotationException(name, guards.get(0).method(),
					"its bean was made too early to be intercepted, so it would run unguarded",
					"Find out which post-processor or configuration needs the bean so early (the log names it as "
							+ "'not eligible for getting processed by all BeanPostProcessors'), and let it depend on "
							+ "an ObjectProvider instead.",
					null);
		}
	}

	/** The annotated methods of a class without a bean yet. */
	private final class GuardedMethods extends StaticMethodMatcherPointcut {

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			Class<?> userClass = ClassUtils.getUserClass(targetClass);
			return isCandidate(userClass) && GuardAnnotations.isGuarded(method, userClass);
		}

	}

	/** The guarded methods of a bean. */
	private static final class GuardedMethodsOf extends StaticMethodMatcherPointcut {

		private final BeanGuards guards;

		GuardedMethodsOf(BeanGuards guards) {
			this.guards = guards;
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return this.guards.find(method) != null;
		}

	}

}
