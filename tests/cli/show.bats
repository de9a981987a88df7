#!/usr/bin/env bats
# forkcost show, of chosen rows of the reference run.
load helpers

RUN=$ROOT/results/reference-2cpu-vm

@test "a table has the rows asked for alone, in every form" {
	local form
	for form in text markdown latex typst csv; do
		run --separate-stderr "$FORKCOST" show "$RUN" --experiment spawn --action exit --heap 16M --primitive fork --format "$form"
		succeeded
		[[ $output != *vfork* ]] || fail_with "another primitive: $form"
	done
	[ "$(grep -c '^spawn,fork,exit,,16777216,' <<<"$output")" -eq 2 ] || fail_with "not both states"
}

@test "LaTeX has siunitx with uncertainties, a caption and a label" {
	run --separate-stderr "$FORKCOST" show "$RUN" --experiment spawn --action exit --heap 16M --format latex
	succeeded
	[[ $output == *'\caption{experiment spawn, action exit, '*'\label{tab:forkcost-spawn}'* ]] || fail_with "no caption"
	[[ $output =~ 'fork & dirty & \qty{'[0-9.]+\([0-9]+\)'}{\micro\second}' ]] || fail_with "no value"
	[[ $output == *'\tnote{a}'*'\item[a] '* ]] || fail_with "a mark without its note"
}

@test "what selects nothing names what the run has" {
	refused 1 "give --primitive one of clone, " show "$RUN" --experiment spawn --primitive spoon
	refused 1 "give --heap one of 0, " show "$RUN" --experiment spawn --heap 3M
	usage_error spoon show "$RUN" --format spoon
}

@test "rows without values are counted in every form for people, with the reason" {
	local form
	for form in text markdown latex typst; do
		run --separate-stderr "$FORKCOST" show "$RUN" --experiment spawn --heap 16M --metric reaped_ns --format "$form"
		succeeded
		[[ $(tr -s '\n ' ' ' <<<"$output") == *'2 rows without values: unavailable: a thread is not reaped'* ]] || fail_with "$form"
	done
	refused 1 "rows without values: unavailable: a process is reaped, not joined; give " show "$RUN" --primitive fork --metric joined_ns
}
