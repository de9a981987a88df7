#!/usr/bin/env bats
# Runs as large as they get are read, with a bound on memory. How long it takes: sh tests/scale.
load helpers

# within COMMAND NAME: in 300 MB of address space, libraries and all.
within() {
	run --separate-stderr bash -c 'ulimit -v 300000 && exec "$@"' bash "$FORKCOST" "$1" "$BATS_TEST_TMPDIR/run"
	[ "$status" -eq 0 ] || fail_with "$1 takes more than 300 MB"
}

made_up() {
	mkdir "$BATS_TEST_TMPDIR/run"
	sh "$ROOT/tests/scale" --make "$1" "$BATS_TEST_TMPDIR/run"
}

@test "a million samples are read in 300 MB, and none is lost" {
	made_up samples
	within show
	within summarize
	[ "$(awk -F, '$14 == "call_ns" && $17 == 30 { n += $16 } END { print n }' "$BATS_TEST_TMPDIR/run/summary.csv")" -eq 998400 ]
}

@test "3,000 counters are read in 300 MB, and none is lost" {
	made_up counters
	within show
	within summarize
	[ "$(awk -F, '$14 ~ /^event_/ && $16 == 15 { n++ } END { print n }' "$BATS_TEST_TMPDIR/run/summary.csv")" -eq 24000 ]
}
