#!/usr/bin/env bats
# What make self-check works out, from numbers and programs made up so that the result is known.
load helpers

setup() {
	SELF=$BATS_TEST_TMPDIR/scripts/self-check
	cp -r "$ROOT/scripts" "$BATS_TEST_TMPDIR/scripts"
	cd "$BATS_TEST_TMPDIR" || return
}

# fake SHARE: a forkcost whose samples are undisturbed for so much of the time, in percent.
fake() {
	cat >"$BATS_TEST_TMPDIR/forkcost" <<END
#!/bin/sh
[ "\$1" != doctor ] || echo 'ok CPUs worker on CPU 0, others on CPU 1'
[ "\$1" = run ] || exit 0
while [ "\$1" != --output ]; do shift; done
mkdir -p "\$2/latest"
printf '%s\n' experiment,case,n,undisturbed,note,later 'spawn,,100,$1,"a, note",7' 'null,,900,0,,8' 'spawn,aa,100,$1,"b, c, d",9' \
	>"\$2/latest/summary.csv"
END
	chmod +x "$BATS_TEST_TMPDIR/forkcost"
}

# item NAME NEEDS COMMANDS
item() {
	printf '#!/bin/sh\n# shows: nothing\n# takes: 0 s\n# needs: %s\n%s\n' "$2" "$3" >"$SELF.d/$1"
}

@test "scatter is the CV of the first ten and of all, and intervals are counted that hold the median of all" {
	local i
	# 19 values 100 and 110 in turns, then 300: median 105, mean 114.5, standard deviation 43.945.
	for i in $(seq 10); do
		echo "a 100 90 104.9"
		[ "$i" = 10 ] || echo "a 110 105 111"
		echo "b $((i * 2))"
	done >lines
	echo "a 300 110 400" >>lines
	echo "c 5 5 5" >>lines
	run awk -f "$ROOT/scripts/spread.awk" lines
	[ "${#lines[@]}" -eq 3 ]
	# The first ten: mean 105, standard deviation 5.2705. Only the intervals of the nine at 110 hold 105.
	[ "${lines[0]}" = "a 20 105 5.02 38.38 9 20" ] || fail_with "another scatter"
	[ "${lines[1]}" = "b 10 11 55.05 55.05 0 0" ] || fail_with "another scatter without intervals"
	[ "${lines[2]}" = "c 1 5 n/a n/a 1 1" ] || fail_with "another scatter of one value"
}

@test "self-check lists every item with its time, and refuses what it does not know" {
	local item
	run sh "$SELF" --list
	[ "${#lines[@]}" -eq "$(find "$SELF.d" -type f | wc -l)" ]
	for item in "$SELF.d"/*; do
		grep -qE "^${item##*/} +[0-9]+ s  [a-z0-9]" <<<"$output" || fail_with "not listed: $item"
	done
	for wrong in '--only nothing' '--only' '--short' 'one two'; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr sh "$SELF" $wrong
		[ "$status" -eq 2 ] && [ "${#stderr_lines[@]}" -eq 1 ] || fail_with "taken: $wrong"
	done
}

@test "all of self-check takes less than 100 minutes, and less than 35 without slowdown" {
	run sh "$SELF" --list
	awk '{ sum += $2 } $1 != "slowdown" { rest += $2 } END { exit !(sum > 60 && sum < 6000 && rest < 2100) }' <<<"$output" ||
		fail_with "too long"
}

@test "where the machine is disturbed, an item that needs a quiet one is inconclusive, never ok" {
	local share
	item steady '' 'verdict "steady part" "1 < 2" "one"'
	item shaky quiet 'verdict "good part" "1 < 2" "one"; verdict "bad part" "2 < 1" "two"'
	for share in 49 51; do
		fake "$share"
		run --separate-stderr sh "$SELF" --only "steady shaky" "$BATS_TEST_TMPDIR/forkcost"
		[[ ${lines[0]} == "the machine is undisturbed for $share % of the time"* ]] || fail_with "no share"
		[ "${lines[1]}" = "ok steady part: one" ] || fail_with "an item that needs nothing"
		if [ "$share" = 49 ]; then
			[ "${lines[2]}" = "inconclusive good part: one; undisturbed for 49 % of the time" ] || fail_with "ok"
			[[ ${lines[3]} == "inconclusive bad part: two;"* ]] || fail_with "a failure"
			[ "${lines[4]}" = "1 ok, 0 FAIL, 2 inconclusive" ] && [ "$status" -eq 0 ] || fail_with "another sum"
		else
			[ "${lines[2]}" = "ok good part: one" ] && [ "${lines[3]}" = "FAIL bad part: two" ] || fail_with "not judged"
			[ "${lines[4]}" = "2 ok, 1 FAIL, 0 inconclusive" ] && [ "$status" -eq 1 ] || fail_with "another sum"
		fi
	done
}

@test "an item that breaks off fails, and columns are found by name, behind a note as well" {
	fake 80
	item broken '' 'verdict "first" "1 < 2" "one"; false; verdict "second" "1 < 2" "one"'
	item columns '' 'measure; verdict "columns" "1 < 2" "$(of_table "\$col(\"experiment\") == \"spawn\"" later n | tr "\n" " ")"'
	item missing '' 'measure; of_table 1 elsewhere'
	run --separate-stderr sh "$SELF" --only "broken columns missing" "$BATS_TEST_TMPDIR/forkcost"
	[ "$status" -eq 1 ]
	[ "${lines[2]}" = "FAIL broken: it ended early" ] || fail_with "it goes on"
	[ "${lines[3]}" = "ok columns: 7 100 9 100 " ] || fail_with "other columns"
	[ "${lines[4]}" = "FAIL missing: it ended early" ] || fail_with "a column that is not there is no failure"
}

# widths SPEC...: a run of headline rows, each HEAP:HALF-WIDTH in percent, and what self-check says of it.
widths() {
	local spec run=$BATS_TEST_TMPDIR/made
	mkdir -p "$run/tables"
	echo experiment,primitive,action,case,heap_bytes,page_kind,state,cache,child_cpu,metric,n,estimate,ci_low,ci_high,note >"$run/summary.csv"
	for spec; do
		awk -v heap="${spec%:*}" -v half="${spec#*:}" 'BEGIN {
			print "spawn,fork,exit,," heap ",4k,dirty,warm,same,call_ns,9,100," (half ? 100 - half "," 100 + half : ",") ",n" }'
	done >>"$run/summary.csv"
	# None of these belong there.
	printf 'spawn,%s,exit,,0,4k,%s,%s,same,call_ns,9,100,1,300,n\n' thread dirty warm fork write-protected warm fork dirty cold >>"$run/summary.csv"
	printf '%s\n' experiment,case,heap_bytes,page_kind,state,cache,child_cpu,metric,ratio_to_fork 'spawn,aa_control,0,4k,dirty,warm,same,call_ns,0.97' \
		'spawn,aa_control,0,thp,dirty,warm,same,call_ns,0.5' \
		>"$run/ratios.csv"
	fake 80
	run --separate-stderr sh "$SELF" --only widths --run "$run" "$BATS_TEST_TMPDIR/forkcost"
}

@test "widths of headline rows are held against their bounds, by heap" {
	widths 0:1 0:2 4096:2 67108864:4.9 1073741824:6
	[[ $output == *"ok headline rows: median half-width 2.000 % (at most 2), the widest 6.000 % (at most 6), in heap 1073741824 fork exit call_ns, of 5 rows"* ]] ||
		fail_with "another width"
	[[ $output == *"ok headline rows up to 64 MiB: "*"the widest 4.900 % (at most 5), in heap 67108864 "*"of 4 rows"* ]] || fail_with "another width"
	[[ $output == *"FAIL fork against itself: at most 3 % apart, in heap 0 call_ns"* ]] || fail_with "another A/A"
	widths 0:1 0:2.1 4096:3 67108864:5.1
	[[ $output == *"FAIL headline rows: "* && $output == *"FAIL headline rows up to 64 MiB: "* ]] || fail_with "too wide is no failure"
	# A row without an interval is as wide as can be.
	widths 0:1 0:1 0:0
	[[ $output == *"FAIL headline rows: median half-width 1.000 % (at most 2), the widest inf "* ]] || fail_with "a row without an interval"
	widths
	[[ $output == *"inconclusive widths: "*"has no headline rows"* ]] || fail_with "no rows"
}

@test "values that are wide and not marked are found" {
	mkdir -p made/tables
	printf '| fork | 22.1 us ±26%% | ?30 us ±80%% | 12 us ±1.4%% |\n' >made/tables/spawn.md
	widths 0:1
	[[ $output == *"FAIL printed values above 25 %: 1 of 3 are not marked"* ]] || fail_with "not found"
	sed -i 's/22.1/?22.1/' made/tables/spawn.md
	widths 0:1
	[[ $output == *"ok printed values above 25 %: 0 of 3 are not marked"* ]] || fail_with "marked ones are found"
}

@test "a condition that lacks a number fails" {
	fake 80
	item lacks '' 'verdict "behind" "1 <= 2 || >= 3" "one"; verdict "before" " / 2 <= 1 && / 2 > 0" "one"; verdict "at the end" "1 <" "one"; verdict "nothing" "" "one"; verdict "whole" "(1 / 1 <= 1 || 2 > 3) && 1 >= 1" "one"'
	run --separate-stderr sh "$SELF" --only lacks "$BATS_TEST_TMPDIR/forkcost"
	[ "$status" -eq 1 ]
	[ "$(grep -c '^FAIL .*: a number is missing in ' <<<"$output")" -eq 4 ] || fail_with "not four"
	[[ $output == *"ok whole: one"* ]] || fail_with "the whole one is not ok"
}

# fake_turns: beside fake's, a forkcost whose ab makes two runs a side, of which compare says what lies in `says`; it
# counts the comparisons, of which each has its own file, as says.1, if there is one.
fake_turns() {
	fake 80
	sed -i '2i\
case $1 in\
ab)\
	printf "%s\\n" "$*" >>asked\
	while [ "$1" != --output ]; do shift; done\
	for run in a-1 a-2 b-1 b-2; do mkdir -p "$2/x/$run/latest"; done\
	exit ;;\
compare)\
	printf "%s\\n" "$*" >>compared\
	cat "says.$(wc -l <compared)" 2>/dev/null || cat says\
	exit ;;\
esac' "$BATS_TEST_TMPDIR/forkcost"
	rm -f asked compared says*
}

# said METRIC VERDICT RATIO LOW HIGH: what compare prints of the five arms of the headline.
said() {
	local arm
	echo verdict,primitive,action,case,metric,ratio,ci_low,ci_high,why
	for arm in fork,exit fork,exec vfork,exit vfork,exec posix_spawn,exec; do echo "$2,$arm,,$1,$3,$4,$5,"; done
}

@test "alarms counts the rows whose intervals do not hold 1, by metric and by runs a side" {
	fake_turns
	export ALARMS_COMPARISONS=15 ALARMS_RUN_S=3
	{
		said call_ns 'cannot tell' 1 0.9 1.1
		said reaped_ns 'the same' 1 1.001 1.002 | tail -n +2
	} >says
	# Of the first comparison's several runs one row of call_ns, of the second's five.
	sed '2s/0.9,1.1/0.9,0.99/' says >says.2
	{
		said call_ns slower 1.2 1.1 1.3
		said reaped_ns 'the same' 1 0.9 1.1 | tail -n +2
	} >says.4
	run --separate-stderr sh "$SELF" --only alarms "$BATS_TEST_TMPDIR/forkcost"
	[[ $output == *"ok A/A call_ns, one run a side: 0 of 75 rows differ at 95 % (at most 7 %), in 0 of 15 comparisons; 0 are"* ]] ||
		fail_with "one run a side"
	[[ $output == *"FAIL A/A call_ns, 3 runs a side: 6 of 75 rows differ at 95 % (at most 7 %), in 2 of 15 comparisons; 5 are"* ]] ||
		fail_with "several runs a side"
	[[ $output == *"FAIL A/A reaped_ns, one run a side: 75 of 75 rows "*"in 15 of 15 comparisons; 0 are"* ]] || fail_with "another metric"
	[[ $output == *"FAIL A/A reaped_ns, 3 runs a side: 70 of 75 rows "*"in 14 of 15 comparisons; 0 are"* ]] || fail_with "another metric"
	grep -q -- '--rounds 3 --budget 6s ' asked || fail_with "another budget: $(cat asked)"
	# At 7 % it is no more than that.
	sed '2s/0.9,1.1/0.9,0.99/' says >says.4
	run --separate-stderr sh "$SELF" --only alarms "$BATS_TEST_TMPDIR/forkcost"
	[[ $output == *"ok A/A call_ns, one run a side"* ]] || fail_with "not ok"
	# Rows of which nothing can be told are no proof.
	{
		said call_ns 'cannot tell' n/a n/a n/a
		said reaped_ns 'the same' 1 0.9 1.1 | tail -n +2
	} >says
	run --separate-stderr sh "$SELF" --only alarms "$BATS_TEST_TMPDIR/forkcost"
	[[ $output == *"FAIL A/A call_ns, one run a side: 0 of 0 rows "*"ok A/A reaped_ns, one run a side: "* ]] ||
		fail_with "nothing told is ok"
}

@test "slowdown counts the pairs in which a row is called slower" {
	local comparison
	fake_turns
	mkdir programs
	printf '#!/bin/sh\nfor file; do case $file in "$BUILD"/*) mkdir -p "${file%%/*}"; : >"$file" ;; esac; done\n' >programs/make
	chmod +x programs/make
	export SLOWDOWN_PAIRS=20 SLOWDOWN_RUN_S=60
	said reaped_ns slower 1.02 1.01 1.03 >says
	# 2 % comes after five pairs at 1 %; in two it is not found, then in three for vfork exec.
	for comparison in 6 7 8; do said reaped_ns slower 1.02 1.01 1.03 | sed "$([ $comparison = 8 ] || echo '2,4')s/^slower/cannot tell/; 5s/^slower/the same/" >says.$comparison; done
	sed -i '2s/^cannot tell/slower/; 3,4s/^cannot tell/slower/; 6s/^cannot tell/slower/' says.8
	said reaped_ns faster 0.98 0.97 0.99 >says.1
	PATH=$BATS_TEST_TMPDIR/programs:$PATH run --separate-stderr sh "$SELF" --only slowdown "$BATS_TEST_TMPDIR/forkcost"
	[[ $output == *"FAIL fork exit, slower by 1 %: found in 4 of 5 pairs of 60 s a side (none wanted), called faster in 1 (none); ratio 1.02 (0.98 to 1.02)"* ]] ||
		fail_with "faster is no failure"
	[[ $output == *"ok vfork exit, slower by 2 %: found in 18 of 20 pairs of 60 s a side (at least 18 of 20), called faster in 0 "* ]] ||
		fail_with "18 are not enough"
	[[ $output == *"FAIL vfork exec, slower by 2 %: found in 17 of 20 pairs "* ]] || fail_with "17 are enough"
	[[ $output == *"ok posix_spawn exec, slower by 5 %: found in 5 of 5 pairs "*" (all), "* ]] || fail_with "5 %"
	grep -qE -- '--a-forkcost [^ ]*/slower-0/forkcost --b-forkcost [^ ]*/slower-20/forkcost --rounds 12 --budget 120s ' asked ||
		fail_with "another design: $(cat asked)"
	[ "$(wc -l <asked)" -eq 30 ] || fail_with "other pairs"
	# Where nothing can be built it says so.
	printf '#!/bin/sh\necho no compiler >&2; exit 2\n' >programs/make
	PATH=$BATS_TEST_TMPDIR/programs:$PATH run --separate-stderr sh "$SELF" --only slowdown "$BATS_TEST_TMPDIR/forkcost"
	[[ $output == *"inconclusive a slower worker: it cannot be built here: no compiler"* ]] || fail_with "it goes on"
}

@test "with real runs, alarms and slowdown say a line for each arm" {
	export ALARMS_COMPARISONS=1 ALARMS_RUN_S=2 SLOWDOWN_PAIRS=1 SLOWDOWN_RUN_S=2 SLOWDOWN_PERMILLE=4000
	run --separate-stderr sh "$ROOT/scripts/self-check" --only "alarms slowdown" "$FORKCOST"
	[ "$(grep -cE '^(ok|FAIL) A/A (call_ns|reaped_ns), (one run|2 runs) a side: [0-5] of [0-5] rows .* in [01] of 1 comparisons; [0-5] are' <<<"$output")" -eq 4 ] ||
		fail_with "other lines of alarms"
	[ "$(grep -cE ' (fork|vfork|posix_spawn) ex(it|ec), slower by 400 %: found in [01] of 1 pairs of 2 s a side \(none wanted\), called faster in [01] ' <<<"$output")" -eq 5 ] ||
		fail_with "other lines of slowdown"
}
