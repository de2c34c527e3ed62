/*
 * Hints (rule 13 of ../protocol.md) as a finite model: N sessions, one lock, T requests in all, one journal and a
 * channel of hints beside it. See README.md.
 *
 * The journal is kept as what its records have done: who has which place, and which tickets are gone. A session
 * reads requests in their order, and each other record at any time after it was taken; so it may lag without bound.
 *
 * A Gone that may have been said may be received by every session that is there, at any time, never, or again: so hints
 * get lost, come late, twice and in any order, and reach more sessions than they are sent to. An Ask needs no words of
 * its own, because it only makes a session release the lock, or say Gone, sooner.
 *
 * Nothing ever has to happen, so a dead session and a slow one are the same. There is no time: that what a session
 * holds has passed before the journal takes its expulsion is the result of lock.pml, whatever let it in.
 *
 * Every -DNAME of a broken twin takes one rule away; check.sh says which and expects each to be caught.
 */
#ifndef N
#define N 3
#endif
#ifndef T
#define T 4
#endif

/* A ticket: */
#define NONE 0
#define WAITS 1
#define HELD 2
#define LEFT 3

/* The journal: the tickets in the order of their places. */
byte taken;
byte owner[T];
bit gone[T];
bit ended[N];

/* A ticket, as its owner knows it. */
byte ticket[T];
bit held[T];		/* it was granted the lock once */

/* A session. */
bit over[N];		/* it holds nothing any more, and its node knows */
byte read[N];		/* how many requests it has read */
byte upTo[N];		/* no ticket before this place holds the lock, by hints */
bit seen[N * T];	/* has read that the ticket is gone */
#ifdef REACH_DEAD
bit hinted[T];		/* granted before the journal said so */
#endif

/* Nothing outside a step depends on these. */
hidden byte k, n, front, first;

#define SEEN(i, p) ((i) * T + (p))

/* What broken twins take away. The ticket at a place may have been said to be gone: */
#ifdef GONE_EARLY
#define SAID(p) held[p]
#elif defined(GONE_WITHOUT_HOLD)
#define SAID(p) (ticket[p] == LEFT)
#else
#define SAID(p) (ticket[p] == LEFT && held[p])
#endif
/* Session i knows the ticket at place p. */
#ifdef OWN_UNREAD
/* Its own already as the journal has answered, if there is a hint. */
#define KNOWS(i, p) ((p) < read[i] || owner[p] == i && upTo[i] > 0)
#else
#define KNOWS(i, p) ((p) < read[i])
#endif

#define BELIEVES(p) (ticket[p] == HELD)

/* Never two sessions hold the lock, by hints or by the journal. */
inline check()
{
	n = 0; k = 0;
	do
	:: k < taken -> if :: BELIEVES(k) -> n++ :: else -> skip fi; k++
	:: else -> break
	od;
	assert(n <= 1);
	k = 0; n = 0
}

/* Who is in front for session i, by the journal alone and with what hints have said. */
inline look(i)
{
	first = T; front = T; k = 0;
	do
	:: k < taken ->
		if
		:: KNOWS(i, k) && !seen[SEEN(i, k)] ->
			if :: first == T -> first = k :: else -> skip fi;
			if :: front == T && k >= upTo[i] -> front = k :: else -> skip fi
		:: else -> skip
		fi;
		k++
	:: else -> break
	od
}

/* The journal takes a request of session i. What it has sent before its end may be taken later. */
inline request(i)
{
	owner[taken] = i; ticket[taken] = (over[i] -> LEFT : WAITS); taken++
}

/* The ticket at place p is granted the lock, if it is its turn. */
inline grant(i, p)
{
	look(i);
	if
	:: front == p ->
		ticket[p] = HELD; held[p] = 1;
#ifdef REACH_DEAD
		hinted[p] = (first != p);
#endif
#ifdef REACH_HINTED
		assert(first == p);
#endif
#ifdef REACH_CHAIN
		n = 0; k = 0;
		do
		:: k < p -> if :: !seen[SEEN(i, k)] -> n++ :: else -> skip fi; k++
		:: else -> break
		od;
		assert(n < 2);
#endif
#ifndef EXCLUSION_ONLY
		/*
		 * The journal will say the same: no ticket before it holds the lock, or will. Each of them ends with its release
		 * or with its session, so this one comes to the front, unless its own session ends, which its node knows before.
		 */
		assert(!gone[p] && !ended[i]);
		k = 0;
		do
		:: k < p -> assert(ticket[k] == LEFT); k++
		:: else -> break
		od
#endif
	:: else -> skip
	fi;
	k = 0; n = 0; first = 0; front = 0
}

/* Session i receives a hint: the ticket at place p is gone. */
inline hear(i, p)
{
#ifdef GONE_OF_LOCK
	/* Taken for the end of whoever has the lock. */
	look(i);
	if :: front < T && owner[front] != i && front + 1 > upTo[i] -> upTo[i] = front + 1 :: else -> skip fi;
	k = 0; first = 0; front = 0
#elif defined(GONE_OF_SESSION)
	/* Taken for the end of all that its session has asked for. */
	k = 0;
	do
	:: k < taken -> if :: KNOWS(i, k) && owner[k] == owner[p] && k + 1 > upTo[i] -> upTo[i] = k + 1 :: else -> skip fi; k++
	:: else -> break
	od;
	k = 0
#else
	if :: p + 1 > upTo[i] -> upTo[i] = p + 1 :: else -> skip fi
#endif
}

/* Session i is over: its process is dead, its lease has passed, it reads its expulsion. */
inline end(i)
{
	over[i] = 1; k = 0;
	do
	:: k < taken -> if :: owner[k] == i -> ticket[k] = LEFT :: else -> skip fi; k++
	:: else -> break
	od;
	/* It reads and grants nothing any more. */
	read[i] = 0; upTo[i] = 0; k = 0;
	do
	:: k < T -> seen[SEEN(i, k)] = 0; k++
	:: else -> break
	od;
	k = 0
}

/* The journal takes the end of session i: its expulsion or its goodbye. */
inline takeEnd(i)
{
	ended[i] = 1; k = 0;
	do
	:: k < taken ->
		if
		:: owner[k] == i ->
#ifdef REACH_DEAD
			/* It has said that it is gone, its release is not in the journal, and the next one is inside. */
			assert(!(SAID(k) && !gone[k] && k + 1 < taken && ticket[k + 1] == HELD && hinted[k + 1]));
#endif
			gone[k] = 1
		:: else -> skip
		fi;
		k++
	:: else -> break
	od;
	k = 0
}

#define OWNED(i, p) ((p) < taken && owner[p] == i)

/*
 * A session has one place at a time: it requests the next one when it has left the one before. Sessions are numbered in
 * the order in which they request the first.
 */
#define IDLE(p, i) (!OWNED(i, p) || ticket[p] == LEFT)
#define HAS_PLACE(i) (taken > 0 && owner[0] == (i) || taken > 1 && owner[1] == (i) || taken > 2 && owner[2] == (i))
#define IS_TURN(i) ((i) == 0 || HAS_PLACE((i) - 1))
#if T == 3
#define WANTS_NONE(i) (IDLE(0, i) && IDLE(1, i) && IDLE(2, i))
#elif T == 4
#define WANTS_NONE(i) (IDLE(0, i) && IDLE(1, i) && IDLE(2, i) && IDLE(3, i))
#else
#define WANTS_NONE(i) (IDLE(0, i) && IDLE(1, i) && IDLE(2, i) && IDLE(3, i) && IDLE(4, i))
#endif

#define SESSION(i) \
	:: d_step { taken < T && !ended[i] && WANTS_NONE(i) && IS_TURN(i) -> request(i); skip } \
	:: d_step { !over[i] && read[i] < taken -> read[i]++; skip } \
	:: d_step { !over[i] -> end(i); skip } \
	:: d_step { over[i] && !ended[i] -> takeEnd(i); skip }

/* What session i does with its own ticket at place p, and learns of any. A place may be given up before the grant. */
#define TICKET(i, p) \
	:: d_step { OWNED(i, p) && !over[i] && ticket[p] == WAITS && KNOWS(i, p) -> grant(i, p); check(); skip } \
	:: d_step { OWNED(i, p) && !over[i] && (ticket[p] == HELD || ticket[p] == WAITS) -> ticket[p] = LEFT; skip } \
	:: d_step { OWNED(i, p) && ticket[p] == LEFT && !gone[p] -> gone[p] = 1; skip } \
	:: d_step { !over[i] && (p) < read[i] && gone[p] && !seen[SEEN(i, p)] -> seen[SEEN(i, p)] = 1; skip } \
	:: d_step { (p) < taken && !over[i] && owner[p] != i && SAID(p) -> hear(i, p); skip }

#if T == 3
#define ALL(i) SESSION(i) TICKET(i, 0) TICKET(i, 1) TICKET(i, 2)
#elif T == 4
#define ALL(i) SESSION(i) TICKET(i, 0) TICKET(i, 1) TICKET(i, 2) TICKET(i, 3)
#else
#define ALL(i) SESSION(i) TICKET(i, 0) TICKET(i, 1) TICKET(i, 2) TICKET(i, 3) TICKET(i, 4)
#endif

init
{
end_decided:
	do
	ALL(0)
	ALL(1)
#if N > 2
	ALL(2)
#endif
	od
}
