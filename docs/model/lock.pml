/*
 * The lock protocol of ../protocol.md as a finite model: N sessions with a ticket each in L lines, one
 * journal, one door per lock, and faults out of a budget. See README.md.
 *
 * Time is a number of ticks. What the protocol compares are ages, so only ages are kept, each up to the
 * bound it is compared with. No node ever has to act: whatever may happen may also happen later or never,
 * so a slow network, a slow node and a dead one need no words of their own.
 *
 * The journal is kept as what its records have done (which sessions and tickets are gone) and, for each
 * node, what of this it has not read yet. So there is no bound on how far a node may lag. What a node
 * reads of the others it may read in any order, which is more than the real one may; its own records it
 * reads in their place: with it goes what happened to the node before. The position a compare-and-set
 * names is kept as a flag that any later record of the target clears.
 *
 * Every -DNAME of a broken twin takes one rule away; check.sh says which and expects each to be caught.
 */
#ifndef N
#define N 2
#endif
#ifndef L
#define L 1
#endif
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef LEASE
#define LEASE 3
#endif
#ifndef GRACE
#define GRACE 2
#endif
/* How long the broker lets a silent connection be before it closes it. Nothing hangs on it, so not at all. */
#define LIVE 0

/* The kinds of fault, each of which can be left out. */
#ifdef NO_RESET
#define RESET 0
#else
#define RESET 1
#endif
#ifdef NO_PAUSE
#define PAUSE 0
#else
#define PAUSE 1
#endif
#ifdef NO_DARK
#define DARK 0
#else
#define DARK 1
#endif
#ifdef NO_MOVE
#define MOVE 0
#else
#define MOVE 1
#endif
/* A reset that only the broker sees. */
#ifdef NO_HALF
#define HALF 0
#else
#define HALF 1
#endif
/* Whether only one node stays with the old broker when the topic moves. */
#ifdef ONE_STALE
#define MANY_STALE 0
#else
#define MANY_STALE 1
#endif
/* Whether a node that lost its connection may be led back to the broker that no longer owns the topic. */
#ifdef NO_RETURN
#define RETURN 0
#else
#define RETURN 1
#endif

/* What the broken twins take away. */
#ifdef NO_CAS
#define HOLDS(cas) 1
#else
#define HOLDS(cas) cas
#endif
#ifdef KEEP_AFTER_CLOSE
#define DOOR_GOOD(i, l) 1
#define CONFIRMED(i) (confirmed[i] < LEASE)
#elif defined(DOOR_ONLY)
#define DOOR_GOOD(i, l) inside[IX(i, l)]
#define CONFIRMED(i) 1
#else
#define DOOR_GOOD(i, l) (doorAge[IX(i, l)] < GRACE)
#define CONFIRMED(i) (confirmed[i] < LEASE)
#endif
#ifdef DOOR_ONLY
#define TURN(i) 1
#else
#define TURN(i) (front == i)
#endif
#ifdef JOIN_EARLY
#define JOINED(i) 1
#define KNOWS(i, s) (!joining[i] || i == s)
#define YOUNG(i) (confirmed[i] < GRACE || joining[i])
#else
#define JOINED(i) (!joining[i])
#define KNOWS(i, s) 1
#define YOUNG(i) (confirmed[i] < GRACE)
#endif
#ifdef BROKEN_HEIR
#define FRESH(i, s) 1
#else
#define FRESH(i, s) fresh[IN(i, s)]
#endif
#ifdef EXPEL_EARLY
#define SILENT (LEASE - 1)
#else
#define SILENT LEASE
#endif
#ifdef EVICT_EARLY
#define PROVEN GRACE
#else
#define PROVEN (GRACE + 1)
#endif
#ifdef EVICT_SESSION
#define TAKE EXPEL
#else
#define TAKE EVICT
#endif
/* Hand-overs of one kind only, so that reaching one proves that kind. */
#if defined(REACH_EXPELLED) || defined(REACH_EVICTED)
#define MAY_RELEASE 0
#else
#define MAY_RELEASE 1
#endif
#if defined(REACH_EXPELLED) || defined(REACH_RELEASED)
#define MAY_EVICT 0
#else
#define MAY_EVICT 1
#endif
#if defined(REACH_EVICTED) || defined(REACH_RELEASED)
#define MAY_EXPEL 0
#else
#define MAY_EXPEL 1
#endif

#define NOBODY 9
#define OFF 0
#define CURRENT 1
#define STALE 2

#define HEARTBEAT 0
#define RELEASE 1
#define EXPEL 2
#define EVICT 3

#define IX(i, l) ((i) * L + (l))
#define IN(i, s) ((i) * N + (s))
#define SEEN(i, l, s) (((i) * L + (l)) * N + (s))
/* The place in line l of node i's ticket. Each line begins with another node, or all with the same. */
#ifdef SAME_ORDER
#define RANK(i, l) (i)
#define RANKED(r, l) (r)
#else
#define RANK(i, l) (((i) + N - (l)) % N)
#define RANKED(r, l) (((r) + (l)) % N)
#endif

/* The journal: what has been appended. */
bit ended[N];
bit gone[N * L];

/* The doors: at the broker that owns the topic, and at one that only believes so. */
byte door[L];
byte staleDoor[L];
bit moved;
byte faults = FAULTS;

/* A node. */
bit over[N];		/* its session has ended and it knows */
byte at[N];
bit paused[N];
byte dark[N];		/* 0, or 1 + ticks since nothing gets through */
bit cut[N];		/* the broker has closed the connection, the client does not know yet */
bit joining[N];
byte confirmed[N];	/* age of the latest applied own record, from before it was sent */

/* Its one record that is on its way or not read back yet. */
byte pending[N];	/* 0 none, 1 sent, 2 appended */
byte kind[N];
byte target[N];
byte lock[N];
bit cas[N];
byte age[N];
bit accepted[N];	/* when it was appended the session had not ended */
bit after[N * L];	/* sent after the admission that still stands */
bit before[N * L];	/* appended after the ticket had gone */

/* A node and a lock. */
bit inside[N * L];	/* as the client believes */
bit granted[N * L];	/* once, for ever */
bit lost[N * L];	/* never again, for whatever reason */
bit jeopardy[N * L];	/* no record sent after the admission has been applied yet */
byte doorAge[N * L];
byte evidence[N * L];	/* 0, or 1 + ticks since admitted as heir with nothing heard */
bit seen[N * L * N];	/* knows that the ticket is gone */

/* A node and another session. */
byte heard[N * N];
bit fresh[N * N];	/* its latest record was written while this connection stood */
bit unread[N * N];	/* there is a record of it that was not read yet */

#ifdef REACH_RECOVERED
bit broken[N];		/* a connection closed under a hold */
#endif

/* Nothing outside a step depends on these. */
hidden byte s, j, k, r, n, m, front, second;

/* Who has lost or released all that it wanted does nothing more that matters: others judge as well. */
#if L > 1
#define WANTS(i) (!lost[IX(i, 0)] || !lost[IX(i, 1)])
#define WAITS(i) (!granted[IX(i, 0)] && !lost[IX(i, 0)] || !granted[IX(i, 1)] && !lost[IX(i, 1)])
#else
#define WANTS(i) (!lost[IX(i, 0)])
#define WAITS(i) (!granted[IX(i, 0)] && !lost[IX(i, 0)])
#endif
#define RUNS(i) (!over[i] && !paused[i])
#define ACTS(i) (RUNS(i) && WANTS(i))
#define READS(i) (ACTS(i) && at[i] == CURRENT && dark[i] == 0)
#define BELIEVES(i, l) (!over[i] && granted[IX(i, l)] && !lost[IX(i, l)] && CONFIRMED(i) && DOOR_GOOD(i, l))

/* Never two nodes believe to hold one lock. */
#if N > 2
#define EXCLUSIVE(l) assert(BELIEVES(0, l) + BELIEVES(1, l) + BELIEVES(2, l) <= 1)
#else
#define EXCLUSIVE(l) assert(BELIEVES(0, l) + BELIEVES(1, l) <= 1)
#endif
#if L > 1
#define CHECK EXCLUSIVE(0); EXCLUSIVE(1)
#else
#define CHECK EXCLUSIVE(0)
#endif

/* The front and the heir of a line as node i sees it. */
inline look(i, l)
{
	front = NOBODY; second = NOBODY; r = 0;
	do
	:: r < N ->
		s = RANKED(r, l);
		if
		:: KNOWS(i, s) && !seen[SEEN(i, l, s)] ->
			if
			:: front == NOBODY -> front = s
			:: front != NOBODY && second == NOBODY -> second = s
			:: else -> skip
			fi
		:: else -> skip
		fi;
		r++
	:: else -> break
	od
}

inline leave(i, l)
{
	if
	:: !cut[i] && at[i] == CURRENT && door[l] == i -> door[l] = NOBODY
	:: !cut[i] && at[i] == STALE && staleDoor[l] == i -> staleDoor[l] = NOBODY
	:: else -> skip
	fi;
	inside[IX(i, l)] = 0; evidence[IX(i, l)] = 0; after[IX(i, l)] = 0
}

inline lose(i, l)
{
	lost[IX(i, l)] = 1; jeopardy[IX(i, l)] = 0; doorAge[IX(i, l)] = 0
}

/* The broker closes the connection: the doors are free. */
inline close(i)
{
	k = 0;
	do
	:: k < L ->
		if
		:: at[i] == CURRENT && door[k] == i -> door[k] = NOBODY
		:: at[i] == STALE && staleDoor[k] == i -> staleDoor[k] = NOBODY
		:: else -> skip
		fi;
		k++
	:: else -> break
	od
}

/* The client sees it closed. A record on its way goes on its way: the client sends it again. */
inline disconnect(i)
{
	if :: !cut[i] -> close(i) :: else -> skip fi;
	at[i] = OFF; dark[i] = 0; cut[i] = 0;
	k = 0;
	do
	:: k < L ->
		inside[IX(i, k)] = 0; evidence[IX(i, k)] = 0; after[IX(i, k)] = 0;
		jeopardy[IX(i, k)] = granted[IX(i, k)] && !lost[IX(i, k)];
#ifdef REACH_RECOVERED
		if :: jeopardy[IX(i, k)] -> broken[i] = 1 :: else -> skip fi;
#endif
		k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < N -> fresh[IN(i, k)] = 0; k++
	:: else -> break
	od
}

/* The session is over and its node knows: it leaves everything. */
inline end(i)
{
	disconnect(i);
	over[i] = 1; joining[i] = 0; confirmed[i] = 0;
	if :: pending[i] == 2 || kind[i] == HEARTBEAT -> forget(i) :: else -> age[i] = 0 fi;
	k = 0;
	do
	:: k < L -> lose(i, k); k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < N -> heard[IN(i, k)] = 0; unread[IN(i, k)] = 0; k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < L * N -> seen[i * L * N + k] = 0; k++
	:: else -> break
	od
}

inline forget(i)
{
	pending[i] = 0; kind[i] = 0; target[i] = 0; lock[i] = 0; cas[i] = 0; age[i] = 0; accepted[i] = 0;
	k = 0;
	do
	:: k < L -> after[IX(i, k)] = 0; before[IX(i, k)] = 0; k++
	:: else -> break
	od
}

inline send(i, what, who, which)
{
	pending[i] = 1; kind[i] = what; target[i] = who; lock[i] = which; age[i] = 0;
	cas[i] = (what >= EXPEL && !unread[IN(i, who)]);
	k = 0;
	do
#ifdef RESTORED_WITHOUT_DOOR
	:: k < L -> after[IX(i, k)] = !cut[i]; k++
#else
	:: k < L -> after[IX(i, k)] = inside[IX(i, k)] && !cut[i]; k++
#endif
	:: else -> break
	od;
#ifdef INSTANT
	if
	:: at[i] == CURRENT && dark[i] == 0 -> append(i); deliver(i)
	:: else -> skip
	fi
#endif
}

/* Whoever can read does so at once. */
inline deliver(i)
{
	n = 0;
	do
	:: n < N ->
		m = 0;
		do
		:: m < N * L ->
			if
			:: READS(n) && gone[m] && !seen[SEEN(n, m % L, m / L)] -> readGone(n, m % L, m / L)
			:: else -> skip
			fi;
			m++
		:: else -> break
		od;
		if
		:: n != i && READS(n) && unread[IN(n, i)] -> readOther(n, i)
		:: n == i && READS(n) && pending[n] == 2 -> readOwn(n)
		:: else -> skip
		fi;
		n++
	:: else -> break
	od
}

/* The journal takes node i's record. */
inline append(i)
{
#ifdef ENDED_ACCEPTED
	/* Opens the session again, and claims its tickets. */
	if
	:: ended[i] ->
		ended[i] = 0;
		k = 0;
		do
		:: k < L -> gone[IX(i, k)] = 0; k++
		:: else -> break
		od
	:: else -> skip
	fi;
#endif
	accepted[i] = !ended[i];
	k = target[i];
	if
	:: kind[i] == RELEASE && !ended[i] -> gone[IX(i, lock[i])] = 1
	:: kind[i] == EVICT && HOLDS(cas[i]) && !ended[k] -> gone[IX(k, lock[i])] = 1
	:: kind[i] == EXPEL && HOLDS(cas[i]) && !ended[k] ->
		ended[k] = 1;
		s = 0;
		do
		:: s < L -> gone[IX(k, s)] = 1; s++
		:: else -> break
		od
	:: else -> skip
	fi;
	k = 0;
	do
	:: k < L -> before[IX(i, k)] = gone[IX(i, k)]; k++
	:: else -> break
	od;
	if
	:: accepted[i] ->
		s = 0;
		do
		:: s < N ->
			if
			:: s != i && !over[s] ->
				unread[IN(s, i)] = 1;
				fresh[IN(s, i)] = (at[s] == CURRENT && dark[s] == 0 && !cut[s])
			:: else -> skip
			fi;
			/* It voids every judgement that does not know it. */
			if
			:: s != i && pending[s] == 1 && kind[s] >= EXPEL && target[s] == i -> cas[s] = 0
			:: else -> skip
			fi;
			s++
		:: else -> break
		od
	:: else -> skip
	fi;
	pending[i] = 2; kind[i] = 0; target[i] = 0; lock[i] = 0; cas[i] = 0;
	if
	:: over[i] -> forget(i)
	:: else ->
#ifdef ACK_CONFIRMS
		accepted[i] = 1;
		confirm(i)
#else
		skip
#endif
	fi
}

/* An own record confirms from the moment it was sent; and makes the doors count, if it was sent inside. */
inline confirm(i)
{
	if
	:: accepted[i] && age[i] < LEASE ->
		if :: age[i] < confirmed[i] -> confirmed[i] = age[i] :: else -> skip fi;
		if
		:: joining[i] -> joining[i] = 0
		:: else -> skip
		fi;
		k = 0;
		do
		:: k < L ->
			if
#ifdef OLD_RECORD_EXTENDS
			:: jeopardy[IX(i, k)] && inside[IX(i, k)] ->
#else
			:: jeopardy[IX(i, k)] && after[IX(i, k)] ->
#endif
#if defined(RESTORED_WITHOUT_DOOR)
				if
				:: inside[IX(i, k)] -> jeopardy[IX(i, k)] = 0
				:: else -> skip
				fi;
#else
				jeopardy[IX(i, k)] = 0;
#endif
#ifdef REACH_RECOVERED
				if
				:: granted[IX(i, k)] && broken[i] -> assert(false)
				:: else -> skip
				fi;
#endif
				skip
			:: else -> skip
			fi;
			/* A record alone keeps a lock for a grace from its sending. */
			if
			:: granted[IX(i, k)] && !lost[IX(i, k)] && age[i] < doorAge[IX(i, k)] -> doorAge[IX(i, k)] = age[i]
			:: else -> skip
			fi;
			k++
		:: else -> break
		od
	:: else -> skip
	fi
}

/* Node i reads that a ticket is gone. */
inline readGone(i, l, t)
{
	seen[SEEN(i, l, t)] = 1;
	if
	:: t == i ->
		lose(i, l); leave(i, l);
		if :: !WANTS(i) -> end(i) :: else -> skip fi
	:: else ->
		look(i, l);
		if :: front == i -> evidence[IX(i, l)] = 0 :: else -> skip fi
	fi
}

/* Node i reads its own record, and with it what stands before it. */
inline readOwn(i)
{
	j = 0;
	do
	:: j < L ->
		if
		:: before[IX(i, j)] && !seen[SEEN(i, j, i)] -> readGone(i, j, i)
		:: else -> skip
		fi;
		j++
	:: else -> break
	od;
	if
	:: over[i] -> skip
	:: else -> confirm(i); forget(i)
	fi
}

/* Node i reads the records of t: it lives, so the door is its own. */
inline readOther(i, t)
{
	unread[IN(i, t)] = 0; heard[IN(i, t)] = 0;
#ifndef HEIR_STAYS
	j = 0;
	do
	:: j < L ->
		if
		:: evidence[IX(i, j)] ->
			look(i, j);
			if :: front == t -> leave(i, j) :: else -> skip fi
		:: else -> skip
		fi;
		j++
	:: else -> break
	od
#endif
}

inline enter(i, l)
{
	look(i, l);
	if
	:: front == i || second == i || TURN(i) ->
		if
		:: at[i] == CURRENT -> door[l] = i
		:: else -> staleDoor[l] = i
		fi;
		inside[IX(i, l)] = 1; jeopardy[IX(i, l)] = 1;
#ifndef RESTORED_WITHOUT_DOOR
		after[IX(i, l)] = 0;
#endif
		if :: front != i -> evidence[IX(i, l)] = 1 :: else -> skip fi
	:: else -> skip
	fi
}

/*
 * A ticket may be evicted before it was ever granted, and a stale broker may admit who has none. So a grant
 * rests on the latest applied own record, for a grace from its sending, inside the door or not: no eviction
 * that does not stand before that record can be written earlier.
 */
inline grant(i, l)
{
	look(i, l);
	if
#ifdef GRANT_UNPROVEN
	:: TURN(i) ->
		jeopardy[IX(i, l)] = 0;
#else
	:: TURN(i) && YOUNG(i) ->
		jeopardy[IX(i, l)] = jeopardy[IX(i, l)] || !inside[IX(i, l)];
#endif
		granted[IX(i, l)] = 1; evidence[IX(i, l)] = 0;
		doorAge[IX(i, l)] = (jeopardy[IX(i, l)] -> confirmed[i] : 0);
#ifdef REACH_JOINED
		assert(i != N - 1);
#endif
#if defined(REACH_EVICTED) || defined(REACH_EXPELLED) || defined(REACH_RELEASED)
		assert(RANK(i, l) == 0);
#endif
#ifndef EXCLUSION_ONLY
		/* Nothing is granted by who has ended, to a ticket that is gone, or after a larger token. */
		assert(!ended[i] && !gone[IX(i, l)] && !joining[i]);
		s = 0;
		do
		:: s < N ->
			assert(RANK(s, l) <= RANK(i, l) || !granted[IX(s, l)]);
			s++
		:: else -> break
		od
#endif
	:: else -> skip
	fi
}

#define OLDER(x, most) x = ((x) < (most) -> (x) + 1 : (x))

inline tick()
{
	j = 0;
	do
	:: j < N ->
		if
		:: over[j] -> skip
		:: else ->
			OLDER(confirmed[j], LEASE);
			if :: pending[j] -> OLDER(age[j], LEASE) :: else -> skip fi;
			if :: dark[j] -> OLDER(dark[j], LIVE + 1) :: else -> skip fi;
			k = 0;
			do
			:: k < N ->
				if :: k != j -> OLDER(heard[IN(j, k)], LEASE) :: else -> skip fi;
				k++
			:: else -> break
			od;
			k = 0;
			do
			:: k < L ->
				if :: evidence[IX(j, k)] -> OLDER(evidence[IX(j, k)], GRACE + 1) :: else -> skip fi;
				if
				:: granted[IX(j, k)] && !lost[IX(j, k)] ->
					if
/* The door's age counts from the latest question that was answered, and not from when a close is seen. */
#ifdef CLOSE_UNSEEN
					:: !paused[j] && inside[IX(j, k)] && !jeopardy[IX(j, k)] -> doorAge[IX(j, k)] = 0
#else
					:: !paused[j] && inside[IX(j, k)] && !jeopardy[IX(j, k)] && !cut[j] && dark[j] == 0 -> doorAge[IX(j, k)] = 0
					:: !paused[j] && inside[IX(j, k)] && !jeopardy[IX(j, k)] && (cut[j] || dark[j]) -> OLDER(doorAge[IX(j, k)], GRACE)
#endif
					:: else -> jeopardy[IX(j, k)] = 1; OLDER(doorAge[IX(j, k)], GRACE)
					fi;
					if
					:: DOOR_GOOD(j, k) -> skip
					:: else -> lose(j, k)
					fi
				:: else -> skip
				fi;
				k++
			:: else -> break
			od
		fi;
		j++
	:: else -> break
	od
}

/* A process that has stood trusts no door until it has heard itself. */
inline wake(i)
{
	paused[i] = 0;
	k = 0;
	do
	:: k < L ->
		after[IX(i, k)] = 0;
		jeopardy[IX(i, k)] = !lost[IX(i, k)] && (inside[IX(i, k)] || granted[IX(i, k)]);
		k++
	:: else -> break
	od
}

/* The topic moves, and the broker that had it does not know. */
inline move()
{
	moved = 1;
	k = 0;
	do
	:: k < N -> if :: at[k] == CURRENT -> at[k] = STALE :: else -> skip fi; k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < L -> staleDoor[k] = door[k]; door[k] = NOBODY; k++
	:: else -> break
	od
}

#if N > 2
#define UNDECIDED (WAITS(0) || WAITS(1) || WAITS(2) || over[0] + over[1] + over[2] < 2)
#else
#define UNDECIDED (WAITS(0) || WAITS(1) || over[0] + over[1] < 1)
#endif

/* Nothing waits for longer than a tick without a fault. */
#ifdef INSTANT
#define PROMPT
#endif
#ifdef PROMPT
#define ARRIVED(i) (!(pending[i] == 1 && dark[i] == 0 && at[i] != STALE) && (!READS(i) || pending[i] != 2 && UP_TO_DATE(i)))
#if N > 2
#define ALL_ARRIVED (ARRIVED(0) && ARRIVED(1) && ARRIVED(2))
#else
#define ALL_ARRIVED (ARRIVED(0) && ARRIVED(1))
#endif
#else
#define ALL_ARRIVED 1
#endif
#define READ_OF(i, x) (!unread[IN(i, x)] && READ_IN(i, 0, x) && READ_IN(i, L - 1, x))
#define READ_IN(i, l, x) (!gone[IX(x, l)] || seen[SEEN(i, l, x)])
#if N > 2
#define UP_TO_DATE(i) (READ_OF(i, 0) && READ_OF(i, 1) && READ_OF(i, 2))
#else
#define UP_TO_DATE(i) (READ_OF(i, 0) && READ_OF(i, 1))
#endif

#define FAULT faults > 0 && !over

/* Once a tick is enough, but for what hangs on a record. */
#if L > 1
#define HEARTBEAT_DUE(i) (confirmed[i] > 0 || jeopardy[IX(i, 0)] && inside[IX(i, 0)] || jeopardy[IX(i, 1)] && inside[IX(i, 1)])
#else
#define HEARTBEAT_DUE(i) (confirmed[i] > 0 || jeopardy[IX(i, 0)] && inside[IX(i, 0)])
#endif

/* All that node i may do. */
#define ACTIONS(i) \
	:: d_step { ACTS(i) && at[i] != OFF && pending[i] == 0 && HEARTBEAT_DUE(i) -> send(i, HEARTBEAT, 0, 0); skip } \
	:: d_step { pending[i] == 1 && dark[i] == 0 && at[i] != STALE -> append(i); CHECK; skip } \
	:: d_step { READS(i) && pending[i] == 2 -> readOwn(i); CHECK; skip } \
	:: d_step { RUNS(i) && (!joining[i] && confirmed[i] == LEASE || !WANTS(i)) -> end(i); skip } \
	:: d_step { ACTS(i) && at[i] == OFF -> at[i] = CURRENT; skip } \
	:: d_step { ACTS(i) && at[i] == OFF && RETURN && moved -> at[i] = STALE; skip } \
	:: d_step { FAULT[i] && RESET && !cut[i] && at[i] == CURRENT && dark[i] == 0 && !paused[i] -> faults--; disconnect(i); skip } \
	:: d_step { FAULT[i] && PAUSE && !paused[i] && at[i] != OFF && dark[i] == 0 -> faults--; paused[i] = 1; skip } \
	:: d_step { FAULT[i] && DARK && at[i] == CURRENT && dark[i] == 0 && !cut[i] && !paused[i] -> faults--; dark[i] = 1; skip } \
	:: d_step { FAULT[i] && MOVE && !MANY_STALE && !moved && at[i] == CURRENT -> \
		faults--; move(); n = 0; \
		do \
		:: n < N -> if :: n != i && at[n] == STALE -> disconnect(n) :: else -> skip fi; n++ \
		:: else -> break \
		od; skip } \
	:: d_step { FAULT[i] && HALF && !cut[i] && at[i] != OFF && dark[i] == 0 && !paused[i] -> faults--; close(i); cut[i] = 1; skip } \
	:: d_step { paused[i] -> wake(i); skip } \
	:: d_step { !cut[i] && (paused[i] || dark[i] == LIVE + 1) -> close(i); cut[i] = 1; skip } \
	:: d_step { RUNS(i) && (dark[i] || cut[i] || at[i] == STALE) -> disconnect(i); skip }

/* All that node i may do about lock l. */
#define LOCK_ACTIONS(i, l) \
	:: d_step { ACTS(i) && JOINED(i) && at[i] != OFF && dark[i] == 0 && !cut[i] && !inside[IX(i, l)] && !lost[IX(i, l)] \
		&& (at[i] == CURRENT -> door[l] : staleDoor[l]) == NOBODY -> enter(i, l); skip } \
	:: d_step { ACTS(i) && JOINED(i) && at[i] != OFF && !granted[IX(i, l)] && !lost[IX(i, l)] && CONFIRMED(i) -> \
		grant(i, l); CHECK; skip } \
	:: d_step { MAY_RELEASE && RUNS(i) && at[i] != OFF && pending[i] == 0 && granted[IX(i, l)] && !seen[SEEN(i, l, i)] -> \
		lose(i, l); leave(i, l); send(i, RELEASE, 0, l); \
		if :: !WANTS(i) -> end(i) :: else -> skip fi; skip } \
	:: d_step { MAY_EVICT && ACTS(i) && pending[i] == 0 && evidence[IX(i, l)] >= PROVEN -> \
		look(i, l); \
		if :: front != i && front != NOBODY && FRESH(i, front) -> send(i, TAKE, front, l) :: else -> skip fi; skip }

/* What node i may learn of x, and conclude from its silence. */
#define ABOUT(i, x) \
	:: d_step { READS(i) && unread[IN(i, x)] -> readOther(i, x); skip } \
	:: d_step { MAY_EXPEL && ACTS(i) && JOINED(i) && at[i] != OFF && pending[i] == 0 && heard[IN(i, x)] >= SILENT \
		&& IN_LINE(i, x) -> send(i, EXPEL, x, 0); skip }

#define READ_GONE(i, l, x) \
	:: d_step { READS(i) && gone[IX(x, l)] && !seen[SEEN(i, l, x)] -> readGone(i, l, x); CHECK; skip }

#if L > 1
#define IN_LINE(i, x) (!seen[SEEN(i, 0, x)] || !seen[SEEN(i, 1, x)])
#define LOCKS(i) LOCK_ACTIONS(i, 0) LOCK_ACTIONS(i, 1)
#define READ(i, x) READ_GONE(i, 0, x) READ_GONE(i, 1, x)
#else
#define IN_LINE(i, x) (!seen[SEEN(i, 0, x)])
#define LOCKS(i) LOCK_ACTIONS(i, 0)
#define READ(i, x) READ_GONE(i, 0, x)
#endif

init
{
	d_step {
		j = 0;
		do
		:: j < N ->
			at[j] = CURRENT;
			s = 0;
			do
			:: s < N -> fresh[IN(j, s)] = (s != j); s++
			:: else -> break
			od;
			j++
		:: else -> break
		od;
		k = 0;
		do
		:: k < L -> door[k] = NOBODY; staleDoor[k] = NOBODY; k++
		:: else -> break
		od;
#ifdef JOINER
		joining[N - 1] = 1;
#ifndef JOIN_EARLY
		confirmed[N - 1] = LEASE
#endif
#endif
	};
end_decided:
	do
	:: d_step { ALL_ARRIVED && UNDECIDED -> tick(); CHECK; skip }
	:: d_step { faults > 0 && MOVE && MANY_STALE && !moved -> faults--; move(); skip }
	ACTIONS(0)
	LOCKS(0)
	READ(0, 0)
	READ(0, 1)
	ABOUT(0, 1)
	ACTIONS(1)
	LOCKS(1)
	READ(1, 0)
	READ(1, 1)
	ABOUT(1, 0)
#if N > 2
	ACTIONS(2)
	LOCKS(2)
	READ(0, 2)
	READ(1, 2)
	READ(2, 0)
	READ(2, 1)
	READ(2, 2)
	ABOUT(0, 2)
	ABOUT(1, 2)
	ABOUT(2, 0)
	ABOUT(2, 1)
#endif
	od
}
