#!/usr/bin/env bats
# One row and one file are all that an axis takes: those of docs/ADDING-A-BENCHMARK.md, as they stand there.
load helpers

DOCUMENT=$ROOT/docs/ADDING-A-BENCHMARK.md

# example FIRST-LINE: the text of the code block that begins with these words.
example() {
	awk -v first="$1" '/^```/ { if (on) exit; begun = /^```c$/; next }
		begun { begun = 0; on = index($0, first) == 1 }
		on { print }' "$DOCUMENT"
}

setup_file() {
	# The objects that are there are taken along: what includes the rows is compiled again.
	TREE=$BATS_FILE_TMPDIR/tree
	private_source "$TREE"
	commit=$(cat "$TREE/build/commit" 2>/dev/null || echo unknown)
	example 'AXIS(NICE' >"$BATS_FILE_TMPDIR/row"
	example '/* nice:' >"$TREE/harness/worker/axes/nice.c"
	[ -s "$BATS_FILE_TMPDIR/row" ] && [ -s "$TREE/harness/worker/axes/nice.c" ] || return
	sed -i "/^#undef AXIS/{
		e cat '$BATS_FILE_TMPDIR/row'
	}" "$TREE/harness/common/axes.def"
	make_in_tree build/forkcost build/forkcost-worker build/forkcost-target >"$BATS_FILE_TMPDIR/make" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/make" >&2
		return 1
	}
	# Both levels, and what the kernel says of the worker meanwhile.
	"$TREE/build/forkcost" run --experiment spawn --nice 0,10 --heap 0,1M --primitive fork,vfork --state dirty --cache warm \
		--child-cpu same --replicates 3 --cell-time 100ms --no-plots --no-table --counters none \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" &
	driver=$!
	while kill -0 "$driver" 2>/dev/null; do
		for pid in $(pgrep -P "$driver" -x forkcost-worker); do
			awk '{ sub(/.*\) /, ""); print $17 }' "/proc/$pid/stat" 2>/dev/null
		done >>"$BATS_FILE_TMPDIR/niceness" || :
		sleep 0.01
	done
	wait "$driver" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
	export TREE commit
}

setup() {
	FOLDER=$BATS_FILE_TMPDIR/results/latest
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$FOLDER/summary.csv" >"$TABLE"
}

# That is nearly all of it, and nothing here asks how fast it is.
make_in_tree() { FORKCOST_NO_INSTALL=1 make -C "$TREE" --no-print-directory -j2 BUILD=build COMMIT="$commit" CFLAGS=-O1 "$@" 3>&-; }

@test "list and --help have the new axis, and did not before" {
	"$TREE/build/forkcost" list | grep -qx '  nice  *numbers, as 0,1,2: niceness of caller and child' || fail_with "list"
	"$TREE/build/forkcost" run --help | grep -q '^      --nice=NUMBERS  *niceness of caller and child \[0\]$' || fail_with "--help"
	! "$FORKCOST" list | grep -q nice || fail_with "it was there before"
}

@test "a level beyond its bounds is refused, and an experiment that does not vary it" {
	FORKCOST=$TREE/build/forkcost
	usage_error "20" run --experiment spawn --nice 20
	usage_error "x" run --experiment spawn --nice x
	usage_error "switch does not vary it" run --experiment switch --nice 10
}

@test "a plan has a job for each level, and none where nobody asks" {
	run --separate-stderr "$TREE/build/forkcost" run --dry-run --experiment spawn --nice 0,10 --heap 0 --primitive fork --state dirty \
		--cache warm --child-cpu same --counters none --cell-time 1ms
	[ "$(grep -cE '^spawn .* same as-given nice (0|10) dirty warm ' <<<"$output")" -eq 2 ] || fail_with "not two jobs"
	run --separate-stderr "$TREE/build/forkcost" run --dry-run --experiment spawn --heap 0 --primitive fork --state dirty \
		--cache warm --child-cpu same --counters none --cell-time 1ms
	[ "$(grep -c '^spawn .* same as-given dirty warm ' <<<"$output")" -eq 1 ] || fail_with "not one job"
}

# old_run: a run whose samples know nothing of it.
old_run() { cp -r "$ROOT/results/reference-2cpu-vm" "$BATS_TEST_TMPDIR/old"; }

# at LEVEL: lines of arm, heap and metric that have values there.
at() {
	awk -F '\t' -v level="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "nice") column = i; next }
		column && $column == level && $1 == "spawn" && $16 > 0 { print $2, $3, $4, $5, $14 }' "$TABLE"
}

@test "summary.csv has its column, behind those that there were, with the same rows at both levels" {
	old_run
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/old" >/dev/null
	[[ $(head -1 "$FOLDER/summary.csv") == "$(head -1 "$BATS_TEST_TMPDIR/old/summary.csv"),nice" ]] || fail_with "other columns"
	at 0 >"$BATS_TEST_TMPDIR/plain"
	at 10 >"$BATS_TEST_TMPDIR/nice"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/plain")" -ge 20 ] || fail_with "hardly any rows at nice 0"
	diff "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/nice" || fail_with "the levels have other rows"
	samples "$FOLDER" | grep -q '"nice":\[0,10\]' || fail_with "its settings do not have it"
	[ "$(samples "$FOLDER" | grep -c '^{"type":"cell".*"nice":"10"')" -eq 6 ] || fail_with "not 2 heaps by 3 replicates"
}

@test "the worker really is so nice" {
	local own
	own=$(nice)
	[ "$(sort -nu "$BATS_FILE_TMPDIR/niceness" | grep -v '^$' | tr '\n' ' ')" = "$own 10 " ] ||
		fail_with "niceness seen: $(sort -n "$BATS_FILE_TMPDIR/niceness" | uniq -c)"
	command -v strace >/dev/null || return 0
	strace -f -o /dev/null true 2>/dev/null || return 0
	strace -f -e trace=setpriority -o "$BATS_TEST_TMPDIR/trace" "$TREE/build/forkcost" run --experiment spawn --nice 10 --heap 0 \
		--primitive fork --state dirty --cache warm --child-cpu same --replicates 2 --cell-time 1ms --no-plots --no-table \
		--counters none --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	[ "$(grep -c 'setpriority(PRIO_PROCESS, 0, 10) *= 0' "$BATS_TEST_TMPDIR/trace")" -eq 2 ] || fail_with "$(cat "$BATS_TEST_TMPDIR/trace")"
}

@test "a run that knows nothing of the axis reads as not varied" {
	old_run
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/old" >/dev/null
	cp "$BATS_TEST_TMPDIR/old/summary.csv" "$BATS_TEST_TMPDIR/without"
	"$TREE/build/forkcost" summarize "$BATS_TEST_TMPDIR/old" >/dev/null
	sed 's/,$//; 1s/,nice$//' "$BATS_TEST_TMPDIR/old/summary.csv" | cmp - "$BATS_TEST_TMPDIR/without" ||
		fail_with "more than an empty column came of it"
}

@test "a row without a file is refused, with the reason" {
	mv "$TREE/harness/worker/axes/nice.c" "$BATS_TEST_TMPDIR/"
	rm "$TREE/build/forkcost-worker"
	make_in_tree build/forkcost-worker >"$BATS_TEST_TMPDIR/make" 2>&1 || fail_with "$(cat "$BATS_TEST_TMPDIR/make")"
	run --separate-stderr "$TREE/build/forkcost" list
	mv "$BATS_TEST_TMPDIR/nice.c" "$TREE/harness/worker/axes/"
	# shellcheck disable=SC2154 # bats sets it
	[ "$status" -ne 0 ] && [[ $stderr == *"cannot vary nice: no file in harness/worker/axes"* ]] || fail_with "a worker that cannot do it runs"
}

@test "its figure is drawn from the same row" {
	[ "$(grep -c '^[^#]' "$FOLDER/plots/data/spawn-by-nice.dat")" -ge 2 ]
}

# Scripts that read summary.csv take rows at plain levels.
@test "plain.awk knows the plain level of running threads and of every axis behind frames_scattered" {
	local name level
	sed -nE '/^AXIS\(THREADS/,$p' "$ROOT/harness/common/axes.def" | {
		tr -d '\n\t'
		echo
	} | sed 's/AXIS(/\n&/g' |
		sed -nE 's/^AXIS.*\.name = "([a-z_]+)", \.option.*\.levels = \{\{(\.name = )?"([^"]*)".*/\1 \3/p' >"$BATS_TEST_TMPDIR/levels"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/levels")" -ge 13 ] || fail_with "few axes"
	while read -r name level; do
		awk -v name="$name" -v level="$level" "$(cat "$ROOT/scripts/plain.awk")"'
			BEGIN { exit !(is_plain(name, level) && is_plain(name, "") && !is_plain(name, "another")) }' || fail_with "$name $level"
	done <"$BATS_TEST_TMPDIR/levels"
}
