#!/usr/bin/env bats
# The emulated machine: commands run in it, and what forkcost measures there comes back whole.
load helpers

@test "what the command prints, leaves in /results and ends with comes out of the guest" {
	run --separate-stderr guest_run "$BATS_TEST_TMPDIR" 'echo out; echo err >&2; echo kept >/results/a; exit 7'
	[ "$status" -eq 7 ] && [ "$output" = out ] && [ "$stderr" = err ] || fail_with "not as written"
	[ "$(cat "$BATS_TEST_TMPDIR/a")" = kept ]
}

@test "a command that takes too long is ended, and that is said" {
	local limit
	# To boot takes 4 seconds, on a machine that has nothing else to do.
	for limit in 15 60 240; do
		run --separate-stderr sh "$ROOT/scripts/guest" run --timeout $limit "$BATS_TEST_TMPDIR" -- \
			'echo began; sleep 600' 3>&-
		[ "$status" -eq 124 ] && [[ $stderr == *"longer than $limit s"* ]] || fail_with "no time-out"
		[ -z "$output" ] || break
	done
	[ "$output" = began ] || fail_with "what it printed is lost"
}

@test "counting instructions on two CPUs is refused" {
	run --separate-stderr sh "$ROOT/scripts/guest" run --icount --cpus 2 "$BATS_TEST_TMPDIR" -- true
	[ "$status" -eq 2 ] && [[ $stderr == *"--cpus 1"* ]] || fail_with "not refused"
}

@test "forkcost measures in the guest, and says that the machine is emulated" {
	local folder=$BATS_TEST_TMPDIR/latest
	run --separate-stderr guest_run "$BATS_TEST_TMPDIR" \
		"forkcost list && forkcost run ${TINY[*]} --primitive fork --action exit --output /results"
	[ "$status" -eq 0 ] && [[ $output == *"known_delay"* ]] || fail_with "no list, or no run"
	! samples "$folder" | grep '"type":"failure"' || fail_with "some cells failed"
	grep -q '"hypervisor": "QEMU emulation' "$folder/environment.json" || fail_with "not marked"
	tsv "$folder/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	all 'primitive == "fork" && metric == "reaped_ns"' 'median > 0'
	"$FORKCOST" summarize "$folder" >/dev/null && "$FORKCOST" plot "$folder" >/dev/null
	run --separate-stderr "$FORKCOST" show "$folder"
	[[ $output == *"emulated by QEMU"* ]] || fail_with "shown as a machine like any other"
}
