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

@test "all of self-check takes less than half an hour" {
	run sh "$SELF" --list
	awk '{ sum += $2 } END { exit !(sum > 60 && sum < 1800) }' <<<"$output" || fail_with "too long"
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
	printf '%s\n' experiment,case,heap_bytes,state,cache,child_cpu,metric,ratio_to_fork 'spawn,aa_control,0,dirty,warm,same,call_ns,0.97' \
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
