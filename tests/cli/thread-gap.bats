#!/usr/bin/env bats
# thread_gap: another thread of the caller, while it starts a program.
load helpers

PLAN=(--experiment thread_gap --heap 1M --counters none --replicates 1 --cell-time 1ms --no-plots)

setup_file() {
	[ "$(nproc)" -eq 1 ] || "$FORKCOST" run "${PLAN[@]}" --output "$BATS_FILE_TMPDIR/results" 3>&- \
		>"$BATS_FILE_TMPDIR/stdout" 2>"$BATS_FILE_TMPDIR/stderr"
}

setup() {
	TABLE=$BATS_FILE_TMPDIR/table
	[ ! -d "$BATS_FILE_TMPDIR/results" ] || tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$TABLE"
}

@test "every case has a call, gaps with and without it, and whether the thread stood" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU only"
	local metric
	for metric in call_ns gap_ns gap_idle_ns stood stood_idle; do
		[ "$(rows "experiment == \"thread_gap\" && metric == \"$metric\" && count > 0" case_name | sort | tr '\n' ' ')" = \
			'clone_vfork fork posix_spawn vfork ' ] || fail_with "$metric"
	done
	all 'experiment == "thread_gap" && metric ~ /^stood/' 'min >= 0 && max <= 1'
	all 'experiment == "thread_gap" && metric ~ /^gap/' 'min > 0'
	grep -q '^posix_spawn ' "$BATS_FILE_TMPDIR/stdout" || fail_with "no table"
}

# Where the caller waits for the exec the call is as long as the child stays, else a stop would be overlooked.
@test "the vforked child stays for 100 us before its exec" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU only"
	all 'experiment == "thread_gap" && metric == "call_ns" && case_name ~ /vfork/' 'min >= 100000'
}

@test "the thread is a thread, and ends" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU only"
	command -v strace >/dev/null && strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
	strace -f -e trace=clone,vfork,exit -o "$BATS_TEST_TMPDIR/trace" "$FORKCOST" run "${PLAN[@]}" --no-table \
		--output "$BATS_TEST_TMPDIR/results" 3>&- 2>/dev/null
	local threads ended
	threads=$(grep -c 'CLONE_THREAD|CLONE_SYSVSEM|CLONE_CHILD_CLEARTID' "$BATS_TEST_TMPDIR/trace")
	ended=$(grep -c ' exit(0)' "$BATS_TEST_TMPDIR/trace")
	[ "$threads" -ge 4 ] && [ "$threads" -eq "$ended" ] || fail_with "$threads threads, $ended ended"
}

@test "with one CPU it is refused, and the reason names that" {
	local table=$BATS_TEST_TMPDIR/table cpu
	cpu=$(taskset -pc $$ | sed -E 's/.*: ([0-9]+).*/\1/')
	taskset -c "$cpu" "$FORKCOST" run "${PLAN[@]}" --no-table --output "$BATS_TEST_TMPDIR/results" 3>&- 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/results/latest/summary.csv" >"$table"
	TABLE=$table
	all 'experiment == "thread_gap"' 'count == 0 && note ~ /needs another CPU: only the caller.s is allowed/'
}
