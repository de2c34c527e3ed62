#!/usr/bin/env bash
# Checks the model lock.pml: the protocol passes, each broken twin is caught, each kind of hand-over is
# reached. Usage: check.sh [--long]. Exits with 1 if anything is not as expected.
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

model=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/lock.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$model" lock.pml

# Every deadline still differs from every other by a tick.
short_times="-DLEASE=2 -DGRACE=1"
bad=0

# check NAME NODES LOCKS FAULTS EXPECTED DEFINES: expected is "holds" or "fails".
check() {
	local name=$1 nodes=$2 locks=$3 faults=$4 expected=$5 defines=$6
	local optimise=-O2 begin end verdict states depth
	# What is caught soon is not worth compiling well.
	[ "$expected" = holds ] || optimise=-O1
	rm -f pan pan.* ./*.trail
	# shellcheck disable=SC2086
	spin -a -DN="$nodes" -DL="$locks" -DFAULTS="$faults" $defines lock.pml >spin.out 2>&1 ||
		{ cat spin.out >&2; exit 2; }
	# shellcheck disable=SC2086
	gcc -w $optimise -DSAFETY -DNOREDUCE -DVECTORSZ=1024 -DMEMLIM=6000 -o pan pan.c
	begin=$(date +%s%N)
	./pan -m1000000 -w24 >pan.out 2>&1 || true
	end=$(date +%s%N)
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
	printf '%-22s %5s %5s %6s %11s %7s %7s  %-6s %s\n' "$name" "$nodes" "$locks" "$faults" "${states:--}" "${depth:--}" \
		"$(((end - begin) / 1000000000)).$((((end - begin) / 100000000) % 10))" "$expected" "$verdict"
	if [ "$verdict" != "$expected" ]; then
		bad=$((bad + 1))
		tail -n 20 pan.out >&2
	fi
}

# A twin must let two nodes hold one lock; that it breaks some other rule is not enough.
twin() {
	check "$1" "$2" "$3" "$4" fails "-D$1 -DEXCLUSION_ONLY $short_times $5"
}

printf '%-22s %5s %5s %6s %11s %7s %7s  %-6s %s\n' variant nodes locks faults states depth seconds expect got

resets="-DNO_PAUSE -DNO_DARK -DNO_MOVE -DNO_HALF"
check "any delay" 2 1 0 holds ""
check "prompt" 2 1 1 holds "-DPROMPT $short_times"
check "prompt, joiner" 2 1 1 holds "-DPROMPT -DJOINER $short_times"
check "instant" 2 1 2 holds "-DINSTANT $short_times"
check "instant" 3 1 1 holds "-DINSTANT -DNO_RETURN -DONE_STALE $short_times"
check "prompt" 2 2 0 holds "-DPROMPT $short_times"
check "instant, resets" 2 2 1 holds "-DINSTANT $resets $short_times"
check "instant" 3 2 0 holds "-DINSTANT $short_times"

twin NO_CAS 2 1 1 -DPROMPT
twin KEEP_AFTER_CLOSE 2 1 1 -DPROMPT
twin OLD_RECORD_EXTENDS 2 1 2 -DPROMPT
twin RESTORED_WITHOUT_DOOR 2 1 2 -DPROMPT
twin HEIR_STAYS 2 1 2 -DPROMPT
twin EXPEL_EARLY 2 1 1 -DPROMPT
twin EVICT_EARLY 2 1 1 -DPROMPT
twin ACK_CONFIRMS 2 1 1 -DPROMPT
twin JOIN_EARLY 2 1 1 "-DPROMPT -DJOINER"
twin BROKEN_HEIR 2 1 1 -DPROMPT
twin DOOR_ONLY 2 1 1 -DPROMPT
twin ENDED_ACCEPTED 2 1 1 -DPROMPT
twin EVICT_SESSION 2 2 1 "-DINSTANT -DSAME_ORDER"
twin CLOSE_UNSEEN 2 1 1 -DPROMPT
twin GRANT_UNPROVEN 2 1 1 -DPROMPT

check REACH_EVICTED 2 1 0 fails "-DREACH_EVICTED $short_times"
check REACH_EXPELLED 2 1 0 fails "-DREACH_EXPELLED $short_times"
check REACH_RECOVERED 2 1 1 fails "-DREACH_RECOVERED -DPROMPT"
check REACH_RELEASED 2 1 0 fails "-DREACH_RELEASED $short_times"
check REACH_JOINED 2 1 0 fails "-DREACH_JOINED -DJOINER $short_times"

if [ "$long" = yes ]; then
	check "any delay" 2 1 1 holds "$short_times"
	check "any delay, resets" 2 1 3 holds "$resets $short_times"
	check "prompt" 2 1 2 holds "-DPROMPT $short_times"
	check "prompt, 3 ticks" 2 1 1 holds "-DPROMPT"
	check "instant" 2 2 1 holds "-DINSTANT $short_times"
	check "prompt" 3 1 0 holds "-DPROMPT $short_times"
	check "instant" 2 1 3 holds "-DINSTANT $short_times"
	check "instant, same order" 2 2 1 holds "-DINSTANT -DSAME_ORDER $short_times"
	check "instant, resets" 3 1 3 holds "-DINSTANT $resets $short_times"
	check "instant, resets" 3 2 1 holds "-DINSTANT $resets $short_times"
fi

if [ "$bad" -ne 0 ]; then
	echo "$bad not as expected"
	exit 1
fi
echo "All as expected"
