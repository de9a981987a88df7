#!/usr/bin/env bats
# The second opinion by hyperfine, and the bare loop that it times.
load helpers

@test "crosscheck takes turns with the run's cells, and show has a verdict on each" {
	command -v hyperfine >/dev/null || skip "hyperfine is not installed"
	local run=$BATS_TEST_TMPDIR/results/latest file
	"$FORKCOST" run --experiment spawn --primitive fork,posix_spawn --heap 0 --cache warm --state write-protected \
		--child-cpu same --replicates 1 --cell-time 1ms --counters none --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/results" 2>/dev/null
	mkdir "$run/hyperfine"
	echo '{"results": []}' >"$run/hyperfine/fork.exit.0.100.json"
	run --separate-stderr "$FORKCOST" show "$run"
	[[ $output == *"older version in hyperfine/ are not used"* ]] || fail_with "older files are not named"
	run --separate-stderr sh "$ROOT/scripts/crosscheck" "$run" quick "$FORKCOST"
	[ "$status" -eq 0 ] || fail_with "it fails"
	[ "$(cd "$run/hyperfine" && echo *)" = "fork.exit.0.json posix_spawn.exec.0.json" ] || fail_with "$(ls "$run/hyperfine")"
	for file in "$run"/hyperfine/*; do
		# A turn has four commands, and each was timed three times.
		awk '/"window_ns"/ { turns++ } /"command"/ { commands++ } /^ *[0-9]+\.[0-9e-]+,?$/ { times++ }
			END { exit !(turns >= 1 && commands == 4 * turns && times == 12 * turns) }' "$file" || fail_with "$(cat "$file")"
	done
	"$FORKCOST" summarize "$run"
	run --separate-stderr "$FORKCOST" show "$run"
	output=$(tr -s '\n ' ' ' <<<"$output")
	[[ $output =~ 'fork exit, heap 0: hyperfine '(agrees|disagrees|inconclusive)': '[~?]?-?[0-9] ]] || fail_with "no verdict"
	[[ $output =~ 'posix_spawn exec, heap 0: hyperfine '(agrees|disagrees|inconclusive)': '[~?]?-?[0-9] ]] || fail_with "no verdict"
	[ "$(grep -c '^hyperfine.*,fork exit,' "$run/derived.csv")" -eq 4 ]
	grep -q '^| fork | exit | 0 |' "$run/tables/second-opinion.md"
}

@test "the bare loop starts as many children as it is told, by the call it is told" {
	local bare=$BUILD/forkcost-bare target=$BUILD/forkcost-target calls=$BATS_TEST_TMPDIR/calls
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o "$calls" -e trace=execve,wait4,clone,clone3,fork,vfork "$bare" loop vfork exec 1048576 7 "$target"
	[ "$(grep -c ' vfork(' "$calls")" -eq 7 ] && [ "$(grep -c 'execve("[^"]*forkcost-target"' "$calls")" -eq 7 ] || fail_with "$(cat "$calls")"
	[ "$(grep -c 'wait4.*WIFEXITED' "$calls")" -eq 7 ] || fail_with "$(cat "$calls")"
	[ -z "$("$bare" loop fork exit 0 100)" ]
	# A line for each 20 children.
	[ "$("$bare" blocks clone exit 65536 59 | grep -cE '^[1-9][0-9]*$')" -eq 2 ]
}

@test "the bare loop refuses what it cannot do" {
	local wrong
	for wrong in 'loop fork exit 0' 'loop fork exit 0 0' 'loop spoon exit 0 1' 'watch fork exit 0 1' 'loop fork exec 0 1' \
		'loop fork exit 0 1 /bin/true' 'loop posix_spawn exit 0 1' 'loop clone exec 0 1 /bin/true' 'loop fork stay 0 1'; do
		# shellcheck disable=SC2086 # words
		run "$BUILD/forkcost-bare" $wrong
		[ "$status" -eq 2 ] || fail_with "taken: $wrong"
	done
	run "$BUILD/forkcost-bare" loop fork exec 0 1 "$BATS_TEST_TMPDIR/nowhere"
	[ "$status" -eq 1 ] || fail_with "a child that cannot exec is no failure"
}
