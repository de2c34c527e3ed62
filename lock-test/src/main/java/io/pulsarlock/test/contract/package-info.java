/**
 * What every lock cluster must hold, as abstract JUnit classes: extend the last one and
 * say how a cluster is made. The numbers in the names of the tests are those of
 * {@link io.pulsarlock.test.contract.AbstractLockContractTests}.
 */
@NullMarked
package io.pulsarlock.test.contract;

import org.jspecify.annotations.NullMarked;
