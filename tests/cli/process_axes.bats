#!/usr/bin/env bats
# What a caller is besides its heap: threads, open files and the like. Proved from outside, and by physics.
load helpers

SMALL=(run --experiment spawn --heap 0 --state dirty --cache warm --child-cpu same --replicates 1 --counters none --no-plots --no-table)

# measure NAME ARGUMENT...: a small run of spawn in $BATS_FILE_TMPDIR/NAME, and its table.
measure() {
	local name=$1
	shift
	"$FORKCOST" "${SMALL[@]}" --cell-time 1ms --output "$BATS_FILE_TMPDIR/$name" "$@" 3>&- 2>"$BATS_FILE_TMPDIR/$name.stderr" || {
		cat "$BATS_FILE_TMPDIR/$name.stderr" >&2
		return 1
	}
	tsv "$BATS_FILE_TMPDIR/$name/latest/summary.csv" >"$BATS_FILE_TMPDIR/$name.table"
}

# value AXIS LEVEL PRIMITIVE METRIC [LEVEL-OF-ANOTHER-AXIS]: of exit, from $TABLE.
value() {
	awk -F '\t' -v axis="$1" -v level="$2" -v primitive="$3" -v metric="$4" -v other="${5-}" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$1 == "spawn" && $2 == primitive && $3 == "exit" && $4 == "" && $14 == metric && $(column[axis]) == level &&
			(other == "" || $(column["thread_stacks"]) == other) { print $18; exit }' "$TABLE"
}

# column_at AXIS LEVEL COLUMN [CASE-OR-PRIMITIVE [METRIC]]: what there is in it, of rows with samples or without.
column_at() {
	awk -F '\t' -v axis="$1" -v level="$2" -v wanted="$3" -v arm="${4-}" -v metric="${5-}" '
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		$(column[axis]) == level && (arm == "" || $4 == arm || ($4 == "" && $2 == arm)) && (metric == "" || $14 == metric) && $wanted != "" {
			print $wanted }' "$TABLE" | sort -u
}

# mappings AXIS LEVEL: of the workers that had it.
mappings() {
	samples "$FOLDER" | grep '^{"type":"cell"' | grep "\"$1\":\"$2\"" | grep -o '"mappings":[0-9]*' | grep -o '[0-9]*' | sort -un
}

# is_about VALUE EXPECTED SLACK
is_about() {
	awk -v a="$1" -v b="$2" -v slack="$3" 'BEGIN { exit !(a != "" && a >= b - slack && a <= b + slack) }' ||
		fail_with "$1 is not within $3 of $2"
}

@test "sleeping threads: a fault each in the child of libc's fork, none in clone's, none where memory is shared" {
	measure sleeping --threads 0 --sleeping-threads 0,20,120 --primitive fork,clone,vfork --action exit
	TABLE=$BATS_FILE_TMPDIR/sleeping.table FOLDER=$BATS_FILE_TMPDIR/sleeping/latest
	local few many primitive metric
	few=$(value sleeping_threads 20 fork child_faults) many=$(value sleeping_threads 120 fork child_faults)
	is_about $((${many%.*} - ${few%.*})) 100 3
	for metric in caller_faults child_faults; do
		is_about "$(value sleeping_threads 120 vfork $metric)" 0 0
		is_about "$(value sleeping_threads 120 clone $metric)" "$(value sleeping_threads 0 clone $metric)" 1
	done
	# A stack and its guard each; a libc that marks guards without a mapping may merge them.
	[ "$(mappings sleeping_threads 120)" -le $(($(mappings sleeping_threads 20) + 202)) ] || fail_with "too many mappings"
}

@test "stacks in one mapping leave libc's fork little to do in the child" {
	measure stacks --threads 0 --sleeping-threads 100 --thread-stacks own,small,one --primitive fork --action exit
	TABLE=$BATS_FILE_TMPDIR/stacks.table FOLDER=$BATS_FILE_TMPDIR/stacks/latest
	[ "$(value sleeping_threads 100 fork child_faults own)" -ge 100 ] && [ "$(value sleeping_threads 100 fork child_faults small)" -ge 100 ] ||
		fail_with "no fault for each"
	[ "$(value sleeping_threads 100 fork child_faults one)" -le 20 ] || fail_with "the stacks were there"
	[ "$(mappings thread_stacks one)" -lt 30 ] || fail_with "more mappings"
}

@test "the threads are really there, and asleep" {
	"$FORKCOST" "${SMALL[@]}" --threads 0 --sleeping-threads 50 --primitive fork --cell-time 3s \
		--output "$BATS_TEST_TMPDIR" 3>&- >/dev/null 2>&1 &
	local driver=$! worker
	asleep() {
		worker=$(pgrep -P "$driver" -x forkcost-worker) && [ "$(cat /proc/"$worker"/task/*/stat 2>/dev/null | sed 's/.*) //' |
			cut -c 1 | grep -c S)" -ge 50 ]
	}
	wait_for asleep
	[ "$(cat "/proc/$worker/task"/*/comm | grep -c .)" -eq 51 ] || fail_with "not 51 threads"
	kill "$driver"
	wait "$driver" || :
}

@test "a worker with fewer threads than asked for fails" {
	broken_worker harness/worker/axes/sleeping_threads.c 's/i < count; i++/i + 1 < count; i++/; s/!= (long)level; left/< 1; left/'
	run "$place/build/forkcost" "${SMALL[@]}" --cell-time 1ms --sleeping-threads 5 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"4 of its 5 threads sleep"* ]] || fail_with "it went on"
}

@test "a thread that runs beside the caller is there while it forks" {
	[ "$(nproc)" -ge 2 ] || skip "one CPU"
	measure running --threads 1 --primitive fork,vfork --action exit
	TABLE=$BATS_FILE_TMPDIR/running.table
	is_about "$(value threads 1 vfork child_faults)" 0 0
	broken_worker harness/worker/axes/threads.c 's/THREADS_RUNNING, level/THREADS_RUNNING, level - 1/'
	run "$place/build/forkcost" "${SMALL[@]}" --cell-time 1ms --threads 1 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"it has 1 threads instead of 2"* ]] || fail_with "it went on"
}

@test "threads that cannot be had are left out with the reason where nobody asked, and an error where somebody did" {
	# Each thread's stack takes 8 MiB of address space.
	broken_worker harness/worker/axes/sleeping_threads.c 's/int error = pthread_create.*/int error = i == 7 ? EAGAIN : pthread_create(\&thread, attributes, sleep_forever, NULL);/'
	run "$place/build/forkcost" run --dry-run --experiment spawn --child-cpu same --threads 0 --open-files 0 --primitive fork --action exit \
		--state dirty --cache warm --frames as-given --cell-time 1ms --counters none 3>&-
	[ "$status" -eq 0 ] || fail_with "it failed"
	for level in 10 100 1000; do
		[[ $output == *"sleeping_threads $level: cannot start $level sleeping threads, only 7: "* ]] || fail_with "$level is missing without a word"
	done
	run "$place/build/forkcost" "${SMALL[@]}" --cell-time 1ms --sleeping-threads 10 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"cannot start 10 sleeping threads, only 7: "*"ulimit -u"* ]] || fail_with "no error"
}

@test "stacks without threads are refused" {
	usage_error "no sleeping threads are asked for" run --experiment spawn --thread-stacks one
	usage_error "no sleeping threads are asked for" run --experiment spawn --thread-stacks one --sleeping-threads 0
	usage_error "10001" run --experiment spawn --sleeping-threads 10001
}

@test "open files: as many as asked for, in the table that every primitive copies" {
	measure files --open-files 0,10,300 --primitive fork,vfork,posix_spawn
	TABLE=$BATS_FILE_TMPDIR/files.table
	local none some few
	none=$(column_at more_files 0 12) few=$(column_at more_files 10 12) some=$(column_at more_files 300 12)
	[ "$none" -ge 4 ] && [ "$few" -eq $((none + 10)) ] && [ "$some" -eq $((none + 300)) ] || fail_with "$none, $few and $some open files"
	is_about "$(value more_files 300 vfork child_faults)" 0 0
	is_about "$(value more_files 300 fork child_faults)" "$(value more_files 0 fork child_faults)" 3
	command -v strace >/dev/null || return 0
	strace -f -o /dev/null true 2>/dev/null || return 0
	strace -f -e trace=openat -o "$BATS_TEST_TMPDIR/trace" "$FORKCOST" "${SMALL[@]}" --cell-time 1ms --open-files 20 --primitive fork --output "$BATS_TEST_TMPDIR/r" \
		3>&- >/dev/null 2>&1
	awk '/dev\/null", O_RDWR\|O_CLOEXEC/ { n[$1]++ } END { for (p in n) if (n[p] == 20) exit 0; exit 1 }' "$BATS_TEST_TMPDIR/trace" ||
		fail_with "no process opened 20"
}

@test "a limit on open files is raised as far as it may be, else the level is left out or an error" {
	run bash -c 'ulimit -Sn 100 && exec "$@"' - "$FORKCOST" "${SMALL[@]}" --cell-time 1ms --open-files 300 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 0 ] || fail_with "the soft limit is not raised"
	samples "$BATS_TEST_TMPDIR/r/latest" >"$BATS_TEST_TMPDIR/samples"
	grep -q '"open_files":30[3-9]' "$BATS_TEST_TMPDIR/samples" && grep -q '"open_files": 100' "$BATS_TEST_TMPDIR/r/latest/environment.json" ||
		fail_with "not recorded"
	run bash -c 'ulimit -n 200 && exec "$@"' - "$FORKCOST" "${SMALL[@]}" --cell-time 1ms --open-files 300 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"cannot open 300 files: the hard limit is 200; raise it (ulimit -Hn)"* ]] || fail_with "no error"
}

@test "a worker with fewer open files than asked for fails, and a child that leaves some open" {
	broken_worker harness/worker/axes/more_files.c 's/i < level; i++/i + 1 < level; i++/'
	run "$place/build/forkcost" "${SMALL[@]}" --cell-time 1ms --open-files 5 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"it has "*" open files instead of "* ]] || fail_with "it went on"
	rm -rf "$place"
	broken_worker bench/close_files.c 's/fd < behind; fd++/fd + 1 < behind; fd++/'
	run "$place/build/forkcost" run --experiment close_files --open-files 7 --replicates 1 --cell-time 1ms --counters none --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *" 1 of 7 are still open"* ]] || fail_with "it went on"
}

@test "close_files closes by as many calls as it says" {
	"$FORKCOST" run --experiment close_files --open-files 0,10,70 --replicates 1 --cell-time 1ms --counters none --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/r" 3>&- 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/r/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	local files way
	for files in 0 10 70; do
		for way in loop fork_loop; do is_about "$(column_at more_files $files 18 $way calls)" $files 0; done
		for way in close_range fork_close_range; do is_about "$(column_at more_files $files 18 $way calls)" 1 0; done
	done
	all '(case_name == "by_exec" || case_name == "spawn") && metric == "close_ns"' 'count == 0 && note ~ /exec closes them/'
	all 'case_name ~ /^(by_exec|close_range|loop|fork_by_exec|fork_loop|spawn)$/ && metric == "reaped_ns"' 'count > 0'
}

@test "the environment: as many variables as asked for reach the new program, and no fault comes of them before it" {
	measure environment --environment 0,1,600 --primitive fork,vfork,posix_spawn
	TABLE=$BATS_FILE_TMPDIR/environment.table
	is_about "$(value environment 600 fork child_faults)" "$(value environment 0 fork child_faults)" 1
	is_about "$(value environment 600 vfork child_faults)" 0 0
	broken_worker harness/worker/axes/environment.c 's/i < level; i++/i + 1 < level; i++/'
	run "$place/build/forkcost" "${SMALL[@]}" --cell-time 1ms --environment 6 --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"it got 5 variables instead of 6"* ]] || fail_with "it went on"
	command -v strace >/dev/null || return 0
	strace -f -o /dev/null true 2>/dev/null || return 0
	strace -f -v -s 100 -e trace=execve -o "$BATS_TEST_TMPDIR/trace" "$FORKCOST" "${SMALL[@]}" --cell-time 1ms --environment 20 --primitive vfork \
		--action exec --output "$BATS_TEST_TMPDIR/r" 3>&- >/dev/null 2>&1
	[ "$(grep 'forkcost-target"' "$BATS_TEST_TMPDIR/trace" | awk '{ print gsub(/"FORKCOST_VARIABLE_[0-9]*=/, "") }' | sort -u)" = 20 ] ||
		fail_with "not 20 variables each"
}

@test "advice: a heap that is not inherited is no part of fork; eager_copy and heap 0 have none" {
	"$FORKCOST" "${SMALL[@]/0/8M}" --cell-time 1ms --advice none,dontfork --primitive fork,eager_copy --action exit \
		--output "$BATS_TEST_TMPDIR/advice" 3>&- 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/advice/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	is_about "$(value advice dontfork fork child_faults)" "$(value advice none fork child_faults)" 1
	[ "$(value advice none eager_copy child_faults)" -ge 2048 ] || fail_with "no copies"
	[[ $(column_at advice dontfork 30 eager_copy call_ns) == "unavailable: the child does not inherit the heap" ]] || fail_with "eager_copy runs"
	usage_error "there is no heap" run --experiment spawn --heap 0 --advice dontfork
	usage_error "would be made and locked" run --experiment spawn --heap 16M --advice locked --density 1
	broken_worker harness/worker/axes/advice.c 's/child_heap_copied(run, false)/child_heap_copied(run, true)/'
	run "$place/build/forkcost" "${SMALL[@]/0/1M}" --cell-time 1ms --advice dontfork --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"find the heap not inherited"* ]] || fail_with "it went on"
}

@test "advice: a locked heap is locked, or the reason is said" {
	local limited=("${SMALL[@]/0/1M}" --cell-time 1ms --primitive fork)
	if [ "$(id -u)" = 0 ]; then
		run "$FORKCOST" "${limited[@]}" --advice locked --output "$BATS_TEST_TMPDIR/r" 3>&-
		[ "$status" -eq 0 ] || fail_with "it is not locked"
		command -v setpriv >/dev/null || return 0
		limited=(setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock "$FORKCOST" "${limited[@]}")
	else
		limited=("$FORKCOST" "${limited[@]}")
	fi
	run bash -c 'ulimit -l 64 && exec "$@"' - "${limited[@]}" --advice locked --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"cannot lock a heap of 1048576 bytes: "*"ulimit -Hl"* ]] || fail_with "no reason"
	broken_worker harness/worker/axes/advice.c 's/if (mlock(run->heap, run->heap_bytes) == 0)/if (mlock(run->heap, 0) == 0)/'
	run "$place/build/forkcost" "${SMALL[@]/0/1M}" --cell-time 1ms --advice locked --primitive fork --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $output == *"0 of its 1048576 bytes are locked"* ]] || fail_with "it went on"
}

# The second experiment lacks the same as the first.
@test "files that two experiments cannot have leave a dry run whole" {
	run bash -c 'ulimit -n 500; exec "$@"' - "$FORKCOST" run --dry-run --experiment spawn,close_files --child-cpu same --threads 0 \
		--sleeping-threads 0 --primitive fork --action exit --state dirty --cache warm --frames as-given --cell-time 1ms --counters none 3>&-
	[ "$status" -eq 0 ] || fail_with "it failed"
	[[ $output == *"more_files 1000: cannot open 1000 files: the hard limit is 500"* ]] || fail_with "1000 is missing without a word"
	[[ $output == *"estimate: time"* ]] || fail_with "no estimate"
}
