#!/usr/bin/env bats
# Used caches: what a program does between two spawns is done before each window and never in one, and children have
# nothing of it. What it does to times is no test's concern.
load helpers

USED=(--experiment spawn --heap 0 --child-cpu same --state dirty --counters none --replicates 1 --cell-time 1ms --no-plots
	--no-table)

needs_strace() {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
}

# calls_of_worker FILE: the system calls of the worker that measured, a line each, from a trace; resumed ones once.
calls_of_worker() {
	awk '/ ppoll\(/ && !pid { pid = $1 }
		{ line[NR] = $0; of[NR] = $1 }
		END { for (i = 1; i <= NR; i++) if (of[i] == pid && line[i] !~ /<\.\.\. /) print line[i] }' "$1" |
		sed 's/^[0-9]* *//'
}

@test "each used sample has a program's work before its window, and nothing of it inside" {
	local calls=$BATS_TEST_TMPDIR/calls works samples
	needs_strace
	strace -f -qq -e signal=none -o "$BATS_TEST_TMPDIR/trace" "$FORKCOST" run "${USED[@]}" --primitive clone --action exit --cache used \
		--output "$BATS_TEST_TMPDIR/run" >/dev/null 2>&1 3>&- || fail_with "the run fails"
	calls_of_worker "$BATS_TEST_TMPDIR/trace" >"$calls"
	# The whole work, in its order; the first open is a trial.
	works=$(tr '\n' ' ' <"$calls" | grep -oE 'getppid\(\) += [0-9]+ (clock_gettime\(CLOCK_MONOTONIC, [^)]*\) += 0 )?openat\([^)]*/dev/null[^)]*\) += [0-9]+ write\([^)]*\) += 64 read\([^)]*\) += 0 ppoll\([^)]*\) += 1 \([^)]*\) close\([0-9]+\) += 0 mmap\(NULL, 4096, [^)]*\) += 0x[0-9a-f]+ munmap\(0x[0-9a-f]+, 4096\) += 0' | wc -l)
	tsv "$BATS_TEST_TMPDIR/run/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	samples=$(TABLE=$BATS_TEST_TMPDIR/table rows 'cache == "used" && case_name != "aa_control" && metric ~ /^(call_ns|stamped_call_ns|window_ns|delay_ns)$/' count |
		awk '{ n += $1 } END { print n + 0 }')
	[ "$samples" -gt 5 ] && [ "$works" -eq "$samples" ] ||
		fail_with "$works works for $samples samples" "$(tail -30 "$calls")"
	# A window is from a clone to the end of its wait, and there is no other call in it.
	awk '/^clone\(/ { starts++; getline; if (!/^wait4\(/) { print "behind clone: " $0; bad = 1 } }
		END { exit bad || starts < 5 }' "$calls" || fail_with "calls in a window"
}

@test "children do not get the working set" {
	local driver worker child set='Size: *13056 kB' seen=0
	needs_strace
	# 12 MiB and the order of its lines. Children stay for a while before they exit.
	strace -f -o /dev/null -e trace=exit_group -e inject=exit_group:delay_enter=300000 "$FORKCOST" run "${USED[@]}" \
		--primitive clone --action exit --cache used --working-set 12M --output "$BATS_TEST_TMPDIR/run" \
		>/dev/null 2>&1 3>&- &
	driver=$!
	while kill -0 "$driver" 2>/dev/null; do
		for worker in $(pgrep -x forkcost-worker); do
			[ "$(readlink "/proc/$worker/exe")" = "$BUILD/forkcost-worker" ] || continue
			grep -q "$set" "/proc/$worker/smaps" 2>/dev/null || continue
			for child in $(pgrep -P "$worker"); do
				grep -q '\[stack\]' "/proc/$child/smaps" 2>/dev/null || continue
				seen=$((seen + 1))
				! grep -q "$set" "/proc/$child/smaps" 2>/dev/null || fail_with "a child has it"
			done
		done
		[ "$seen" -lt 5 ] || break
		sleep 0.05
	done
	kill "$driver" 2>/dev/null || :
	wait "$driver" || :
	[ "$seen" -ge 5 ] || fail_with "$seen children were seen"
}

@test "used samples take the page faults that warm ones take" {
	"$FORKCOST" run "${USED[@]}" --primitive clone,fork,vfork --action exit --cache warm,used \
		--output "$BATS_TEST_TMPDIR/run" 2>/dev/null
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/run/latest/summary.csv" >"$TABLE"
	rows 'experiment == "spawn" && metric ~ /faults$/ && cache == "warm"' 'primitive, metric, min' | sort >"$BATS_TEST_TMPDIR/warm"
	rows 'experiment == "spawn" && metric ~ /faults$/ && cache == "used"' 'primitive, metric, min' | sort >"$BATS_TEST_TMPDIR/used"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/warm")" -ge 6 ] || fail_with "no faults" "$(cat "$BATS_TEST_TMPDIR/warm")"
	diff "$BATS_TEST_TMPDIR/warm" "$BATS_TEST_TMPDIR/used" >"$BATS_TEST_TMPDIR/diff" ||
		fail_with "not the same faults" "$(cat "$BATS_TEST_TMPDIR/diff")"
}

# settings_of NAME OPTION...: what environment.json says of the run.
settings_of() {
	local name=$1
	shift
	"$FORKCOST" run "${USED[@]}" --primitive fork --output "$BATS_TEST_TMPDIR/$name" "$@" 2>/dev/null
	output=$(sed -n '/^  "settings"/,/^  }/p' "$BATS_TEST_TMPDIR/$name/latest/environment.json")
}

@test "a run says how large the working set is, and why" {
	settings_of given --cache used --working-set 64K
	grep -q '"working_set_bytes": 65536' <<<"$output" || fail_with "not the size given"
	grep -q '"working_set_from": "given by --working-set"' <<<"$output" || fail_with "not by whom"
	settings_of found --cache used
	grep -q '"working_set_bytes": [1-9]' <<<"$output" || fail_with "no size"
	grep -qE '"working_set_from": "(the L2 cache and half of it again|the size of the L2 cache is unavailable: hwloc)"' \
		<<<"$output" || fail_with "not how it was found"
	# Of a machine that hwloc is told to have no caches.
	HWLOC_SYNTHETIC='core:2 pu:1' settings_of unknown --cache used
	grep -q '"working_set_bytes": 1572864' <<<"$output" || fail_with "not the stated size"
	grep -q '"working_set_from": "the size of the L2 cache is unavailable: hwloc"' <<<"$output" || fail_with "it is not said"
	settings_of warm --cache warm
	! grep -q working_set <<<"$output" || fail_with "a working set without a use"
	usage_error --working-set run "${USED[@]}" --cache warm --working-set 1M
	usage_error --working-set run "${USED[@]}" --working-set 1000
}

@test "the figure shows every primitive that has other caches than warm ones, in the states' order" {
	local data=$BATS_TEST_TMPDIR/run/latest/plots/data
	"$FORKCOST" run "${USED[@]}" --evict 1M --output "$BATS_TEST_TMPDIR/run" 2>/dev/null
	diff <(printf '0\twarm\n1\tused\n2\tcold\n') "$data/cache-states-names.dat" || fail_with "not the states' names"
	for file in "$data"/cache-states-{call,reaped}.dat; do
		# Names, and the places behind each.
		awk '/^[a-z]/ { printf "%s%s:", n++ ? "\n" : "", $1 } /^[0-9]/ { printf " %s", $1 } END { print "" }' "$file" |
			sort >"$BATS_TEST_TMPDIR/has"
		printf '%s: 0 1 2\n' clone clone_vm_vfork fork posix_spawn vfork | diff - "$BATS_TEST_TMPDIR/has" ||
			fail_with "not what ${file##*/} should have"
	done
	grep -q 'by what the caches hold, heap 0, dirty heap' "$data/caption-cache-states.dat" || fail_with "not what it shows"
}
