#!/usr/bin/env bats
# Two settings in turns: which runs are made, by what options, and that they are compared although a level tells them apart.

load helpers

@test "ab: runs of both sides in turns, each with its own options, and one comparison" {
	"$FORKCOST" ab --a '--page-kind 4k' --b '--page-kind thp' \
		--both '--experiment spawn,inherit --primitive fork --action exit --heap 4M --counters none --cache warm --state dirty --child-cpu same' \
		--rounds 2 --budget 8s --output "$BATS_TEST_TMPDIR/out" >"$BATS_TEST_TMPDIR/said" 2>"$BATS_TEST_TMPDIR/order"
	folder=$(echo "$BATS_TEST_TMPDIR"/out/*-ab)
	for run in a-1 a-2 b-1 b-2; do
		kinds=$(jq -c .settings.page_kinds "$folder/$run/latest/environment.json")
		case $run in a-*) [ "$kinds" = '["4k"]' ] ;; *) [ "$kinds" = '["thp"]' ] ;; esac
	done
	[ "$(sed -n 's/^round . of 2: side //p' "$BATS_TEST_TMPDIR/order" | tr -d '\n')" = ABBA ]
	# Rows of the two kinds are the same rows, though experiments that have no page kind ran on both sides.
	grep -q 'of 1 headline rows' "$BATS_TEST_TMPDIR/said"
	grep -q 'settings.page_kinds: A \["4k"\]; B \["thp"\]' "$BATS_TEST_TMPDIR/said"
}

@test "ab: what cannot be a side is refused before anything is measured" {
	run -2 "$FORKCOST" ab --a '--heap 0'
	run -2 "$FORKCOST" ab --a '--heap 0' --b '--budget 3s' --output "$BATS_TEST_TMPDIR/out"
	[[ $output == *"cannot give --budget to one side"* ]]
	run -2 "$FORKCOST" ab --a '' --b '4k' --output "$BATS_TEST_TMPDIR/out"
	run -2 "$FORKCOST" ab --a '' --b '' --rounds 10 --budget 1s --output "$BATS_TEST_TMPDIR/out"
	[ ! -e "$BATS_TEST_TMPDIR/out" ]
}

@test "ab: a run that fails ends it, with the run's own words" {
	run -1 "$FORKCOST" ab --a '' --b '--experiment none' --rounds 2 --budget 4s --output "$BATS_TEST_TMPDIR/out"
	[[ $output == *"cannot make run 1 of side B"*"none"* ]]
}
