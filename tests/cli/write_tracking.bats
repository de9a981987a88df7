#!/usr/bin/env bats
# Ways to track writes: every case is what it says, by faults, events and what the kernel finds; and what a machine lacks.
load helpers

PAGE=$(getconf PAGESIZE)
PLAN=(--experiment write_tracking --replicates 1 --cell-time 1ms --counters none --no-plots --no-table)

setup_file() {
	"$FORKCOST" run "${PLAN[@]}" --heap 256K,1M --output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() { TABLE=$BATS_FILE_TMPDIR/table; }

# each CASE METRIC EXPRESSION: at both heaps it is so many, in every sample; or the case is left out with a reason.
each() {
	local of="experiment == \"write_tracking\" && case_name == \"$1\" && metric == \"$2\""
	[ "$(rows "$of" 1 | wc -l)" -eq 2 ] || fail_with "not two rows: $1 $2"
	all "$of" "count ? min == ($3) && max == min : note ~ /^unavailable: (this kernel|not permitted)/"
}

@test "a first write is one fault a page, and none where nothing is armed" {
	local case
	for case in fork userfaultfd userfaultfd_async soft_dirty; do
		each $case faults "heap / $PAGE"
	done
	each unprotected faults 0
	all 'case_name == "mprotect" && metric == "faults"' "count > 0 && min >= 0 && max <= heap / $PAGE"
}

@test "each write is told, or found" {
	each mprotect events "heap / $PAGE"
	each userfaultfd events "heap / $PAGE"
	each userfaultfd_async found "heap / $PAGE"
	each soft_dirty found "heap / $PAGE"
}

@test "fork, mprotect and the control are everywhere; what is not measured says why" {
	local case
	for case in fork mprotect unprotected; do
		each $case pages "heap / $PAGE"
		[ "$(rows "case_name == \"$case\" && metric == \"write_ns\" && count > 0" 1 | wc -l)" -eq 2 ]
	done
	all 'case_name == "unprotected" && metric == "arm_ns"' 'count == 0 && note ~ /^unavailable: nothing is armed/'
	all 'case_name == "fork" && metric == "found"' 'count == 0 && note ~ /^unavailable: nobody keeps track/'
	all 'case_name == "mprotect" && metric == "find_ns"' 'count == 0 && note ~ /^unavailable: the program is told/'
}

@test "an ordinary user has the same cases" {
	[ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null || skip "not root, or no setpriv"
	local place=$BATS_TEST_TMPDIR/place
	private_build "$place"
	mkdir -m 777 "$place/results"
	chmod -R a+rX "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$place/build/forkcost" run "${PLAN[@]}" --heap 256K \
		--output "$place/results" 3>&- 2>/dev/null
	tsv "$place/results/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	rows 'experiment == "write_tracking" && metric == "write_ns" && heap == 262144' 'case_name " " (count > 0)' >"$BATS_TEST_TMPDIR/root"
	TABLE=$BATS_TEST_TMPDIR/table
	rows 'experiment == "write_tracking" && metric == "write_ns" && heap == 262144' 'case_name " " (count > 0)' |
		diff "$BATS_TEST_TMPDIR/root" - || fail_with "other cases"
}

# broken SED-SCRIPT WORDS: with such a worker the run fails and says so.
broken() {
	broken_worker bench/write_tracking.c "$1"
	run --separate-stderr "$place/build/forkcost" run "${PLAN[@]}" --heap 256K --output "$BATS_TEST_TMPDIR/results" 3>&-
	[ "$status" -eq 1 ]
	[[ $stderr == *"$2"* ]] || fail_with "it does not say so: $2"
}

@test "a heap that was not armed is not believed" {
	broken 's/^\tlong error = protect(run, PROT_READ);/\tlong error = protect(run, PROT_READ | PROT_WRITE);/' \
		'cannot trust case mprotect: 0 events for'
}

@test "what the kernel does not permit is left out, with the reason" {
	broken_worker bench/write_tracking.c 's/raw_syscall(SYS_userfaultfd, /(-EPERM) + 0 * raw_syscall(SYS_userfaultfd, /'
	"$place/build/forkcost" run "${PLAN[@]}" --heap 256K --output "$BATS_TEST_TMPDIR/results" 3>&- 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/results/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	all 'case_name ~ /^userfaultfd/' 'count == 0 && note ~ /not permitted: a seccomp filter, or set vm.unprivileged_userfaultfd=1/'
	all 'case_name == "mprotect" && metric == "write_ns"' 'count > 0'
}

@test "a heap without pages is left out" {
	usage_error "without a heap" run --experiment write_tracking --heap 0
}
