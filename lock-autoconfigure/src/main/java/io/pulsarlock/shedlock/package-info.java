/**
 * ShedLock's lock provider on the locks of this library, for applications that keep their
 * {@code @SchedulerLock}. Needs {@code shedlock-core}, and no Spring.
 */
@NullMarked
package io.pulsarlock.shedlock;

import org.jspecify.annotations.NullMarked;
