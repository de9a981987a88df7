#!/usr/bin/env bats
# What goes wrong is said in one line with a remedy, keeps what was measured, and leaves nothing behind.
load helpers

setup() {
	# Of our own, because bats's folder is closed to other users.
	PLACE=$(mktemp -d /tmp/forkcost-faults.XXXXXX)
	chmod 755 "$PLACE"
	driver=''
}

teardown() {
	local pid
	[ -z "$driver" ] || kill -9 "$driver" 2>/dev/null || :
	for pid in $(processes_of "$PLACE"); do kill -9 "$pid" 2>/dev/null || :; done
	rm -rf "$PLACE"
}

# said: the lines in which forkcost speaks of an error, without progress.
said() { printf '%s\n' "$stderr" | grep '^forkcost: ' || :; }

# error_line OBJECT REMEDY: exit 1, and one such line, that has both words.
error_line() {
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	[ "$(said | wc -l)" -eq 1 ] || fail_with "not one line of error"
	[[ $(said) == *"$1"* ]] || fail_with "'$1' is not named"
	[[ $(said) == *"$2"* ]] || fail_with "no remedy '$2'"
}

# start_run REPLICATES [HEAP PRIMITIVES CELL_TIME]: a run from a private copy, with one cell
# done at least. With a large HEAP its worker is busy for seconds.
start_run() {
	private_build "$PLACE"
	"$PLACE/build/forkcost" run "${PLAIN[@]}" --experiment spawn --heap "0,${2-4M}" --replicates "$1" --cell-time "${4-50ms}" --cache warm \
		--state dirty --child-cpu same --primitive "${3-fork,vfork}" --no-plots --no-table \
		--output "$PLACE/out" >"$PLACE/stdout" 2>"$PLACE/stderr" </dev/null 3>&- &
	driver=$!
	wait_for has_cell
}

has_cell() { samples "$PLACE/out/latest" | grep -q '"type":"cell"'; }

# a_worker: the id of the driver's worker, if it measures just now.
a_worker() {
	local pid
	for pid in $(processes_of "$PLACE"); do
		case $(cat "/proc/$pid/stat" 2>/dev/null) in
		"$pid (forkcost-worker) "[RSDT]" $driver "*) echo "$pid" && return ;;
		esac
	done
	return 1
}

# long_worker: waits until a worker has a large heap, which it will have for seconds.
long_worker() { wait_for grown; }

grown() {
	worker=$(a_worker) && [ "$(awk '/^VmRSS/ { print $2 }' "/proc/$worker/status")" -gt 150000 ]
}

# end_of_run: waits for the driver; its status in $status.
end_of_run() {
	status=0
	wait "$driver" || status=$?
	driver=''
	output=$(cat "$PLACE/stdout")
	stderr=$(cat "$PLACE/stderr")
}

lines_of() { samples "$PLACE/out/latest" | grep -c '^{"type":"'"$1"'"' || :; }

# every_line_whole: the results file was ended, and consists of whole lines, each a JSON object.
every_line_whole() {
	zstd -tq "$PLACE/out/latest/samples.jsonl.zst" || fail_with "the compressed file has no end"
	[ -z "$("$FORKCOST" samples "$PLACE/out/latest" 2>&1 >/dev/null)" ] || fail_with "a torn last line"
	! samples "$PLACE/out/latest" | grep -vq '^{.*}$' || fail_with "a line that is no object"
}

# numbers_name_one_worker: a replicate's number is that of one worker alone, failed or not; each has a seed.
numbers_name_one_worker() {
	samples "$PLACE/out/latest" | sed 's/,"arms":.*/}/' | awk '
		function value(key) {
			return match($0, "\"" key "\":\"?[^,\"}]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : "?" }
		/^\{"type":"(cell|failure)"/ {
			worker = value("experiment") " " value("heap_bytes") " " value("page_kind") " " value("child_cpu") " " value("replicate")
			if (worker ~ /[?]/ || value("seed") == "?") { print "no number or seed: " $0; bad = 1 }
			if (worker in seed && seed[worker] != value("seed")) { print worker " names two workers"; bad = 1 }
			seed[worker] = value("seed"); lines++ }
		END { exit bad || lines < 2 }' || fail_with "see above"
}

@test "an output folder that cannot be made" {
	echo file >"$PLACE/file"
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --output "$PLACE/file/out"
	error_line "$PLACE/file/out" --output
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --output "$PLACE/file"
	error_line "$PLACE/file" --output
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --output /proc/forkcost
	error_line /proc/forkcost --output
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --output "$PLACE/none/below"
	error_line "$PLACE/none/below" --output
}

@test "an output folder that is read-only" {
	unshare -m true 2>/dev/null || skip "no mount namespace may be made here"
	mkdir "$PLACE/ro"
	# shellcheck disable=SC2016
	run --separate-stderr unshare -m sh -c 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" &&
		shift && exec "$@"' sh "$PLACE/ro" "$FORKCOST" run "${TINY[@]}" --output "$PLACE/ro"
	error_line "$PLACE/ro" --output
}

@test "a disk that is full: said once, and no worker left" {
	unshare -m true 2>/dev/null || skip "no mount namespace may be made here"
	private_build "$PLACE"
	mkdir "$PLACE/small"
	# shellcheck disable=SC2016
	run --separate-stderr unshare -m sh -c 'mount -t tmpfs -o size=32k none "$1" && shift && exec "$@"' \
		sh "$PLACE/small" "$PLACE/build/forkcost" run "${TINY[@]}" --output "$PLACE/small"
	error_line 'No space left' 'free some disk space'
	nothing_left "$PLACE"
}

@test "gnuplot missing: the run finishes, the table and summary.csv are there, and it is said" {
	mkdir "$PLACE/bin"
	run --separate-stderr env PATH="$PLACE/bin" "$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0 --replicates 1 --cell-time 1ms \
		--cache warm --state dirty --child-cpu same --primitive fork --output "$PLACE/out"
	error_line gnuplot install
	[[ $output == *fork* && $output == *null* ]] || fail_with "no table"
	grep -q '^spawn,fork,exit,' "$PLACE/out/latest/summary.csv"
	samples "$PLACE/out/latest" | tail -1 | grep -q '"ended":"complete"'
}

# as_user LIMIT COMMAND...: without privileges, with so many processes allowed.
as_user() {
	local limit=$1
	shift
	# shellcheck disable=SC2016
	run --separate-stderr setpriv --reuid 61234 --regid 61234 --clear-groups \
		bash -c 'ulimit -u "$1" && shift && exec "$@"' bash "$limit" "$@"
}

@test "too few processes allowed: named with the remedy, no worker left" {
	setpriv --reuid 61234 --regid 61234 --clear-groups true 2>/dev/null || skip "not root: cannot become another user"
	private_build "$PLACE"
	mkdir -m 777 "$PLACE/out"
	local limit
	# None for the worker; none for its children: said before anything is measured.
	for limit in 1 2; do
		as_user $limit "$PLACE/build/forkcost" run "${TINY[@]}" --output "$PLACE/out"
		one_line 1 "at most $limit processes"
		[[ $stderr == *'raise the limit on processes (ulimit -u'* ]] || fail_with "another remedy"
		[ -z "$(ls "$PLACE/out")" ] || fail_with "a run folder was made"
	done
	# Enough but for what else the user has running.
	setpriv --reuid 61234 --regid 61234 --clear-groups sleep 60 3>&- &
	as_user 3 "$PLACE/build/forkcost" run "${TINY[@]}" --output "$PLACE/out"
	kill $!
	error_line 'cannot' 'raise the limit on processes'
	nothing_left "$PLACE"
	[ "$(lines_of failure)" -ge 1 ] || fail_with "no failure line"
	# Enough: so it is the limit that fails
	as_user 64 "$PLACE/build/forkcost" run "${TINY[@]}" --output "$PLACE/out"
	[ "$status" -eq 0 ] || fail_with "an ordinary user cannot run it"
}

@test "the exec target missing" {
	private_build "$PLACE"
	rm "$PLACE/build/forkcost-target"
	run --separate-stderr "$PLACE/build/forkcost" run "${TINY[@]}" --output "$PLACE/out"
	one_line 1 forkcost-target
	[[ $stderr == *make* ]]
	[ ! -e "$PLACE/out" ]
	run --separate-stderr "$PLACE/build/forkcost" once --primitive vfork --action exec
	[ "$status" -ne 0 ] || fail_with "it succeeds without a target"
	[[ $stderr == *forkcost-target*make* ]]
}

@test "the worker missing" {
	private_build "$PLACE"
	rm "$PLACE/build/forkcost-worker"
	run --separate-stderr "$PLACE/build/forkcost" list
	one_line 1 forkcost-worker
	[[ $stderr == *make* ]]
}

# no_exec_times: not one number of an exec arm got into the results.
no_exec_times() {
	local found
	found=$(awk -F, '$3 == "exec" && $16 > 0' "$PLACE/out/latest/summary.csv")
	[ -z "$found" ] || fail_with "times for another program:" "$found"
}

@test "an exec target that is another program is an error, not a plausible time" {
	private_build "$PLACE"
	cp "$(type -P true)" "$PLACE/build/forkcost-target"
	run --separate-stderr "$PLACE/build/forkcost" run "${TINY[@]}" --action exec \
		--primitive vfork,posix_spawn --output "$PLACE/out"
	error_line 'cannot trust a child' 'run make'
	no_exec_times
	# It answers as the target does, but takes no stamp.
	printf '#!/bin/sh\nexit 42\n' >"$PLACE/build/forkcost-target"
	run --separate-stderr "$PLACE/build/forkcost" run "${TINY[@]}" --action exec --primitive vfork \
		--output "$PLACE/out"
	error_line stamp make
	no_exec_times
	# It cannot be executed at all.
	printf 'no program' >"$PLACE/build/forkcost-target"
	run --separate-stderr "$PLACE/build/forkcost" run "${TINY[@]}" --action exec --primitive vfork \
		--output "$PLACE/out"
	error_line "cannot " make
	no_exec_times
}

@test "the worker killed in the middle: the failure is named, finished cells stay, nothing is left" {
	local worker before
	start_run 2 192M vfork,eager_copy
	long_worker
	before=$(lines_of cell)
	kill -9 "$worker"
	end_of_run
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	[ "$(said | wc -l)" -eq 1 ] || fail_with "not one line of error"
	[[ $(said) == *"1 replicate failed"*"killed by signal 9"* ]] || fail_with "the failure is not named"
	[ "$(lines_of failure)" -eq 1 ]
	samples "$PLACE/out/latest" | grep '"type":"failure"' | grep -q 'killed by signal 9'
	numbers_name_one_worker
	[ "$before" -ge 1 ] && [ "$(lines_of cell)" -gt "$before" ] || fail_with "the run did not go on"
	every_line_whole
	samples "$PLACE/out/latest" | tail -1 | grep -q '^{"type":"end"'
	grep -q '^spawn,vfork,exit,' "$PLACE/out/latest/summary.csv"
	nothing_left "$PLACE"
}

# interrupted_by SIGNAL
interrupted_by() {
	start_run 1000 192M vfork,eager_copy 5s
	long_worker
	kill -"$1" "$driver"
	end_of_run
	[ "$status" -eq 130 ] || fail_with "status is not 130 after SIG$1"
	[[ $(said) == *interrupted*"$PLACE/out"* ]] || fail_with "it does not say where the cells are"
	[ "$(lines_of cell)" -ge 1 ]
	[ "$(lines_of failure)" -eq 0 ] || fail_with "an interruption is no failure"
	every_line_whole
	samples "$PLACE/out/latest" | tail -1 | grep -q '^{"type":"end".*"ended":"interrupted"'
	grep -q 'stopped: interrupted' "$PLACE/out/latest/summary.csv"
	[ -z "$(processes_of "$PLACE")" ] || fail_with "left behind: $(processes_of "$PLACE")"
}

@test "SIGINT in the middle: exit 130, finished cells stay, nothing is left" { interrupted_by INT; }

@test "SIGTERM in the middle: the same" { interrupted_by TERM; }

@test "the driver killed: its worker goes too, and the run can still be read" {
	local before
	start_run 1000 192M vfork,eager_copy 5s
	long_worker
	before=$(lines_of cell)
	[ "$before" -ge 1 ] || fail_with "no cell is there while it runs"
	kill -9 "$driver"
	nothing_left "$PLACE"
	wait "$driver" || :
	driver=''
	[ "$(lines_of cell)" -ge "$before" ] || fail_with "cells that were recorded are lost"
	run --separate-stderr "$FORKCOST" summarize "$PLACE/out/latest/"
	[ "$status" -eq 0 ] || fail_with "an unfinished run cannot be summarised"
	grep -q 'stopped: cut off' "$PLACE/out/latest/summary.csv"
	run --separate-stderr "$FORKCOST" show "$PLACE/out/latest"
	[ "$status" -eq 0 ] || fail_with "an unfinished run cannot be shown"
	{ [ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == *warning*"cut off after line "* ]]; } || fail_with "no warning, or more"
	[[ $output == *vfork* ]]
}

small_run() { # OPTION...
	"$FORKCOST" run "${TINY[@]}" --primitive fork,vfork "$@" --output "$PLACE/out" 2>/dev/null 3>&-
	RUN=$(readlink -f "$PLACE/out/latest")
}

@test "the samples are compressed as zstd does, and forkcost samples prints what is in them" {
	small_run
	zstd -dcq "$RUN/samples.jsonl.zst" >"$PLACE/by_zstd"
	run --separate-stderr "$FORKCOST" samples "$RUN"
	succeeded
	diff <(printf '%s\n' "$output") "$PLACE/by_zstd" || fail_with "other lines"
	[ "$(stat -c %s "$RUN/samples.jsonl.zst")" -lt $(($(stat -c %s "$PLACE/by_zstd") / 3)) ] || fail_with "not compressed"
	# Also where it is kept as text; where there are both, it says which it reads.
	cp "$PLACE/by_zstd" "$RUN/samples.jsonl"
	run --separate-stderr "$FORKCOST" show "$RUN"
	[ "$status" -eq 0 ] && [[ $stderr == *warning*"samples.jsonl.zst, which is read"* ]] || fail_with "not said"
	rm "$RUN/samples.jsonl.zst"
	run --separate-stderr "$FORKCOST" samples "$RUN"
	succeeded
	diff <(printf '%s\n' "$output") "$PLACE/by_zstd" || fail_with "other lines"
}

# kept BYTES: how many lines there are of the samples if the file ends after so many bytes.
kept() {
	cp "$PLACE/whole" "$RUN/samples.jsonl.zst"
	truncate -s "$1" "$RUN/samples.jsonl.zst"
	run --separate-stderr "$FORKCOST" samples "$RUN"
	[ "$status" -eq 0 ] || fail_with "cut after $1 bytes: it fails"
	{ [ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == *warning*"cut off"* ]]; } || fail_with "cut after $1 bytes: no warning"
	printf '%s\n' "$output" | head -c -1 >"$PLACE/kept"
	cmp -n "$(stat -c %s "$PLACE/kept")" "$PLACE/kept" "$PLACE/text" || fail_with "cut after $1 bytes: other lines"
	kept=$(grep -c . "$PLACE/kept" || :)
}

@test "compressed samples that are cut off are read as far as they go, and a warning says so" {
	local bytes at last=0 kept
	small_run
	cp "$RUN/samples.jsonl.zst" "$PLACE/whole"
	samples "$RUN" >"$PLACE/text"
	bytes=$(stat -c %s "$PLACE/whole")
	for at in $((bytes / 2)) $((bytes * 3 / 4)) $((bytes - 1)); do
		kept "$at"
		[ "$kept" -ge "$last" ] || fail_with "fewer lines of more bytes"
		last=$kept
	done
	[ "$last" -eq "$(wc -l <"$PLACE/text")" ] || fail_with "only the end of the compressed file was missing, and lines are"
	run --separate-stderr "$FORKCOST" show "$RUN"
	[ "$status" -eq 0 ] && [[ $stderr == *warning*"cut off after line $last:"* ]] || fail_with "show does not say so"
}

@test "samples without one whole line are refused: nothing printed would look like a run without samples" {
	local bytes
	small_run
	cp "$RUN/samples.jsonl.zst" "$PLACE/whole"
	for bytes in 0 3 4 20 200; do
		head -c "$bytes" "$PLACE/whole" >"$RUN/samples.jsonl.zst"
		refused 1 "$RUN/samples.jsonl.zst" samples "$RUN"
		[[ $stderr == *'cut off within its first line; copy it again'* ]] || fail_with "another reason: $bytes bytes"
		run ! "$FORKCOST" show "$RUN"
	done
}

@test "samples that are neither compressed nor JSON are refused, and not printed" {
	local line
	small_run
	{
		samples "$RUN"
		printf 'noise \001\n'
	} >"$PLACE/text"
	printf 'PK\003\004 noise\n\377\n' >"$RUN/samples.jsonl.zst"
	refused 1 "$RUN/samples.jsonl.zst, line 1" samples "$RUN"
	rm "$RUN/samples.jsonl.zst"
	for line in 'noise' '[1]' '"text"' '{"type":"run"'; do
		printf '%s\n' "$line" >"$RUN/samples.jsonl"
		refused 1 "$RUN/samples.jsonl, line 1" samples "$RUN"
	done
	# What comes before is shown: it is what somebody looks for who has a file in part edited.
	cp "$PLACE/text" "$RUN/samples.jsonl"
	run --separate-stderr "$FORKCOST" samples "$RUN"
	one_line 1 "line $(wc -l <"$PLACE/text")"
	diff <(head -n -1 "$PLACE/text") - <<<"$output" || fail_with "other lines"
}

@test "compressed samples that are damaged, or take too much memory, are refused" {
	small_run
	cp "$RUN/samples.jsonl.zst" "$PLACE/whole"
	local bytes name
	bytes=$(stat -c %s "$PLACE/whole")
	printf '\xff\xff\xff\xff\xff\xff' | dd of="$RUN/samples.jsonl.zst" bs=1 seek=$((bytes / 2)) conv=notrunc status=none
	run --separate-stderr "$FORKCOST" show "$RUN"
	one_line 1 samples.jsonl.zst
	# A window of 128 MiB.
	zstd -dcq "$PLACE/whole" | zstd -q --ultra -22 --long=27 >"$RUN/samples.jsonl.zst"
	run --separate-stderr "$FORKCOST" show "$RUN"
	one_line 1 'more than 16 MiB of memory'
	# A few hundred kB that are gigabytes of text.
	for name in lines line; do
		case $name in
		lines) { zstd -dcq "$PLACE/whole" && yes '{"type":"failure","why":"x","experiment":"spawn"}' | head -c 500M; } ;;
		line) { zstd -dcq "$PLACE/whole" && head -c 500M /dev/zero | tr '\0' ' '; } ;;
		esac | zstd -q -1 >"$RUN/samples.jsonl.zst"
		run --separate-stderr "$FORKCOST" show "$RUN"
		one_line 1 'more than a hundred times its size'
	done
}

@test "a torn last line is dropped with a warning" {
	local bytes
	small_run --counters none # workers that count come last
	edit_samples "$RUN" '$d'
	bytes=$(stat -c %s "$RUN/samples.jsonl")
	truncate -s $((bytes - 100)) "$RUN/samples.jsonl"
	run --separate-stderr "$FORKCOST" show "$RUN"
	[ "$status" -eq 0 ] || fail_with "a torn last line stops it"
	[ "${#stderr_lines[@]}" -eq 1 ] && [[ $stderr == *warning*"cut off"* ]] || fail_with "no warning"
	[[ $output == *vfork* ]] || fail_with "no table"
	# The torn cell's heap is not there, the other is.
	"$FORKCOST" summarize "$RUN" 2>/dev/null
	[ "$(awk -F, '$1 == "spawn" { print $5 }' "$RUN/summary.csv" | sort -u | wc -l)" -eq 1 ]
}

@test "a spoilt line in the middle is an error that names it" {
	small_run
	edit_samples "$RUN" '2s/^{"type"/{"typ/'
	run --separate-stderr "$FORKCOST" show "$RUN"
	one_line 1 'line 2'
	edit_samples "$RUN" '2d'
	edit_samples "$RUN" '1s/"format":3/"format":1/'
	run --separate-stderr "$FORKCOST" show "$RUN"
	one_line 1 'line 1'
	: >"$RUN/samples.jsonl"
	run --separate-stderr "$FORKCOST" show "$RUN"
	one_line 1 'no run line'
	rm "$RUN/environment.json"
	small_run
	echo '{' >"$RUN/environment.json"
	run --separate-stderr "$FORKCOST" show "$RUN"
	one_line 1 environment.json
}

@test "names in results are never taken for code" {
	local command
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	small_run
	mkdir "$PLACE/cwd"
	# JSON's way to write: "; system("touch PWNED"); #, a line end with a system line, and shell's ways.
	local hostile='\\"; system(\\"touch PWNED1\\"); # \\\\\\"; system(\\"touch PWNED2\\") \\n!touch PWNED3\\n`touch PWNED4` $(touch PWNED5) %s %n @x {\/Symbol a} \x27.system(\x27touch PWNED6\x27).\x27'
	sed -i "s/\"release\": \"[^\"]*\"/\"release\": \"$hostile\"/; s/\"cpu_model\": \"[^\"]*\"/\"cpu_model\": \"$hostile\"/" "$RUN/environment.json"
	edit_samples "$RUN" "1s/\"id\":\"[^\"]*\"/\"id\":\"$hostile\"/"
	# A primitive's name is data, too.
	edit_samples "$RUN" 's/"primitive":"vfork"/"primitive":"`touch PWNED`"/g'
	cd "$PLACE/cwd"
	for command in summarize show plot; do
		run --separate-stderr "$FORKCOST" $command "$RUN"
		[ "$status" -eq 0 ] && [ -z "$stderr" ] || fail_with "$command fails"
	done
	# It got there...
	grep -rqF 'PWNED1' "$RUN/plots/data" || fail_with "the hostile name is not in the plots' data"
	[ -s "$RUN/plots/spawn-by-heap.svg" ] || fail_with "nothing is drawn"
	# ...and did nothing.
	[ -z "$(find "$PLACE" "$ROOT/plots" "$BATS_TEST_DIRNAME" -name 'PWNED*')" ] ||
		fail_with "a name was run: $(find "$PLACE" -name 'PWNED*')"
	[ -z "$(ls -A "$PLACE/cwd")" ]
}

@test "a run folder with a hostile name" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	small_run
	local name=$'a "; system(\'touch PWNED\'); # `touch PWNED` $(touch PWNED) %n'
	mv "$RUN" "$PLACE/$name"
	cd "$PLACE"
	run --separate-stderr "$FORKCOST" plot "$PLACE/$name"
	[ "$status" -eq 0 ] || fail_with "it does not draw"
	[ -s "$PLACE/$name/plots/spawn-by-heap.svg" ]
	[ -z "$(find "$PLACE" -name 'PWNED*')" ]
}

@test "the worker run by hand says that it needs forkcost" {
	run --separate-stderr "$BUILD/forkcost-worker" 3>&-
	[ "$status" -eq 1 ] && [ "${#stderr_lines[@]}" -eq 1 ] || fail_with "not one line and status 1"
	[[ $stderr == *"by hand"*"run forkcost"* ]] || fail_with "no remedy"
	# With a file that is no wire form
	head -c 1000000 /dev/zero >"$PLACE/zeros"
	run --separate-stderr "$BUILD/forkcost-worker" 3<>"$PLACE/zeros"
	[ "$status" -eq 1 ] && [ "${#stderr_lines[@]}" -eq 1 ] || fail_with "zeros are taken for a wire form"
}
