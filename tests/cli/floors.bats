#!/usr/bin/env bats
# The least that memory, a system call and a page fault take, and what is held against it.
load helpers

setup_file() {
	"$FORKCOST" run --experiment floors --heap 64K,16M --replicates 1 --cell-time 5ms --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() {
	TABLE=$BATS_FILE_TMPDIR/table
}

@test "each case has its own metric and no other" {
	local name
	for name in read write copy update; do
		all "case_name == \"$name\" && metric == \"page_ns\"" 'count > 0 && min > 0'
		all "case_name == \"$name\" && metric == \"pages\"" 'count > 0 && min == heap / 4096 && max == min'
	done
	all 'case_name == "system_call" && metric == "call_ns"' 'count > 0 && min > 0'
	all 'case_name == "page_fault" && metric == "fault_ns"' 'count > 0 && min > 0'
	all 'case_name == "system_call" && metric == "page_ns"' 'count == 0 && note ~ /of other cases/'
	all 'case_name == "system_call" && metric == "pages"' 'count == 0 && note ~ /only streams/'
}

@test "the page fault's case takes one fault for each of its pages, in every sample" {
	all 'case_name == "page_fault" && metric == "faults"' 'count > 0 && min == 256 && max == 256'
}

@test "a heap that caches hold has no floor, and says so" {
	run grep -c '^floor_.*too small for memory.s speed' "$BATS_FILE_TMPDIR/results/latest/derived.csv"
	[ "$output" = 4 ] || fail_with "$(cat "$BATS_FILE_TMPDIR/results/latest/derived.csv")"
	grep -q '^\*\*floors: unavailable: ' "$BATS_FILE_TMPDIR/results/latest/tables/floors.md"
}
