#!/usr/bin/env bats
# One new file is all that a primitive, an experiment or a command takes; and an installed forkcost works.
load helpers

setup_file() {
	# The objects that are there are taken along, so that only what is new is compiled; make knows
	# what is stale.
	TREE=$BATS_FILE_TMPDIR/tree
	private_source "$TREE"
	few_figures "$TREE" spawn-by-heap
	[ ! -d "$ROOT/docs" ] || cp -a "$ROOT/docs" "$TREE/"
	commit=$(cat "$TREE/build/commit" 2>/dev/null || echo unknown)
	cp "$BATS_TEST_DIRNAME/fixtures/pipe_pair.c" "$TREE/bench/"
	example bench/primitives/clone_files.c
	example bench/system_call.c
	example harness/driver/commands/runs.c
	make_in_tree build/forkcost build/forkcost-worker build/forkcost-target >"$BATS_FILE_TMPDIR/make" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/make" >&2
		return 1
	}
	export TREE commit
}

make_in_tree() { FORKCOST_NO_INSTALL=1 make -C "$TREE" --no-print-directory -j2 BUILD=build COMMIT="$commit" "$@" 3>&-; }

# example FILE: the program that ADDING-A-BENCHMARK.md has for this file, put there.
example() {
	awk -v intro="\`$1\`. It is complete." '{ text = text " " $0 } index(text, intro) { found = 1 }
		on && /^```/ { exit } on { print } found && /^```c/ { on = 1 }' "$ROOT/docs/ADDING-A-BENCHMARK.md" >"$TREE/$1"
	[ -s "$TREE/$1" ] || fail_with "ADDING-A-BENCHMARK.md has no example of $1"
}

@test "a new primitive and a new experiment are listed" {
	run --separate-stderr "$TREE/build/forkcost" list
	[ "$status" -eq 0 ]
	[[ $output == *$'\n  clone_files '*'open files shared'* ]] || fail_with "clone_files is not listed"
	[[ $output == *$'\n  pipe_pair '*'what a pipe costs'* ]] || fail_with "pipe_pair is not listed"
	[[ $output == *'cases: plain, cloexec'* ]]
	run --separate-stderr "$FORKCOST" list
	[[ $output != *clone_files* ]] || fail_with "it was there before"
}

@test "a run has their rows, and the options know them" {
	"$TREE/build/forkcost" run "${TINY[@]}" --primitive clone,clone_files --output "$BATS_TEST_TMPDIR" \
		3>&- 2>/dev/null
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/latest/summary.csv" >"$TABLE"
	local action
	for action in exit exec; do
		[ "$(rows "primitive == \"clone_files\" && action == \"$action\" && metric == \"reaped_ns\" && count > 0" heap | tr '\n' ' ')" = '0 4194304 ' ] ||
			fail_with "no rows of clone_files $action"
	done
	some 'experiment == "pipe_pair" && case_name == "plain" && metric == "open_ns" && count > 0 && median > 0'
	some 'experiment == "pipe_pair" && case_name == "cloexec" && metric == "close_ns" && count > 0 && median > 0'
	# It is a clone: memory is copied, so the caller faults as after clone.
	[ "$(rows 'primitive == "clone_files" && metric == "caller_faults"' 'action heap median')" = \
		"$(rows 'primitive == "clone" && case_name == "" && metric == "caller_faults"' 'action heap median')" ] ||
		fail_with "clone_files and clone differ" "$(rows 'metric == "caller_faults"' 'primitive " " action " " heap " " median')"
}

@test "the new primitive does what its file says" {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
	strace -f -o "$BATS_TEST_TMPDIR/trace" "$TREE/build/forkcost" once --primitive clone_files --count 3 3>&-
	[ "$(grep -c 'flags=CLONE_FILES|SIGCHLD' "$BATS_TEST_TMPDIR/trace")" -eq 3 ]
}

@test "the new primitive is plotted without another edit" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	run --separate-stderr "$TREE/build/forkcost" run --experiment spawn --heap 0,64K --replicates 1 --cell-time 1ms --cache warm \
		--state dirty --child-cpu same --primitive fork,clone_files --no-table --output "$BATS_TEST_TMPDIR"
	[ "$status" -eq 0 ] || fail_with "the run fails"
	grep -q clone_files "$BATS_TEST_TMPDIR/latest/plots/spawn-by-heap.svg" || fail_with "clone_files is not drawn"
}

@test "a new experiment is seen without another edit: on the terminal, as a table, as a figure" {
	local folder=$BATS_TEST_TMPDIR/latest case_name
	"$TREE/build/forkcost" run --experiment system_call,pipe_pair --heap 0,64K,256K --replicates 2 --cell-time 1ms --counters none \
		--no-plots --no-table --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	run --separate-stderr "$TREE/build/forkcost" show "$folder"
	[ "$status" -eq 0 ] || fail_with "show fails"
	[[ $output == *$'\nsystem_call: call_ns by heap\n'* ]] || fail_with "no table of system_call"
	[[ $output == *$'\npipe_pair: open_ns by heap\n'* ]] || fail_with "no table of pipe_pair"
	grep -q '^case  *0  *64 KiB  *256 KiB$' <<<"$output" || fail_with "not by heap"
	for case_name in getppid getcpu plain cloexec; do
		grep -qE "^$case_name +[0-9.]+ [nu]s ±" <<<"$output" || fail_with "no value of $case_name"
	done
	for case_name in getppid getcpu; do
		grep -q "^| $case_name | [0-9]" "$folder/tables/system_call.md" || fail_with "no $case_name in Markdown"
		grep -q "^$case_name & [0-9]" "$folder/tables/system_call.tex" || fail_with "no $case_name in LaTeX"
		[ "$(awk -F '\t' -v name="$case_name" 'NF == 1 { on = $1 == name } on && NF == 4 { print $1 }' \
			"$folder/plots/data/system_call-by-heap.dat" | tr '\n' ' ')" = '0 65536 262144 ' ] || fail_with "no curve of $case_name"
	done
	[ ! -e "$folder/plots/data/null-by-heap.dat" ] || fail_with "a ruler is drawn"
	command -v gnuplot >/dev/null || return 0
	"$TREE/build/forkcost" plot "$folder"
	grep -q getppid "$folder/plots/system_call-by-heap.svg" || fail_with "it is not drawn"
	[ "$(head -c 5 "$folder/plots/system_call-by-heap.pdf")" = %PDF- ] || fail_with "no PDF"
}

@test "a face for it is one file more: its table in place of the generic one, its figure as before" {
	local folder=$BATS_TEST_TMPDIR/latest
	example harness/driver/show/experiments/system_call.c
	make_in_tree build/forkcost >"$BATS_TEST_TMPDIR/make" 2>&1 || fail_with "$(cat "$BATS_TEST_TMPDIR/make")"
	run --separate-stderr "$TREE/build/forkcost" run --experiment system_call --heap 0,64K --replicates 2 --cell-time 1ms \
		--counters none --no-plots --output "$BATS_TEST_TMPDIR" 3>&-
	[ "$status" -eq 0 ] || fail_with "it fails"
	[[ $output == *$'\na system call that does next to nothing, heap 0\n'* ]] || fail_with "not its own table"
	[[ $output != *'call_ns by heap'* ]] || fail_with "the generic table, too"
	grep -q '^| getcpu | [0-9]' "$folder/tables/system_call.md" || fail_with "not in Markdown"
	grep -q '^getcpu$' "$folder/plots/data/system_call-by-heap.dat" || fail_with "no figure"
	command -v gnuplot >/dev/null || return 0
	"$TREE/build/forkcost" plot "$folder"
	grep -q getcpu "$folder/plots/system_call-by-heap.svg" || fail_with "it is not drawn"
}

@test "a new command is listed, tells its options, refuses others, completes and runs" {
	run --separate-stderr "$TREE/build/forkcost" --help
	succeeded
	[[ $output == *$'\n  runs  '*'list the runs'* ]] || fail_with "runs is not listed"
	[[ $("$FORKCOST" --help) != *$'\n  runs '* ]] || fail_with "it was there before"
	run --separate-stderr "$TREE/build/forkcost" runs --help
	succeeded
	[[ $output == "Usage: forkcost runs "*--folder=FOLDER*"[results]"*--long* ]] || fail_with "other help"
	mkdir -p "$BATS_TEST_TMPDIR/here/one" "$BATS_TEST_TMPDIR/here/two" "$BATS_TEST_TMPDIR/here/none"
	touch "$BATS_TEST_TMPDIR/here/one/environment.json" "$BATS_TEST_TMPDIR/here/two/environment.json"
	run --separate-stderr "$TREE/build/forkcost" runs --fol "$BATS_TEST_TMPDIR/here"
	succeeded
	[ "$output" = $'one\ntwo' ] || fail_with "other runs"
	local FORKCOST=$TREE/build/forkcost
	usage_error --nope runs --nope
	usage_error '--long twice' runs --long --long
	usage_error surplus runs surplus
	refused 1 "$BATS_TEST_TMPDIR/nowhere" runs --folder "$BATS_TEST_TMPDIR/nowhere"
	[ "$(completed runs --l)" = --long ] || fail_with "no completion: $(completed runs --l)"
	[ "$(completed ru | tr '\n' ' ')" = 'run runs ' ] || fail_with "no completion: $(completed ru)"
}

@test "an installed forkcost lists, measures and draws from where it lies" {
	local dest=$BATS_TEST_TMPDIR/dest name
	make_in_tree install DESTDIR="$dest" PREFIX=/opt/forkcost
	for name in bin/forkcost libexec/forkcost/forkcost-worker libexec/forkcost/forkcost-target \
		libexec/forkcost/forkcost-bare \
		share/forkcost/plots/style.gp share/man/man1/forkcost.1 \
		share/bash-completion/completions/forkcost; do
		[ -f "$dest/opt/forkcost/$name" ] || fail_with "$name is not installed"
	done
	[ "$(ls "$dest")" = opt ]
	# Nothing of the tree may be needed any more.
	mv "$TREE" "$TREE.away"
	cd "$BATS_TEST_TMPDIR"
	"$dest/opt/forkcost/bin/forkcost" list | grep -q posix_spawn
	run --separate-stderr "$dest/opt/forkcost/bin/forkcost" run "${TINY[@]}" --primitive fork,posix_spawn
	mv "$TREE.away" "$TREE"
	[ "$status" -eq 0 ] || fail_with "it does not measure"
	grep -q '^spawn,posix_spawn,exec,.*stopped:' results/latest/summary.csv
	command -v gnuplot >/dev/null || return 0
	"$dest/opt/forkcost/bin/forkcost" plot results/latest
	[ -s results/latest/plots/spawn-by-heap.pdf ]
}
