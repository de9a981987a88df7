#!/usr/bin/env bats
# What the worker keeps of its caller's, and whether it had its CPU to itself. Nothing here asserts a time:
# shares of waiting come with any competitor, on every machine.
load helpers

# with_files N COMMAND...: runs it with N more files open.
with_files() {
	local i count=$1
	shift
	# shellcheck disable=SC2034 # bash itself finds a number for it
	for ((i = 0; i < count; i++)); do exec {fd}</dev/null || return; done
	"$@"
}

# facts NAME FOLDER: the worker's fact of every cell.
facts() {
	samples "$2" | sed -n '/^{"type":"cell"/s/.*"worker":{[^}]*"'"$1"'":\([^,}]*\)[,}].*/\1/p'
}

# worker_of DRIVER: the id of the worker that it has now.
worker_of() {
	local id
	while read -r id; do
		[[ $(readlink "/proc/$id/exe") != */forkcost-worker ]] || { echo "$id" && return; }
	done < <(grep -l "^PPid:	$1\$" /proc/[0-9]*/status 2>/dev/null | cut -d/ -f3)
	return 1
}

# at_rest WORKER: it has no more than it needs, seen from outside: files 0 to 3, no signal ignored or
# blocked, the usual umask, personality and stack, no core dumps, and no niceness.
at_rest() {
	local status=/proc/$1/status
	[ "$(find "/proc/$1/fd" -type l -printf '%f\n' | sort -n | tr '\n' ' ')" = '0 1 2 3 ' ] &&
		[ "$(awk '$1 == "FDSize:" { print $2 }' "$status")" -le 64 ] &&
		[ "$(awk '/^Sig(Blk|Ign):/ { print $2 }' "$status" | sort -u)" = 0000000000000000 ] &&
		[ "$(awk '$1 == "Umask:" { print $2 }' "$status")" = 0022 ] &&
		[ "$(cat "/proc/$1/personality")" = 00000000 ] &&
		[ "$(awk '/^Max stack size/ { print $4 }' "/proc/$1/limits")" = 8388608 ] &&
		[ "$(awk '/^Max core file size/ { print $5 }' "/proc/$1/limits")" = 0 ] &&
		{ [ "$(id -u)" -ne 0 ] || [ "$(awk '{ print $19 }' "/proc/$1/stat")" -eq 0 ]; }
}

# its_worker_is_at_rest DRIVER
its_worker_is_at_rest() {
	local worker
	worker=$(worker_of "$1") && at_rest "$worker"
}

# burdened COMMAND...: becomes it, as from an odd caller. For the background.
burdened() {
	umask 077
	ulimit -S -s unlimited 2>/dev/null || ulimit -S -s 16384
	ulimit -S -c unlimited 2>/dev/null || true
	with_files 1000 exec env --ignore-signal=HUP,USR1,XFSZ,CHLD setarch -R nice -n 5 "$@"
}

@test "a thousand open files of the caller's are none of the worker's" {
	local folder=$BATS_TEST_TMPDIR
	ulimit -n 2048
	"$FORKCOST" run "${TINY[@]}" --primitive vfork --output "$folder/few" 3>&- 2>/dev/null
	with_files 1000 "$FORKCOST" run "${TINY[@]}" --primitive vfork --output "$folder/many" 3>&- 2>/dev/null
	for which in few many; do
		[ "$(facts open_files "$folder/$which/latest" | sort -u)" = 4 ] ||
			fail_with "$which: $(facts open_files "$folder/$which/latest" | sort | uniq -c)"
		[ "$(cut -d, -f12 "$folder/$which/latest/summary.csv" | sed 1d | sort -u | tr -d '\n')" = 4 ] ||
			fail_with "$which: $(cut -d, -f12 "$folder/$which/latest/summary.csv" | sort | uniq -c)"
	done
	# They tell no series apart: as many rows as without.
	cut -d, -f1-15 "$folder/few/latest/summary.csv" | cmp - <(cut -d, -f1-15 "$folder/many/latest/summary.csv")
}

@test "closed standard files are opened for the worker" {
	"$FORKCOST" run "${TINY[@]}" --primitive vfork --output "$BATS_TEST_TMPDIR" 3>&- <&- >&- 2>&-
	[ "$(facts open_files "$BATS_TEST_TMPDIR/latest" | sort -u)" = 4 ]
}

@test "seen from outside, a worker has just what it needs, whoever started it" {
	local driver
	ulimit -n 2048
	burdened "$FORKCOST" run --experiment spawn --heap 4M --budget 1m --cell-time 5s --cache warm \
		--state dirty --child-cpu same --no-plots --no-table --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null &
	driver=$!
	wait_for test -e "$BATS_TEST_TMPDIR/latest/samples.jsonl.zst"
	wait_for its_worker_is_at_rest "$driver"
	kill -INT "$driver"
	wait "$driver" || true
	local want
	for want in '"open_files": 4,' '"open_files_table": 64,' '"policy": 0,' '"umask": 18,' '"personality": 0,' \
		'"core_bytes": 0,' '"stack_bytes": 8388608' '"seccomp": ' '"oom_score_adj": '; do
		grep -qF "$want" "$BATS_TEST_TMPDIR/latest/environment.json" || fail_with "not recorded: $want"
	done
}

@test "once sheds the same" {
	local worker
	ulimit -n 2048
	burdened "$FORKCOST" once --primitive vfork --count 1000000000 3>&- &
	worker=$!
	wait_for at_rest "$worker"
	kill -KILL "$worker"
	wait "$worker" || true
}

@test "what cannot be shed is said: a niceness that only root may lower" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	private_build "$BATS_TEST_TMPDIR/private"
	chmod 755 "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/private" "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" 2>/dev/null || true
	run nice -n 5 setpriv --reuid 65534 --clear-groups --bounding-set -all "$BATS_TEST_TMPDIR/private/build/forkcost" doctor
	[[ $output != *"not permitted"*exec* ]] && [ "$status" -eq 0 ] || skip "another user cannot run it here"
	[[ $output == *"niceness 5 is inherited"* ]] || fail_with "nothing is said"
	run "$FORKCOST" doctor
	[[ $output != *"is inherited"* ]] || fail_with "something is said without a reason"
}

# stamped FOLDER: "arm metric values..." of every stamped pass.
stamped() {
	samples "$1" | grep '^{"type":"cell"' | sed 's/{"experiment":/\n&/g' | sed -n '
		s/.*"primitive":"\([^"]*\)","action":"\([^"]*\)".*"stamped":{[^}]*"metrics":{\([^}]*\)}.*/\1-\2,\3/p' |
		awk '{
			n = split($0, part, /,"|:\[|\]/)
			split($0, head, ",")
			for (i = 2; i < n; i += 2) { gsub(/[",]/, "", part[i]); print head[1], part[i], part[i + 1] }
		}'
}

# in_order FILE: of what stamped printed, every start comes before its end; ends with how many were checked.
in_order() {
	awk '
		function check(start, end,   i) {
			for (i = 1; i <= n[start]; i++) {
				checked++
				if (value[start, i] + 0 > value[end, i] + 0) { print arm, start, value[start, i], end, value[end, i]; bad = 1 }
			}
			if (n[start] && n[start] != n[end]) { print arm ": " n[start] " " start " but " n[end] " " end; bad = 1 }
		}
		function flush() {
			check("exec_start_ns", "stamped_reaped_ns")
			check("child_start_ns", n["stamped_joined_ns"] ? "stamped_joined_ns" : "stamped_reaped_ns")
			check("stamped_call_ns", n["stamped_joined_ns"] ? "stamped_joined_ns" : "stamped_reaped_ns")
			delete n
		}
		# A new arm begins with its start, which comes first among the metrics.
		$2 ~ /^(exec|child)_start_ns$/ { flush(); arm = $1 }
		{ n[$2] = split($3, one, ","); for (i = 1; i <= n[$2]; i++) value[$2, i] = one[i] }
		END { flush(); print checked + 0; exit bad }' "$1"
}

@test "in every stamped sample start comes before reaped, and the timeline keeps the order" {
	# A crowded machine gives fewer in the same time: the next run asks for more.
	local cell_ms checked=0
	for cell_ms in 400 800 1600 3200; do
		"$FORKCOST" run --experiment spawn --heap 0,4M --replicates 4 --cell-time "${cell_ms}ms" --counters none \
			--cache warm --state dirty --child-cpu same --no-table --no-plots --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
		stamped "$BATS_TEST_TMPDIR/latest" >"$BATS_TEST_TMPDIR/stamped"
		in_order "$BATS_TEST_TMPDIR/stamped" >"$BATS_TEST_TMPDIR/order" ||
			fail_with "out of order" "$(cat "$BATS_TEST_TMPDIR/order")"
		checked=$((checked + $(tail -n 1 "$BATS_TEST_TMPDIR/order")))
		[ "$checked" -lt 500 ] || break
	done
	[ "$checked" -ge 500 ] || fail_with "only $checked checked"
	# A title, then label, call, start, end. Plain samples, without a start, are eager_copy alone.
	local file
	for file in "$BATS_TEST_TMPDIR"/latest/plots/data/timeline-[01].dat; do
		awk -F '\t' 'NR == 1 { next }
			$3 ~ /nan/ && $1 !~ /^eager_copy/ { print "no start: " $0; bad = 1 }
			$2 + 0 > $4 + 0 || $3 !~ /nan/ && $3 + 0 > $4 + 0 { print "out of order: " $0; bad = 1 }
			END { if (NR != 12) { print NR " lines"; bad = 1 }; exit bad }' "$file" || fail_with "$file"
	done
	grep -q 'of the same samples' "$BATS_TEST_TMPDIR/latest/plots/data/caption-timeline.dat"
}

@test "a run that has no ends of stamped samples shows no starts, and says why" {
	cp -r "$ROOT/results/reference-2cpu-vm" "$BATS_TEST_TMPDIR/old"
	edit_samples "$BATS_TEST_TMPDIR/old" 's/"stamped_[a-z]*_ns":\[[^]]*\],*//g; s/,}/}/g'
	edit_samples "$BATS_TEST_TMPDIR/old" '1s/{"name":"stamped_[^}]*},*//g; 1s/},\]/}]/g'
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/old" 2>/dev/null
	awk -F '\t' 'NR > 1 && $3 !~ /nan/ { exit 1 } END { exit NR < 5 }' "$BATS_TEST_TMPDIR/old/plots/data/timeline-1.dat" ||
		fail_with "$(cat "$BATS_TEST_TMPDIR/old/plots/data/timeline-1.dat")"
	grep -q 'no starts are shown' "$BATS_TEST_TMPDIR/old/plots/data/caption-timeline.dat"
}

@test "a competitor on the worker's CPU is said in every row, and none where the worker never waited" {
	local cpu busy run=(--experiment spawn --heap '0,4M' --replicates 2 --cell-time 800ms --cache warm --state dirty
		--child-cpu same --primitive 'fork,vfork' --counters none --no-plots --no-table)
	cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
	taskset -c "$cpu" sh -c 'while :; do :; done' 3>&- &
	busy=$!
	"$FORKCOST" run "${run[@]}" --cpu "$cpu" --output "$BATS_TEST_TMPDIR/busy" 3>&- 2>/dev/null
	kill "$busy"
	wait "$busy" || true
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/busy/latest/summary.csv" >"$TABLE"
	some 'experiment == "spawn" && metric == "reaped_ns" && count > 0'
	# Replicates that count are over within a few of the scheduler's slices.
	none 'experiment == "spawn" && unit == "ns" && count > 0 && note !~ /disturbed: other processes had the CPU for [0-9]+ % of the time.*waited .*involuntary switches/'
	"$FORKCOST" show "$BATS_TEST_TMPDIR/busy/latest" >"$BATS_TEST_TMPDIR/shown"
	grep -q 'other processes had the CPU' "$BATS_TEST_TMPDIR/shown"
	# Others may run on this machine now as well; but what the kernel let run without waiting was alone.
	"$FORKCOST" run "${run[@]}" --cpu "$cpu" --output "$BATS_TEST_TMPDIR/alone" 3>&- 2>/dev/null
	edit_samples "$BATS_TEST_TMPDIR/alone/latest" 's/"wait_ns":[0-9]*/"wait_ns":0/g'
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/alone/latest"
	tsv "$BATS_TEST_TMPDIR/alone/latest/summary.csv" >"$TABLE"
	some 'experiment == "spawn" && metric == "reaped_ns" && count > 0'
	none 'note ~ /other processes had the CPU/'
	# A run made before this was recorded is silent.
	edit_samples "$BATS_TEST_TMPDIR/busy/latest" 's/"\(wait\|cpu\|idle\|steal\)_ns":[0-9]*,//g; s/"open_files":[0-9]*,//g
		s/"contention":\[[^]]*\],//g; s/"off_cpu_ns":\[[^]]*\],//g'
	"$FORKCOST" summarize "$BATS_TEST_TMPDIR/busy/latest"
	tsv "$BATS_TEST_TMPDIR/busy/latest/summary.csv" >"$TABLE"
	none 'note ~ /disturbed|open files/'
	[ "$(cut -f12 "$TABLE" | sed 1d | sort -u | tr -d '\n')" = '' ] || fail_with "open files from nowhere"
}
