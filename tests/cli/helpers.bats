#!/usr/bin/env bats
# The helpers themselves: a check that has nothing to look at is red.
load helpers

setup() {
	TABLE=$BATS_TEST_TMPDIR/table
	printf 'experiment\tprimitive\naaa\tfork\naaa\tvfork\n' >"$BATS_TEST_TMPDIR/two"
}

@test "without a table, or with one that has no rows, every check is red" {
	local check
	for check in 'none 1' 'none 0' 'some 1' 'all 1 1' 'all 0 1'; do
		rm -f "$TABLE"
		# shellcheck disable=SC2086 # words
		run ! $check
		: >"$TABLE"
		# shellcheck disable=SC2086
		run ! $check
		head -n 1 "$BATS_TEST_TMPDIR/two" >"$TABLE"
		# shellcheck disable=SC2086
		run ! $check
	done
	rm "$TABLE"
	run ! rows 1 experiment
}

@test "a condition that is no condition is red, not empty" {
	cp "$BATS_TEST_TMPDIR/two" "$TABLE"
	run ! none 'primitive == "fork'
	run ! all 'primitive == "fork' 1
	run ! all 1 'primitive == "fork'
}

@test "none, some and all say what they say" {
	cp "$BATS_TEST_TMPDIR/two" "$TABLE"
	none 'primitive == "clone"'
	run ! none 'primitive == "fork"'
	some 'primitive == "fork"'
	run ! some 'primitive == "clone"'
	all 'primitive == "fork"' 'experiment == "aaa"'
	run ! all 1 'primitive == "fork"'
	run ! all 'primitive == "clone"' 'experiment == "aaa"'
}

# What the shell does not hold against a test: a first part of `a && b` that fails, and `! a`, unless last.
@test "no check stands where its failing goes unseen" {
	local bad
	bad=$(awk 'FNR == 1 { text = "" }
		{ sub(/^[ \t]+/, ""); text = text $0 }
		text ~ /(\\|\||&&)$/ { sub(/\\$/, "", text); next }
		{ plain = text; gsub(/\$\(.*\)"/, "", plain); is_lone = plain !~ /\|\| ?[a-z{]/ }
		is_lone && plain ~ /^(\[ |\[\[.*\]\] |grep |cmp |diff ).*&& / { print FILENAME ":" FNR ": " text }
		is_lone && plain ~ /^! / { print FILENAME ":" FNR ": " text }
		{ text = "" }' "$ROOT"/tests/cli/*.ba* "$ROOT"/tests/guest/*.ba*)
	[ -z "$bad" ] || fail_with "$bad"
}
