#!/usr/bin/env bats
# A change of shape changes no number: everything that is derived from the reference runs, plot data among it, has the
# contents that tests/oracle/ lists, and a plan for a seed is the one kept there. Where a change of contents is meant:
# sh tests/oracle/update, and look at the difference of what summarize writes before it is committed.
load helpers

@test "all that summarize makes of the reference runs is as listed" {
	local list run
	for list in "$ROOT"/tests/oracle/*.sha256; do
		run=$BATS_TEST_TMPDIR/$(basename "$list" .sha256)
		cp -r "$ROOT/results/$(basename "$run")" "$run"
		rm -rf "$run"/plots "$run"/tables "$run"/*.csv "$run"/claims.*
		"$FORKCOST" summarize "$run" >"$BATS_TEST_TMPDIR/log" 2>&1 || fail_with "it fails: $(cat "$BATS_TEST_TMPDIR/log")"
		sh "$ROOT/tests/oracle/update" "$run" >"$BATS_TEST_TMPDIR/now"
		diff "$list" "$BATS_TEST_TMPDIR/now" >"$BATS_TEST_TMPDIR/diff" || fail_with "of $(basename "$run") differ:" "$(cat "$BATS_TEST_TMPDIR/diff")"
	done
}

@test "a dry run's plan is the one kept, for every seed" {
	local seed cpu
	cpu=$(sed -nE "s/^Cpus_allowed_list:[[:space:]]*([0-9]+).*/\1/p" /proc/self/status)
	for seed in 7 8; do
		# One CPU and no counters: what is planned then is the same on every machine.
		run --separate-stderr taskset -c "$cpu" "$FORKCOST" run --dry-run --preset bench --heap 0,64K,2M \
			--seed "$seed" --counters none --page-kind 4k --evict 64M --working-set 1M
		[ "$status" -eq 0 ] || fail_with "it fails"
		sed -E 's/( +[0-9.]+ s){1,2}$//; s/^((all|headline) .*): .*/\1/; s/worker on CPU [0-9]+/worker on CPU N/; s/only CPU [0-9]+ is/only CPU N is/; /^estimate:/d; /^the budget is short/d' \
			<<<"$output" | diff "$ROOT/tests/oracle/dry-run.txt" - >"$BATS_TEST_TMPDIR/diff" ||
			fail_with "the plan differs:" "$(cat "$BATS_TEST_TMPDIR/diff")"
	done
}
