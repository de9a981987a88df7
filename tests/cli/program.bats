#!/usr/bin/env bats
# The program that exec starts: forkcost-target, programs of libc, or one of the user's.
load helpers

setup_file() {
	"$FORKCOST" run --experiment spawn --heap 0 --primitive fork,vfork,posix_spawn --program own,static,dynamic \
		--target "$(type -P false)" --cache warm --state dirty --child-cpu same --replicates 2 --cell-time 1ms \
		--counters none --no-plots --no-table --output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
}

setup() {
	FOLDER=$BATS_FILE_TMPDIR/results/latest
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$FOLDER/summary.csv" >"$TABLE"
	column=$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "program") print i }' "$TABLE")
}

# median PROGRAM METRIC PRIMITIVE
median() { rows "\$$column == \"$1\" && metric == \"$2\" && primitive == \"$3\" && count" median | head -1; }

@test "each program is started by whoever can exec, and by nobody who does not" {
	local program
	for program in own static dynamic given; do
		[ "$(rows "\$$column == \"$program\" && metric == \"reaped_ns\" && action == \"exec\" && count" primitive | sort -u | tr '\n' ' ')" = \
			"fork posix_spawn vfork " ] || fail_with "$program"
	done
	some "\$$column == \"own\" && action == \"exit\" && count"
	none "\$$column != \"own\" && action == \"exit\" && count"
}

# The programs' exit statuses say that they ran: see below.
@test "libc and the dynamic linker take page faults, and the caller none of these" {
	local primitive own static dynamic
	for primitive in fork vfork posix_spawn; do
		own=$(median own child_faults $primitive) static=$(median static child_faults $primitive)
		dynamic=$(median dynamic child_faults $primitive)
		awk -v own="$own" -v static="$static" -v dynamic="$dynamic" \
			'BEGIN { exit !(own + 5 <= static && static + 5 <= dynamic) }' ||
			fail_with "$primitive: $own, $static, $dynamic faults of a child"
		[ "$(median own caller_faults $primitive)" = "$(median dynamic caller_faults $primitive)" ] ||
			fail_with "$primitive: the caller's faults differ by program"
	done
}

@test "only forkcost-target stamps its start: of others it is missing, with the reason" {
	all "\$$column == \"own\" && action == \"exec\" && metric == \"exec_start_ns\"" 'count > 0'
	all "\$$column != \"own\" && action == \"exec\" && (metric ~ /^stamped_/ || metric == \"exec_start_ns\") && experiment == \"spawn\" && metric != \"stamped_joined_ns\"" \
		'count == 0 && note ~ /^unavailable: only forkcost-target stamps its start/'
}

@test "the program given may end with any status; the run says which, and shows it" {
	grep -qE '"target": "/[^"]*/false"' "$FOLDER/environment.json" && grep -q '"target_status": 1' "$FOLDER/environment.json" ||
		fail_with "no target in environment.json"
	grep -q 'false starts, and exits with status 1' "$BATS_FILE_TMPDIR/stderr" || fail_with "$(cat "$BATS_FILE_TMPDIR/stderr")"
	"$FORKCOST" show "$FOLDER" | grep -qE '^spawn: reaped_ns by program' || fail_with "no table"
}

# times NAME: that value of derived.csv.
times() { awk -F, -v name="$1" '$1 == name { print $6 }' "$FOLDER/derived.csv"; }

@test "whatever shows exec says that it is a floor, and how much longer programs of libc take" {
	local words='exec starts forkcost-target, which has no libc: a floor; a static program takes' figure
	awk -v static="$(times exec_static_times)" -v dynamic="$(times exec_dynamic_times)" \
		'BEGIN { exit !(1 < static && static < dynamic) }' || fail_with "$(grep ^exec_ "$FOLDER/derived.csv")"
	[ "$(tr -s ' \n' ' ' <<<"$("$FORKCOST" show "$FOLDER")" | grep -oF "$words" | wc -l)" -eq 2 ] || fail_with "not in both tables"
	grep -qF "$words" "$FOLDER/tables/spawn.md" && grep -qF "$words" "$FOLDER/tables/spawn-by-program.md" || fail_with "not in tables"
	for figure in spawn-by-heap ratio-to-fork-by-heap timeline spawn-by-program; do
		grep -qF "$words" "$FOLDER/plots/data/caption-$figure.dat" || fail_with "not below $figure"
	done
	! grep -qF 'exec starts' "$FOLDER/plots/data/caption-teardown.dat" || fail_with "below a figure without exec"
}

@test "programs are as their names say, and prove it: linked with nothing, with libc, dynamically" {
	command -v readelf >/dev/null || skip "there is no readelf"
	local name
	for name in forkcost-target forkcost-target-static; do
		! readelf -lW "$BUILD/$name" | grep -q INTERP || fail_with "$name has an interpreter"
	done
	readelf -lW "$BUILD/forkcost-target-dynamic" | grep -q INTERP || fail_with "the dynamic one has no interpreter"
	run "$BUILD/forkcost-target-static"
	[ "$status" -eq 44 ] || fail_with "static"
	run "$BUILD/forkcost-target-dynamic"
	[ "$status" -eq 45 ] || fail_with "dynamic"
}

@test "another program in its place is found out" {
	local place=$BATS_TEST_TMPDIR/place
	private_build "$place"
	cp "$BUILD/forkcost-target-static" "$place/build/forkcost-target-dynamic"
	run --separate-stderr "$place/build/forkcost" once --program dynamic
	one_line 1 "exited with status 44 instead of 45"
}

@test "a program that cannot be had is left out with the reason, or refused where it was asked for" {
	local place=$BATS_TEST_TMPDIR/place
	private_build "$place"
	rm "$place/build/forkcost-target-dynamic"
	# Levels that nobody asked for run beside the plain ones where no heap is asked for either.
	run --separate-stderr "$place/build/forkcost" run --dry-run --experiment spawn --primitive fork --cell-time 1ms --output /tmp
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"left out: program dynamic of spawn: unavailable: cannot find forkcost-target-dynamic"* ]] ||
		fail_with "not left out"
	[[ $output == *static* ]] || fail_with "static is left out, too"
	run --separate-stderr "$place/build/forkcost" run --dry-run --experiment spawn --heap 0 --program dynamic
	one_line 2 "cannot find forkcost-target-dynamic"
}

@test "what cannot be started, or never ends, is refused before the run" {
	local no_program=$BATS_TEST_TMPDIR/no-program dry=(run --dry-run --experiment spawn --heap 0)
	usage_error "--target" "${dry[@]}" --program given
	usage_error "no such program in PATH" "${dry[@]}" --target no-such-program
	usage_error "no such program there" "${dry[@]}" --target "$BATS_TEST_TMPDIR"
	usage_error "no such program there" "${dry[@]}" --target /etc/passwd
	printf 'no program' >"$no_program"
	chmod +x "$no_program"
	usage_error "Exec format error" "${dry[@]}" --target "$no_program"
	printf '#!/bin/sh\nkill -9 $$\n' >"$no_program"
	usage_error "killed by signal 9" "${dry[@]}" --target "$no_program"
	printf '#!/bin/sh\nexit 127\n' >"$no_program"
	usage_error "its exit status is 127" "${dry[@]}" --target "$no_program"
	usage_error "no chosen child execs" "${dry[@]}" --program static --action exit
	usage_error "no chosen child execs" "${dry[@]}" --program static --primitive thread
	usage_error "inherit does not vary it" run --experiment inherit --program static
}

# left WORD: how many processes have it in their command line.
left() { pgrep -cf "$1" || :; }

@test "a program that leaves processes behind is refused, and none stays: in the trial, and later" {
	local mark=97$$ daemon=$BATS_TEST_TMPDIR/daemon later=$BATS_TEST_TMPDIR/later
	# In a session of its own, so that no signal to a group finds it.
	printf '#!/bin/sh\nsetsid sleep %s </dev/null >/dev/null 2>&1 &\nexit 0\n' $mark >"$daemon"
	printf '#!/bin/sh\necho >>%s.calls\nif [ "$(wc -l <%s.calls)" -gt 5 ]; then setsid sleep %s </dev/null >/dev/null 2>&1 & fi\nexit 0\n' \
		"$later" "$later" $mark >"$later"
	# The environment is empty.
	sed -i '2i PATH=/usr/bin:/bin' "$daemon" "$later"
	chmod +x "$daemon" "$later"
	set -- run --experiment spawn --heap 0 --primitive fork --action exec --cache warm --state dirty --child-cpu same --replicates 1 \
		--cell-time 200ms --counters none --no-plots --no-table --output "$BATS_TEST_TMPDIR/out"
	usage_error "leaves 1 process behind" "$@" --target "$daemon"
	[ "$(left "sleep $mark")" -eq 0 ] || fail_with "some stay"
	run --separate-stderr "$FORKCOST" "$@" --target "$later"
	[ "$status" -eq 1 ] && [[ $stderr == *"cannot trust samples of the program given: "*" left behind"* ]] || fail_with "it is trusted"
	[ "$(left "sleep $mark")" -eq 0 ] || fail_with "some stay"
}

@test "once starts the same programs" {
	local seen=$BATS_TEST_TMPDIR/seen program=$BATS_TEST_TMPDIR/program
	# What it prints goes nowhere; it has no arguments, no environment, no input and not the wire form.
	# shellcheck disable=SC2016 # for the program
	printf '#!/bin/sh\necho printed; echo complained >&2; read -r line; [ -e /proc/self/fd/3 ] && line=wire; echo "$# $line $HOME" >>%s\n' \
		"$seen" >"$program"
	chmod +x "$program"
	run --separate-stderr "$FORKCOST" once --target "$program" --primitive posix_spawn --count 3 <<<line
	succeeded
	[ -z "$output" ] || fail_with "it printed"
	[ "$(cat "$seen")" = "$(printf '0  \n0  \n0  ')" ] || fail_with "$(cat "$seen")"
	for program in own static dynamic; do
		run --separate-stderr "$FORKCOST" once --program $program --count 2
		succeeded
	done
	usage_error "without exec" once --program static --action exit
	usage_error "two programs" once --program own --target true
	usage_error "cannot find program 'given'" once --program given
	usage_error "no such program in PATH" once --target no-such-program
	run --separate-stderr "$FORKCOST" once --target true --action exec --primitive fork
	succeeded
	# Its complaints are still heard.
	printf 'no program' >"$BATS_TEST_TMPDIR/none"
	chmod +x "$BATS_TEST_TMPDIR/none"
	run --separate-stderr "$FORKCOST" once --target "$BATS_TEST_TMPDIR/none" --action exec
	one_line 1 "the target did not run"
}
