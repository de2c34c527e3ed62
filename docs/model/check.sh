#!/usr/bin/env bash
# Checks the models lock.pml and hints.pml: the protocol passes, each broken twin is caught, each kind of
# hand-over is reached. Usage: check.sh [--long]. Exits with 1 if anything is not as expected.
set -euo pipefail

long=no
case "${1:-}" in
	'') ;;
	--long) long=yes ;;
	*) echo "Usage: $0 [--long]" >&2; exit 2 ;;
esac

for tool in spin gcc; do
	command -v "$tool" >/dev/null || { echo "$0 needs $tool, which is not installed" >&2; exit 2; }
done

models=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$models"/*.pml .
model=lock.pml

# Every deadline still differs from every other by a tick.
short_times="-DLEASE=2 -DGRACE=1"
# A grace may be as long as the lease.
same_times="-DLEASE=2 -DGRACE=2"
bad=0

# The seconds are those of the processor, so that they do not depend on what else it does.
TIMEFORMAT=%U

# check NAME NODES JOIN LOCKS EXPECTED DEFINES: expected is "holds" or "fails".
check() {
	local name=$1 nodes=$2 join=$3 locks=$4 expected=$5 defines=$6
	local optimise=-O2 seconds verdict states depth
	# What is caught soon is not worth compiling well.
	[ "$expected" = holds ] || optimise=-O1
	rm -f pan pan.* ./*.trail
	# shellcheck disable=SC2086
	spin -a -DN="$nodes" -DJ="$join" -DL="$locks" $defines "$model" >spin.out 2>&1 ||
		{ cat spin.out >&2; exit 2; }
	gcc -w $optimise -DSAFETY -DNOREDUCE -DVECTORSZ=1024 -DMEMLIM=6000 -o pan pan.c
	{ time ./pan -m5000000 -w24 >pan.out 2>pan.err || true; } 2>seconds
	seconds=$(tail -n 1 seconds)
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.out)
	depth=$(sed -n 's/.*depth reached \([0-9]*\),.*/\1/p' pan.out)
	if grep -q '^pan:1: assertion violated' pan.out; then
		verdict=fails
	elif grep -q 'errors: 0$' pan.out &&
		! grep -Eq 'max search depth too small|search not completed|Search not completed|out of memory' pan.out; then
		verdict=holds
	else
		verdict=unfinished
	fi
	printf '%-26s %5s %5s %5s %11s %7s %8s  %-6s %s\n' "$name" "$nodes" "$join" "$locks" "${states:--}" "${depth:--}" \
		"$seconds" "$expected" "$verdict"
	if [ "$verdict" != "$expected" ]; then
		bad=$((bad + 1))
		tail -n 20 pan.out >&2
	fi
}

# A twin must let two nodes hold one lock; that it breaks some other rule is not enough.
twin() {
	check "$1" "$2" "$3" "$4" fails "-D$1 -DEXCLUSION_ONLY $5"
}

printf '%-26s %5s %5s %5s %11s %7s %8s  %-6s %s\n' variant nodes join locks states depth seconds expect got

check "any delay" 2 0 1 holds ""
check "any delay" 2 0 2 holds ""
check "any delay, grace = lease" 2 0 2 holds "$same_times"
check "any delay" 2 1 1 holds "$short_times"
check "any delay" 3 0 1 holds "$short_times"
check "at once" 2 1 2 holds "-DINSTANT $short_times"
check "at once" 3 0 2 holds "-DINSTANT $short_times"
check "at once, grace for all" 3 1 1 holds "-DINSTANT -DGRACE_FOR_ALL $short_times"
check "readers, writer first" 3 0 1 holds "-DWRITER=0 $short_times"
check "readers, writer between" 3 0 1 holds "-DWRITER=1 $short_times"
check "readers, writer last" 3 0 1 holds "-DWRITER=2 $short_times"
check "replaced" 2 0 1 holds "-DREPLACED -DEXCLUSION_ONLY"
check "replaced, grace = lease" 2 0 1 holds "-DREPLACED -DEXCLUSION_ONLY $same_times"
check "any delay, hints" 2 0 2 holds -DHINTS
check "any delay, hints" 3 0 1 holds "-DHINTS $short_times"
check "hints, writer between" 3 0 1 holds "-DHINTS -DWRITER=1 $short_times"
check "hints, writer last" 3 0 1 holds "-DHINTS -DWRITER=2 $short_times"

twin NO_CAS 2 0 1 ""
twin SILENCE_KEPT 2 0 1 ""
twin UNWRITTEN 2 0 1 ""
twin EARLY_BY_GRACE 2 0 1 ""
twin EARLY_BY_LEASE 3 0 1 "$same_times"
twin NO_DEADLINE 2 0 1 ""
twin COUNT_FROM_APPLIED 2 0 1 ""
twin ACK_CONFIRMS 2 0 1 ""
twin GRANT_UNPROVEN 2 0 1 ""
twin REVIVED 2 0 1 ""
twin CLOCK_STANDS 2 0 1 ""
twin JOIN_EARLY 2 1 1 ""
twin ENDED_ACCEPTED 2 0 1 ""
twin LEDGER_IGNORED 2 0 1 -DREPLACED
twin IMPATIENT 2 0 1 -DREPLACED
twin GAP_UNNOTICED 2 0 1 -DREPLACED
twin LAPSE_REVIVED 2 0 1 -DREPLACED
twin READER_PASSES 3 0 1 "-DWRITER=1 $short_times"
twin LAST_GONE 3 0 1 "-DWRITER=2 $short_times"
twin GONE_OF_A_SHARE 3 0 1 "-DHINTS -DWRITER=2 $short_times"

check REACH_EXPELLED 2 0 1 fails -DREACH_EXPELLED
check REACH_RELEASED 2 0 1 fails -DREACH_RELEASED
check REACH_JOINED 2 1 1 fails -DREACH_JOINED
check REACH_REJOINED 2 1 1 fails -DREACH_REJOINED
check REACH_RECOVERED 2 0 1 fails -DREACH_RECOVERED
check REACH_SHARED 3 0 1 fails "-DREACH_SHARED -DWRITER=2 $short_times"
check REACH_TOLD 2 0 1 fails "-DREACH_TOLD -DHINTS"

# One lock; the number of requests in all is T.
model=hints.pml
check "hints.pml, 4 requests" 2 0 1 holds -DT=4
check "hints.pml, 3 requests" 3 0 1 holds -DT=3
twin GONE_EARLY 2 0 1 -DT=3
twin GONE_WITHOUT_HOLD 3 0 1 -DT=3
twin GONE_OF_LOCK 2 0 1 -DT=3
twin GONE_OF_SESSION 2 0 1 -DT=3
twin OWN_UNREAD 3 0 1 -DT=3
check REACH_HINTED 2 0 1 fails "-DREACH_HINTED -DT=3"
check REACH_CHAIN 3 0 1 fails "-DREACH_CHAIN -DT=3"
check REACH_DEAD 2 0 1 fails "-DREACH_DEAD -DT=3"
model=lock.pml

if [ "$long" = yes ]; then
	check "any delay" 2 1 1 holds ""
	check "any delay" 3 0 1 holds ""
	check "at once, grace for all" 3 0 2 holds "-DINSTANT -DGRACE_FOR_ALL"
	check "at once, grace for all" 2 2 1 holds "-DINSTANT -DGRACE_FOR_ALL $short_times"
fi

if [ "$bad" -ne 0 ]; then
	echo "$bad not as expected"
	exit 1
fi
echo "All as expected"
