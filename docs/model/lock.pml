/*
 * The lock protocol of ../protocol.md as a finite model: N sessions with a ticket each in L lines, J more
 * that join later, and one journal. See README.md.
 *
 * Time is a number of ticks. What the protocol compares are ages, so only ages are kept, each up to the
 * bound it is compared with. Nothing ever has to happen: whatever may happen may also happen later or never.
 * So a connection that is reset, a black hole, a topic that moves while a broker does not know, a reader
 * that lags, a process that stands and a dead one need no words of their own, and have no bound.
 *
 * A record that the journal takes may have been sent at any time since the one before it of its session:
 * its age is chosen when it is taken, so any number of them may be on their way. The journal is kept as
 * what its records have done (which sessions and tickets are gone) and, for each session, what of this it
 * has not read yet. What a session reads of the others it may read in any order, which is more than the
 * real one may; that its own record counts is decided in the record's place. The position a compare-and-set
 * names is not kept: any later record of the target voids the expulsions of it that are on their way.
 *
 * Every -DNAME of a broken twin takes one rule away; check.sh says which and expects each to be caught.
 */
#ifndef N
#define N 2
#endif
#ifndef J
#define J 0
#endif
#ifndef L
#define L 1
#endif
#ifndef LEASE
#define LEASE 3
#endif
#ifndef GRACE
#define GRACE 2
#endif
#define S (N + J)

/*
 * INSTANT: what is sent is taken and applied at once; only the reading of others lags. For the protocol this
 * loses nothing, because what waits only makes a session believe less and its judges wait for longer. The
 * twins need the delays.
 */

/* How long a session must be silent: in front of a line, and elsewhere. */
#ifdef EARLY_BY_GRACE
#define SILENT_FRONT (GRACE - 1)
#else
#define SILENT_FRONT GRACE
#endif
#ifdef EARLY_BY_LEASE
#define SILENT (LEASE - 1)
#else
#define SILENT LEASE
#endif
#define LEAST (SILENT_FRONT < SILENT -> SILENT_FRONT : SILENT)
/*
 * GRACE_FOR_ALL: more than the protocol allows. A grace is enough for all, so nobody needs to know who is in
 * front but who waits.
 */
#ifdef GRACE_FOR_ALL
#define PATIENCE GRACE
#define LONGEST GRACE
#define SEES(i, l, x) (hold[IX(i, l)] == WAITS && BEFORE(x, i, l))
#else
#define PATIENCE SILENT
#define LONGEST LEASE
#define SEES(i, l, x) 1
#endif

/*
 * REPLACED: the topic is replaced once by another one of the same name, and with it what only its writer has read. For
 * two sessions and one lock, and before either has left.
 */
#ifdef REPLACED
#define OLDEST LEASE
#define OTHER(i) (1 - (i))
#define IN_LEDGER(i) (!replaced || entered[i])
/* A session whose lease has passed is not confirmed any more. Only here anything hangs on that. */
#ifdef LAPSE_REVIVED
#define LAPSED(i) 0
#else
#define LAPSED(i) (confirmed[i] == LEASE)
#endif
#define APPLICABLE(i) ((IN_LEDGER(i) && !old[i] || !entered[i] && old[i]) && !LAPSED(i))
#define SPARED(i) spared[i]
#define HEARD_ALL(i) (!awaited[i])
#ifdef LEDGER_IGNORED
#define MAY_JUDGE(i) 1
#define PATIENT(i) 0
#else
#define MAY_JUDGE(i) IN_LEDGER(i)
#ifdef IMPATIENT
#define PATIENT(i) 0
#else
#define PATIENT(i) (entered[i] && !met[i])
#endif
#endif
#ifdef GAP_UNNOTICED
#define NOTICES(x) 0
#else
#define NOTICES(x) (missing[x] && replaced || ended[x])
#endif
bit replaced;
bit entered[N];		/* has read a record of the new ledger */
bit met[N];		/* has read a record of the other there */
bit awaited[N];		/* waits for what the other repeats there */
bit spoke[N];		/* has repeated it, having read on there */
bit old[N];		/* the own record that is not applied yet is one of the old ledger */
bit missing[N];		/* there is a record of it that the other will never read */
bit spared[N];		/* its expulsion does not count in its own table, which knows of that record */
#else
#define OLDEST GRACE
#define IN_LEDGER(i) 1
#define APPLICABLE(i) 1
#define SPARED(i) 0
#define HEARD_ALL(i) 1
#define MAY_JUDGE(i) 1
#define PATIENT(i) 0
#endif

/*
 * WRITER: that session takes all of each lock, and all others are readers, which share it. A session is in front, alone or
 * with others, if each that stands before it is gone or shares the lock with it.
 */
#ifdef WRITER
#define SHARES(a, b) ((a) != WRITER && (b) != WRITER)
#else
#define SHARES(a, b) 0
#endif
#ifdef READER_PASSES
/* A reader does not mind a writer that waits for others. */
#define MINDS(x, s) (x == s || x == WRITER || s != WRITER || first == NOBODY)
#else
#define MINDS(x, s) 1
#endif

/*
 * HINTS: a session that has left a lock may say so beside the journal. Whoever waits may receive this at any time, never, or
 * again, and takes it for the end of all up to that place when it looks whether it may enter, and for nothing else. See
 * hints.pml.
 */
#ifdef HINTS
#define HINTED(i, l, s) (RANK(s, l) < upTo[IX(i, l)])
#define SAID(i, l) said[IX(i, l)]
#define TOLD(i, l, x) \
	:: d_step { RUNS(i) && JOINED(i) && hold[IX(i, l)] == WAITS && SAID(x, l) && !HINTED(i, l, x) -> upTo[IX(i, l)] = RANK(x, l) + 1; skip }
bit said[S * L];	/* has had all of the lock, and has left it */
byte upTo[S * L];	/* the places before this one are gone, by hints */
#else
#define HINTED(i, l, s) 0
#define SAID(i, l) 0
#define TOLD(i, l, x)
#endif

#if defined(WRITER) && !defined(GONE_OF_A_SHARE)
#define ALONE(i) ((i) == WRITER)
#else
#define ALONE(i) 1
#endif

/* What other broken twins take away. */
#ifdef NO_DEADLINE
#define IN_TIME(i) 1
#else
#define IN_TIME(i) (confirmed[i] < GRACE)
#endif
#ifdef GRANT_UNPROVEN
#define FRESH(i) 1
#else
#define FRESH(i) (confirmed[i] < GRACE)
#endif
#ifdef JOIN_EARLY
#define JOINED(i) LIVES(i)
#define KNOWS(i, s) (state[i] != JOINING || i == s || heard[IN(i, s)] != UNREAD)
#else
#define JOINED(i) (state[i] == ACTIVE)
#define KNOWS(i, s) 1
#endif
#if defined(NO_CAS) || defined(SILENCE_KEPT)
#define UNHEARD(age) age
#else
#define UNHEARD(age) UNREAD
#endif
#ifdef NO_CAS
#define HEARS(i, x) (opened[x] && WANTED(x))
#define VOIDS 0
#else
#define HEARS(i, x) (heard[IN(i, x)] == UNREAD)
#define VOIDS 1
#endif
#ifdef CLOCK_STANDS
#define CLOCK_RUNS(i) (!stands[i])
#define RUNS(i) (LIVES(i) && !stands[i])
bit stands[S];
#else
#define CLOCK_RUNS(i) 1
#define RUNS(i) LIVES(i)
#endif
/* Only who has missed the deadline leaves, which is what the twin does not keep to. */
#ifdef REVIVED
#define MAY_LEAVE(i) (confirmed[i] == GRACE)
#elif defined(REACH_EXPELLED) || defined(REACH_REJOINED)
#define MAY_LEAVE(i) 0
#else
#define MAY_LEAVE(i) 1
#endif

/* Hand-overs of one kind only, so that reaching one proves that kind. */
#if defined(REACH_EXPELLED) || defined(REACH_REJOINED) || defined(REACH_TOLD)
#define MAY_PART 0
#else
#define MAY_PART 1
#endif
#ifdef REACH_RELEASED
#define MAY_EXPEL 0
#define MAY_END 0
#else
#define MAY_EXPEL 1
#define MAY_END 1
#endif
#ifdef REACH_REJOINED
#define MAY_JOIN (ended[0] && state[0] == OVER)
#else
#define MAY_JOIN 1
#endif
#ifdef REACH_RECOVERED
#define LINKED(i) (link[i] != CUT)
#define CUT 1
#define MENDED 2
byte link[S];
#else
#define LINKED(i) 1
#endif

/* A session: */
#define UNBORN 0
#define JOINING 1
#define ACTIVE 2
#define OVER 3
/* A ticket: */
#define WAITS 0
#define HELD 1
#define LEFT 2

#define UNREAD (LEASE + 1)
#define NOBODY 9

#define IX(i, l) ((i) * L + (l))
#define IN(i, s) ((i) * S + (s))
#define SEEN(i, l, s) (((i) * L + (l)) * S + (s))
/* Who has the place r of line l. Each line begins with another session; who joins later stands behind. */
#define RANKED(r, l) ((r) < N -> ((r) + (l)) % N : (r))
#define RANK(i, l) ((i) < N -> ((i) + N - (l)) % N : (i))
#define BEFORE(x, i, l) (RANK(x, l) < RANK(i, l))

/* The journal: what has been appended. */
bit opened[S];
bit ended[S];
bit gone[S * L];

/* A session, as its node knows it. */
byte state[S];
byte confirmed[S];	/* age of the latest applied own record, since it was sent */
byte applies[S];	/* 0, or 1 + the age of the own record that is appended and not applied yet */
byte verdict[S];	/* 0, or 1 + the session an expulsion on its way is about */
byte hold[S * L];

/* A session and another one. */
byte heard[S * S];	/* ticks since the latest record was received; UNREAD if the journal has a later one */
bit seen[S * L * S];	/* knows that the ticket is gone */

/* Nothing outside a step depends on these. */
hidden byte j, k, r, s, n, first, front, inFront;

#ifdef ENDED_ACCEPTED
#define WANTED(i) 1
#else
#define WANTED(i) (!GONE_ALL(i))
#endif
#define LIVES(i) (state[i] == JOINING || state[i] == ACTIVE)
#define BELIEVES(i, l) (JOINED(i) && hold[IX(i, l)] == HELD && IN_TIME(i))

/* Never two sessions believe to hold one lock, unless both are readers. */
#ifdef WRITER
#define BESIDE(i, l) ((i) != WRITER && BELIEVES(i, l))
#define EXCLUSIVE(l) assert(!(BELIEVES(WRITER, l) && (BESIDE(0, l) || BESIDE(1, l) || BESIDE(2, l))))
#elif S == 2
#define EXCLUSIVE(l) assert(BELIEVES(0, l) + BELIEVES(1, l) <= 1)
#elif S == 3
#define EXCLUSIVE(l) assert(BELIEVES(0, l) + BELIEVES(1, l) + BELIEVES(2, l) <= 1)
#else
#define EXCLUSIVE(l) assert(BELIEVES(0, l) + BELIEVES(1, l) + BELIEVES(2, l) + BELIEVES(3, l) <= 1)
#endif
#if L > 1
#define CHECK EXCLUSIVE(0); EXCLUSIVE(1)
#define LEFT_ALL(i) (hold[IX(i, 0)] == LEFT && hold[IX(i, 1)] == LEFT)
#define GONE_ALL(i) (gone[IX(i, 0)] && gone[IX(i, 1)])
#else
#define CHECK EXCLUSIVE(0)
#define LEFT_ALL(i) (hold[IX(i, 0)] == LEFT)
#define GONE_ALL(i) (gone[IX(i, 0)])
#endif

/*
 * Who is in front of a line as session i sees it: session x, if it is, alone or with others; else the first that
 * keeps it out.
 */
inline look(i, l, x)
{
	front = NOBODY; first = NOBODY; r = 0;
	do
	:: r < S && front == NOBODY ->
		s = RANKED(r, l);
		if
		:: opened[s] && KNOWS(i, s) && !seen[SEEN(i, l, s)] && !(x == i && HINTED(i, l, s)) && !(s == i && gone[IX(i, l)] && !SPARED(i)) ->
			if
			:: s != x && (SHARES(s, x) || !MINDS(x, s)) -> skip
			:: else -> front = s
			fi;
			if :: first == NOBODY -> first = s :: else -> skip fi
#ifdef LAST_GONE
		/* The end of one that shared the lock is taken for the end of all before it. */
		:: else -> front = (x == WRITER && seen[SEEN(i, l, s)] -> x : NOBODY)
#else
		:: else -> skip
#endif
		fi;
		r++
	:: else -> break
	od
}

/* The journal takes the end of session t: all its tickets are gone. */
inline takeEnd(t)
{
#ifdef REPLACED
	spared[t] = missing[t] && state[t] == ACTIVE;
#endif
#ifdef REACH_TOLD
	/* It has said that it has left the lock, its release was never taken, and the other one is inside. */
	assert(!(SAID(t, 0) && !gone[t] && BELIEVES(1 - t, 0)));
#endif
	ended[t] = 1;
	k = 0;
	do
	:: k < L -> gone[IX(t, k)] = 1; k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < S ->
		heard[IN(k, t)] = 0;
		if :: verdict[k] == 1 + t -> verdict[k] = 0 :: else -> skip fi;
		k++
	:: else -> break
	od
}

/* The journal takes an own record of session i that was sent some ticks ago. */
inline take(i, ago)
{
#ifdef ENDED_ACCEPTED
	/* It opens the session again, and claims its tickets. */
	ended[i] = 0;
	k = 0;
	do
	:: k < L -> gone[IX(i, k)] = 0; k++
	:: else -> break
	od;
#endif
	opened[i] = 1; applies[i] = 1 + ago;
#ifdef REPLACED
	spoke[i] = entered[i];
#endif
	k = 0;
	do
	:: k < S ->
		if :: k != i && LIVES(k) -> heard[IN(k, i)] = UNHEARD(heard[IN(k, i)]) :: else -> skip fi;
		/* It voids every expulsion that does not know it. */
		if :: VOIDS && verdict[k] == 1 + i -> verdict[k] = 0 :: else -> skip fi;
		k++
	:: else -> break
	od
}

/* Session i applies its own record: it is confirmed since it was sent. */
inline apply(i)
{
#ifdef REACH_RECOVERED
	assert(link[i] != MENDED || hold[i] != HELD || confirmed[i] == GRACE || applies[i] > confirmed[i]);
#endif
#ifdef COUNT_FROM_APPLIED
	applies[i] = 1;
#endif
	if :: applies[i] - 1 < confirmed[i] -> confirmed[i] = applies[i] - 1 :: else -> skip fi;
	applies[i] = 0; state[i] = ACTIVE;
#ifdef REPLACED
	old[i] = 0;
#endif
#ifdef REVIVED
	k = 0;
	do
	:: k < L -> if :: hold[IX(i, k)] == LEFT -> hold[IX(i, k)] = HELD :: else -> skip fi; k++
	:: else -> break
	od
#endif
}

/* A session is opened: its tickets stand behind all that are there. */
inline join(i, ago)
{
	state[i] = JOINING;
#ifdef JOIN_EARLY
	confirmed[i] = ago;
#else
	confirmed[i] = OLDEST;
#endif
	k = 0;
	do
	:: k < S -> if :: k != i && opened[k] && WANTED(k) -> heard[IN(i, k)] = UNREAD :: else -> skip fi; k++
	:: else -> break
	od;
	take(i, ago)
}

/* The session is over and its node knows: it was expelled, a lease has passed, its process is dead. */
inline end(i)
{
	state[i] = OVER; confirmed[i] = 0; applies[i] = 0;
	k = 0;
	do
	:: k < L ->
		hold[IX(i, k)] = LEFT;
#ifdef HINTS
		upTo[IX(i, k)] = 0;
#endif
		k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < S -> heard[IN(i, k)] = 0; k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < S * L -> seen[i * L * S + k] = 0; k++
	:: else -> break
	od
}

inline leave(i, l)
{
	hold[IX(i, l)] = LEFT;
#ifdef HINTS
	said[IX(i, l)] = ALONE(i);
#endif
#ifndef REVIVED
	if :: LEFT_ALL(i) -> end(i) :: else -> skip fi
#endif
	skip
}

inline takeRelease(i, l)
{
	gone[IX(i, l)] = 1;
	if
	:: GONE_ALL(i) ->
		/* Nobody has to judge it any more. */
		k = 0;
		do
		:: k < S ->
			heard[IN(k, i)] = 0;
			if :: verdict[k] == 1 + i -> verdict[k] = 0 :: else -> skip fi;
			k++
		:: else -> break
		od
	:: else -> skip
	fi
}

/* Lock l is not waited for any more. */
inline forget(i, l)
{
#ifdef GRACE_FOR_ALL
	k = 0;
	do
	:: k < S -> seen[SEEN(i, l, k)] = 0; k++
	:: else -> break
	od
#endif
	skip
}

#ifdef REPLACED
inline replace()
{
	replaced = 1;
	j = 0;
	do
	:: j < N ->
		missing[j] = (heard[IN(OTHER(j), j)] == UNREAD);
		old[j] = (applies[j] > 0); verdict[j] = 0;
		/* How old the latest record is that was received is not kept. */
		if :: missing[j] -> heard[IN(OTHER(j), j)] = LONGEST :: else -> skip fi;
		j++
	:: else -> break
	od
}

/* Session i reads the first record of the new ledger. */
inline enter(i)
{
	entered[i] = 1; awaited[i] = !ended[OTHER(i)];
	if :: old[i] -> old[i] = 0; applies[i] = 0 :: else -> skip fi;
#ifndef LEDGER_IGNORED
	if :: heard[IN(i, OTHER(i))] != UNREAD -> heard[IN(i, OTHER(i))] = 0 :: else -> skip fi
#endif
	skip
}
#endif

/* Session i reads what x has written. */
inline hear(i, x)
{
#ifdef REPLACED
	/* A gap in the numbers, or who has ended goes on. */
	if
	:: NOTICES(x) -> end(i)
	:: else ->
		heard[IN(i, x)] = 0; met[i] = replaced;
		if :: spoke[x] -> awaited[i] = 0 :: else -> skip fi
	fi
#else
	heard[IN(i, x)] = 0
#endif
}

inline readGone(i, l, x)
{
	seen[SEEN(i, l, x)] = 1;
#ifdef REPLACED
	awaited[i] = 0
#endif
	skip
}

inline grant(i, l)
{
	look(i, l, i);
	if
	:: front == i && FRESH(i) && HEARD_ALL(i) ->
		hold[IX(i, l)] = HELD;
		forget(i, l);
#ifdef HINTS
		upTo[IX(i, l)] = 0;
#endif
#ifdef GRANT_UNPROVEN
		confirmed[i] = 0;
#endif
#ifndef EXCLUSION_ONLY
		/* Nothing is granted by who has ended or not joined, nor to a ticket that is gone. */
		assert(!ended[i] && !gone[IX(i, l)] && state[i] == ACTIVE);
#endif
#if defined(REACH_JOINED) || defined(REACH_REJOINED)
		assert(i < N);
#endif
		k = 0;
		do
		:: k < S ->
#ifdef REACH_EXPELLED
			assert(!(ended[k] && hold[IX(k, l)] == HELD));
#endif
#ifdef REACH_RELEASED
			assert(!gone[IX(k, l)] || ended[k]);
#endif
#ifdef REACH_SHARED
			assert(k == i || !BELIEVES(k, l));
#endif
#ifndef EXCLUSION_ONLY
			/* No token is smaller than one that was granted before, nor is anybody passed: those before it are gone. */
			assert(!BEFORE(k, i, l) || gone[IX(k, l)] || SAID(k, l) || !opened[k] || SHARES(k, i));
#endif
			k++
		:: else -> break
		od
	:: else -> skip
	fi
}

/* Session i judges x, which was silent for long enough. */
inline judge(i, x)
{
	inFront = 0; n = 0;
	do
	:: n < L -> look(i, n, x); inFront = inFront || front == x; n++
	:: else -> break
	od;
	if
	:: inFront && heard[IN(i, x)] >= SILENT_FRONT && !PATIENT(i) || heard[IN(i, x)] >= PATIENCE ->
#ifdef UNWRITTEN
		k = 0;
		do
		:: k < L -> seen[SEEN(i, k, x)] = 1; k++
		:: else -> break
		od
#else
		verdict[i] = 1 + x;
#ifdef INSTANT
		takeEnd(x)
#endif
#endif
	:: else -> skip
	fi
}

#define OLDER(x, most) x = ((x) < (most) -> (x) + 1 : (x))

inline tick()
{
	j = 0;
	do
	:: j < S ->
		if
		:: LIVES(j) ->
			if :: CLOCK_RUNS(j) -> OLDER(confirmed[j], OLDEST) :: else -> skip fi;
			if :: applies[j] && CLOCK_RUNS(j) -> OLDER(applies[j], 1 + OLDEST) :: else -> skip fi;
			k = 0;
			do
			:: k < S ->
				if
				:: k != j && opened[k] && WANTED(k) && heard[IN(j, k)] < LONGEST -> heard[IN(j, k)]++
				:: else -> skip
				fi;
				k++
			:: else -> break
			od
		:: else -> skip
		fi;
		j++
	:: else -> break
	od
}

/* The journal takes an own record. One that stands behind the end of its session does not count. */
#if defined(ACK_CONFIRMS) || defined(ENDED_ACCEPTED)
#define COUNTS(i) 1
#else
#define COUNTS(i) (!ended[i] && WANTED(i) || SPARED(i))
#endif

#define SENT_AGO(i, ago) \
	:: d_step { RUNS(i) && COUNTS(i) && LINKED(i) && applies[i] == 0 && ago <= confirmed[i] -> TAKE(i, ago); CHECK; skip }
#ifdef ACK_CONFIRMS
#define TAKE(i, ago) if :: ended[i] -> skip :: else -> take(i, ago) fi; applies[i] = 1 + ago; apply(i)
#elif defined(INSTANT)
#define TAKE(i, ago) take(i, ago); apply(i)
#else
#define TAKE(i, ago) take(i, ago)
#endif
#ifdef INSTANT
#define RECORDS(i) SENT_AGO(i, 0)
#elif GRACE > 1
#define RECORDS(i) SENT_AGO(i, 0) SENT_AGO(i, 1) SENT_AGO(i, 2)
#else
#define RECORDS(i) SENT_AGO(i, 0) SENT_AGO(i, 1)
#endif

/* All that session i may do. */
#define ACTIONS(i) \
	RECORDS(i) \
	:: d_step { RUNS(i) && LINKED(i) && applies[i] && APPLICABLE(i) -> apply(i); CHECK; skip } \
	:: d_step { verdict[i] && LINKED(i) -> n = verdict[i] - 1; verdict[i] = 0; takeEnd(n); skip } \
	:: d_step { MAY_END && RUNS(i) -> end(i); skip } \
	:: d_step { MAY_PART && state[i] == OVER && opened[i] && !ended[i] -> takeEnd(i); skip }

/* They are numbered in the order in which they join. */
#define JOINS(i) \
	:: d_step { state[i] == UNBORN && MAY_JOIN && (i == N || opened[i - 1]) -> join(i, 0); skip } \
	:: d_step { state[i] == UNBORN && MAY_JOIN && (i == N || opened[i - 1]) -> join(i, GRACE); skip }

/* All that session i may do about lock l. A hold is left by its holder, or as its deadline was seen to pass. */
#define LOCK_ACTIONS(i, l) \
	:: d_step { RUNS(i) && JOINED(i) && hold[IX(i, l)] == WAITS -> grant(i, l); CHECK; skip } \
	:: d_step { MAY_LEAVE(i) && RUNS(i) && hold[IX(i, l)] == HELD -> leave(i, l); skip } \
	:: d_step { LINKED(i) && opened[i] && hold[IX(i, l)] == LEFT && !gone[IX(i, l)] -> takeRelease(i, l); skip }

/* What session i may learn of x, and conclude from its silence. */
#define ABOUT(i, x) \
	:: d_step { RUNS(i) && LINKED(i) && IN_LEDGER(i) && HEARS(i, x) -> hear(i, x); skip } \
	:: d_step { MAY_EXPEL && MAY_JUDGE(i) && RUNS(i) && JOINED(i) && verdict[i] == 0 && opened[x] && WANTED(x) && heard[IN(i, x)] != UNREAD \
		&& heard[IN(i, x)] >= LEAST -> judge(i, x); skip }

#define READ_GONE(i, l, x) \
	:: d_step { RUNS(i) && LINKED(i) && SEES(i, l, x) && gone[IX(x, l)] && IN_LEDGER(i) && !seen[SEEN(i, l, x)] -> readGone(i, l, x); skip }

#if L > 1
#define LOCKS(i) LOCK_ACTIONS(i, 0) LOCK_ACTIONS(i, 1)
#define OF(i, x) ABOUT(i, x) READ_GONE(i, 0, x) READ_GONE(i, 1, x) TOLD(i, 0, x) TOLD(i, 1, x)
#else
#define LOCKS(i) LOCK_ACTIONS(i, 0)
#define OF(i, x) ABOUT(i, x) READ_GONE(i, 0, x) TOLD(i, 0, x)
#endif

#ifdef CLOCK_STANDS
#define FAULT(i) :: d_step { LIVES(i) -> stands[i] = !stands[i]; skip }
#elif defined(REACH_RECOVERED)
#define FAULT(i) \
	:: d_step { link[i] == 0 && BELIEVES(i, 0) -> link[i] = CUT; skip } \
	:: d_step { link[i] == CUT -> link[i] = MENDED; skip }
#else
#define FAULT(i)
#endif
#ifdef REPLACED
#define ENTERS(i) :: d_step { replaced && !entered[i] && RUNS(i) -> enter(i); skip }
#else
#define ENTERS(i)
#endif

#define STAYS(i) (state[i] != OVER)
#if S == 2
#define UNDECIDED (STAYS(0) + STAYS(1) >= 2)
#elif S == 3
#define UNDECIDED (STAYS(0) + STAYS(1) + STAYS(2) >= 2)
#else
#define UNDECIDED (STAYS(0) + STAYS(1) + STAYS(2) + STAYS(3) >= 2)
#endif

init
{
	d_step {
		j = 0;
		do
		:: j < N -> state[j] = ACTIVE; opened[j] = 1; j++
		:: else -> break
		od
	};
end_decided:
	do
	:: d_step { UNDECIDED -> tick(); CHECK; skip }
	ACTIONS(0) LOCKS(0) FAULT(0) ENTERS(0) OF(0, 1)
	ACTIONS(1) LOCKS(1) FAULT(1) ENTERS(1) OF(1, 0)
#if S > 2
	ACTIONS(2) LOCKS(2) FAULT(2) OF(0, 2) OF(1, 2) OF(2, 0) OF(2, 1)
#endif
#if S > 3
	ACTIONS(3) LOCKS(3) FAULT(3) OF(0, 3) OF(1, 3) OF(2, 3) OF(3, 0) OF(3, 1) OF(3, 2)
#endif
#ifdef REPLACED
	:: d_step { !replaced && STAYS(0) && STAYS(1) && !ended[0] && !ended[1] && !gone[0] && !gone[1] -> replace(); skip }
#endif
#if J > 0
	JOINS(N)
#endif
#if J > 1
	JOINS(N + 1)
#endif
	od
}
