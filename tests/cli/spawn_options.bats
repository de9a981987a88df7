#!/usr/bin/env bats
# What options of posix_spawn add: that each is asked for, and does what it says. Costs nobody asserts.
load helpers

setup_file() {
	local options=(run --experiment spawn_options --replicates 1 --cell-time 1ms --counters none --no-plots --no-table)
	"$FORKCOST" "${options[@]}" --output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
}

setup() {
	FOLDER=$BATS_FILE_TMPDIR/results/latest
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$FOLDER/summary.csv" >"$TABLE"
}

CASES='close closefrom dup2 none open process_group scheduler session several signals working_directory '

@test "each option is measured, and none costs the caller a page fault: nothing is copied" {
	[ "$(rows 'experiment == "spawn_options" && metric == "reaped_ns" && count' case_name | sort | tr '\n' ' ')" = "$CASES" ] ||
		fail_with "other cases"
	all 'experiment == "spawn_options" && metric == "call_ns"' 'count > 0'
	all 'experiment == "spawn_options" && metric == "caller_faults"' 'count > 0 && median == 0'
}

@test "the table has what each adds, and says that exec is a floor" {
	run --separate-stderr "$FORKCOST" show "$FOLDER"
	[[ $output == *'what options of posix_spawn add, one at a time'* ]] || fail_with "no table"
	[ "$(grep -cE "^(${CASES// /|}x) +[0-9]" <<<"$output")" -eq 11 ] || fail_with "other rows"
	[[ $output == *'exec starts forkcost-target, which has no libc: a floor'* ]] || fail_with "no floor"
}

# One child of `several` and one of the case itself have each call at least, besides those that were only looked at.
@test "libc makes the system call of each option in the child, and in no other" {
	command -v strace >/dev/null || skip "strace is not installed"
	local calls=$BATS_TEST_TMPDIR/calls call
	strace -f -o "$calls" "$FORKCOST" run --experiment spawn_options --replicates 1 --cell-time 1ms --counters none --no-plots \
		--no-table --output "$BATS_TEST_TMPDIR/results" >/dev/null 2>&1
	# Of each child its calls in one line.
	awk '{ of[$1] = of[$1] " " $2 $3 } /execve\(.*forkcost-target"/ { exec[$1] = 1 }
		END { for (id in exec) print of[id] }' "$calls" >"$BATS_TEST_TMPDIR/children"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/children")" -ge 22 ] || fail_with "too few children"
	for call in 'dup2\(5,6' 'openat\(AT_FDCWD,"/dev/null' 'close\(5' 'close_range\(5' 'chdir\("/proc"' 'setsid\(' 'setpgid\(0,0' \
		'sched_setscheduler\(0,SCHED_OTHER'; do
		grep -qE " ${call/,/,?}" "$BATS_TEST_TMPDIR/children" || fail_with "no child calls $call" "$(head -3 "$BATS_TEST_TMPDIR/children")"
	done
	# A child has a new session or a group of its own, never both; the plain one has neither.
	! grep -E 'setsid\(.*setpgid\(|setpgid\(.*setsid\(' "$BATS_TEST_TMPDIR/children" || fail_with "session and group"
	grep -vqE 'dup2\(|openat\(|close\(|close_range\(|chdir\(|setsid\(|setpgid\(|sched_setscheduler\(' "$BATS_TEST_TMPDIR/children" ||
		fail_with "no plain child"
}

@test "an option that does nothing is found out" {
	broken_worker bench/spawn_options.c 's/options->flags |= POSIX_SPAWN_SETSID;/(void)options;/'
	run --separate-stderr "$place/build/forkcost" run --experiment spawn_options --replicates 1 --cell-time 1ms --counters none --no-plots \
		--no-table --output "$BATS_TEST_TMPDIR/results"
	[ "$status" -eq 1 ] || fail_with "taken"
	[[ $stderr == *'cannot trust case session: the child does not show what was asked of posix_spawn'* ]] || fail_with "not said"
}
