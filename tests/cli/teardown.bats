#!/usr/bin/env bats
# A child's end, and what it has to fault in again.
load helpers

setup_file() {
	"$FORKCOST" run --experiment teardown --heap 0,1M,32M --replicates 2 --cell-time 20ms --no-plots \
		--no-table --output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() {
	TABLE=$BATS_FILE_TMPDIR/table
}

# number CASE METRIC HEAP [COLUMN]
number() {
	rows "experiment == \"teardown\" && case_name == \"$1\" && metric == \"$2\" && heap == $3" "${4:-min}"
}

# That the end of a child with copied memory grows with the heap, `make self-check` says.
@test "every case has its end or its reading, at every heap" {
	local name heap
	for heap in 0 1048576 33554432; do
		for name in exit_copied exit_written exit_shared exec_copied exec_shared; do
			all "case_name == \"$name\" && metric == \"end_ns\" && heap == $heap" 'count > 0 && min > 0'
		done
		for name in read_private read_shared read_file; do
			all "case_name == \"$name\" && metric == \"page_read_ns\" && heap == $heap" 'heap == 0 ? count == 0 : count > 0 && min > 0'
		done
	done
}

@test "the parts lie within the whole" {
	local name heap
	for name in exit_copied exit_written exit_shared; do
		for heap in 0 1048576 33554432; do
			awk '{ exit !($1 > 0 && $2 > 0 && $1 < $3 && $2 < $3 && $3 * 1.0001 >= $1 + $2) }' \
				<<<"$(number $name wait_ns $heap) $(number $name reap_ns $heap) $(number $name end_ns $heap)" ||
				fail_with "$name at $heap: wait $(number $name wait_ns $heap), reap $(number $name reap_ns $heap), end $(number $name end_ns $heap)"
		done
	done
}

@test "private pages are there, shared and file pages come by faults, several at a time" {
	local name
	[ "$(number read_private faults 33554432 'min " " max')" = '0 0' ]
	for name in read_shared read_file; do
		awk '{ exit !($1 >= 1 && $2 < 8192) }' <<<"$(number $name faults 33554432 'min " " max')" ||
			fail_with "$name: $(number $name faults 33554432 '$0')"
	done
}

@test "the kernel's own event counts as many faults as the reading child has" {
	some 'metric == "page_faults_both" && case_name == "read_shared" && count > 0' 2>/dev/null ||
		skip "page faults cannot be counted here"
	# Sample by sample: how many pages a fault maps depends on where the worker's mapping lies.
	samples "$BATS_FILE_TMPDIR/results/latest" | grep -oE '"counted0":\{[^}]*"faults":[^}]*\},"contention"[^}]*\}' |
		sed -E 's/.*"faults":\[([^]]*)\].*"page_faults_both":(\[([^]]*)\]|"[^"]*").*/\1 \3/' >"$BATS_TEST_TMPDIR/both"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/both")" -eq 12 ] || fail_with "not 3 cases, 2 heaps, 2 replicates" "$(cat "$BATS_TEST_TMPDIR/both")"
	awk '$1 != $2 { bad = 1 } END { exit bad }' "$BATS_TEST_TMPDIR/both" || fail_with "they differ" "$(cat "$BATS_TEST_TMPDIR/both")"
}

@test "what a child counted is not taken for the caller's, which counts next" {
	! samples "$BATS_FILE_TMPDIR/results/latest" | grep -o '"[a-z_]*":"refused: it decreased[^"]*"' ||
		fail_with "counts are refused"
}

@test "a child that has slept keeps its CPU busy before its window" {
	local trace=$BATS_TEST_TMPDIR/trace
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
	strace -f -ttt -T -o "$trace" -e trace=nanosleep,exit_group,execve,getrusage "$FORKCOST" run --experiment teardown \
		--heap 64K --counters none --replicates 1 --cell-time 1ms --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/results" 3>&- 2>/dev/null
	# No time of ours: the least that passes between the end of a sleep and the next call. strace only adds.
	awk '{ sub(/ +/, " "); split($3, call, "("); took = $NF; gsub(/[<>]/, "", took) }
		!driver { driver = $1 }
		/execve\(.*forkcost-worker"/ { worker[$1] = 1 }
		$1 == driver || worker[$1] || !length(worker) { next }
		call[1] == "nanosleep" && /<unfinished/ { began[$1] = $2; next }
		/nanosleep resumed/ { ended[$1] = began[$1] + took; next }
		call[1] == "nanosleep" { ended[$1] = $2 + took; next }
		ended[$1] { gap = ($2 - ended[$1]) * 1e6; children[call[1]]++; ended[$1] = 0
			if (gap < 95) { print "only " gap " us: " $0; bad = 1 } }
		END { if (!children["exit_group"] || !children["execve"]) { print "no child that slept was seen"; bad = 1 }
			exit bad }' "$trace" >"$BATS_TEST_TMPDIR/gaps" || fail_with "$(head -5 "$BATS_TEST_TMPDIR/gaps")"
}

@test "what an arm cannot have says why" {
	# unavailable SELECTION REASON
	unavailable() { all "$1" "count == 0 && note ~ /^unavailable: $2/"; }
	unavailable 'case_name ~ /^read_/ && heap > 0 && metric == "end_ns"' 'this case does not measure the child.s end'
	unavailable 'case_name == "exec_copied" && metric == "wait_ns"' 'nobody waits'
	unavailable 'case_name ~ /^exec_/ && metric == "reap_ns"' 'the child does not exit'
	unavailable 'case_name ~ /^ex/ && metric == "page_read_ns"' 'the child reads nothing'
	unavailable 'case_name ~ /^read_/ && heap == 0 && metric ~ /^(page_read_ns|faults)$/' 'there is no heap to read'
	all 'case_name == "exec_shared" && metric == "wait_ns"' 'count > 0'
}
