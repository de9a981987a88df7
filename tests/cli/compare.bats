#!/usr/bin/env bats
# forkcost compare, on copies of a reference run's cells without a heap: as they are, and with all times of spawn changed.
load helpers

REFERENCE=$ROOT/results/reference-2cpu-vm

# part NAME FACTOR: a run with the reference run's plain cells of spawn and null at heap 0, times of spawn multiplied.
part() {
	local run=$BATS_FILE_TMPDIR/$1
	mkdir "$run"
	cp "$REFERENCE/environment.json" "$run/"
	"$FORKCOST" samples "$REFERENCE" | awk -v name="$1" -v factor="$2" '
		/^\{"type":"run"/ { sub(/"id":"[^"]*"/, "\"id\":\"" name "\"") }
		/^\{"type":"cell"/ && (!/"heap_bytes":0,/ || !/"experiment":"(spawn|null)"/ || !/"state":"dirty","cache":"warm"/) { next }
		{
			rest = $0
			while (factor != 1 && match(rest, /"(call|reaped|child_start|exec_start)_ns":\[[^]]*\]/)) {
				found = substr(rest, RSTART, RLENGTH)
				printf "%s", substr(rest, 1, RSTART - 1)
				rest = substr(rest, RSTART + RLENGTH)
				at = index(found, "[")
				count = split(substr(found, at + 1, length(found) - at - 1), value, ",")
				printf "%s", substr(found, 1, at)
				for (i = 1; i <= count; i++) printf "%s%.12g", (i > 1 ? "," : ""), value[i] * factor
				printf "]"
			}
			print rest
		}' >"$run/samples.jsonl"
}

setup_file() {
	part a 1
	part same 1
	part slower 1.1
	part faster 0.9
	part half 0.5
	part half_slower 0.55
}

setup() { cd "$BATS_FILE_TMPDIR" || return; }

# compared ARGUMENTS...: the rows as CSV, with tabs, in $TABLE; verdict 1, headline 2, experiment 3, and by name.
compared() {
	TABLE=$BATS_TEST_TMPDIR/table
	run --separate-stderr "$FORKCOST" compare --format csv "$@"
	succeeded
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/csv"
	tsv "$BATS_TEST_TMPDIR/csv" >"$TABLE"
	[ "$(wc -l <"$TABLE")" -gt 50 ] || fail_with "hardly any rows"
}

# column NAME [CONDITION]: that column of the rows for which an awk condition over v["NAME"] holds.
column() {
	awk -F '\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) head[i] = $i; next }
		{ for (i = 1; i <= NF; i++) v[head[i]] = $i } ('"${2-1}"') { print v[name] }' "$TABLE"
}

# one_of WORDS...: each line of the input is one of them, and there is a line.
one_of() {
	local pattern
	pattern=$(printf '|%s' "$@")
	awk -v pattern="^(${pattern#|})$" '$0 !~ pattern { bad = bad "\n" $0 } END { if (!NR || bad != "") { print "lines: " NR bad; exit 1 } }'
}

@test "a run against its copy is the same, or cannot be told" {
	compared a -- same
	column verdict | one_of 'the same' 'cannot tell'
	column verdict | grep -qx 'the same' || fail_with "no count is the same"
	column ratio 'v["headline"] == "yes"' | one_of 1
	column between_runs 'v["headline"] == "yes"' | one_of assumed
}

@test "a run whose times are a tenth longer is slower by that, and faster the other way round" {
	local verdict
	compared a -- slower
	column verdict 'v["headline"] == "yes"' | one_of slower
	column ratio 'v["headline"] == "yes"' | one_of 1.1
	column verdict 'v["unit"] == "count"' | one_of 'the same' 'cannot tell'
	column verdict 'v["experiment"] == "null"' | one_of 'the same' 'cannot tell'
	compared a -- faster
	column verdict 'v["headline"] == "yes"' | one_of faster
	compared slower -- a
	column verdict 'v["headline"] == "yes"' | one_of faster
}

@test "what matters comes first: the headline, then what is sure, then the largest change" {
	compared a -- slower
	column headline | uniq | tr '\n' ' ' >"$BATS_TEST_TMPDIR/order"
	[ "$(cat "$BATS_TEST_TMPDIR/order")" = 'yes no ' ] || fail_with "the headline is not first"
	column verdict 'v["headline"] == "no"' | sed 's/slower/1/; s/[a-z].*/2/' | sort -c || fail_with "sure changes are not first"
}

@test "one run a side says what it cannot know; several measure it" {
	run --separate-stderr "$FORKCOST" compare a -- slower
	succeeded
	fits 80
	[[ $output == *'One run a side cannot know'* && $output == *'assumed'* ]] || fail_with "it does not say so"
	grep -qE '^slower +1\.10 ±[0-9.]+%\* ' <<<"$output" || fail_with "intervals are not marked"
	[[ $output == *'by luck alone'* && $output == *'Benjamini'* ]] || fail_with "it does not say how many chances there were"
	run --separate-stderr "$FORKCOST" compare a same -- slower faster
	succeeded
	fits 80
	[[ $output == *'Several runs a side'* && $output != *'One run a side'* && $output != *'%*'* ]]
	compared a same -- slower slower
	column between_runs 'v["headline"] == "yes"' | one_of measured
	column a_runs | one_of 2
}

# Of a tenth more and a tenth less nothing can be told, though either alone is sure.
@test "runs of a side that differ take the verdict back" {
	compared a same -- slower faster
	column verdict 'v["headline"] == "yes"' | one_of 'cannot tell'
}

@test "what is assumed between runs can be given, unless it is measured" {
	compared a -- slower --between-runs 10%
	column verdict 'v["headline"] == "yes"' | one_of 'cannot tell'
	column a_assumed 'v["headline"] == "yes"' | one_of 0.1
	compared a -- same --between-runs 0.1% --same-within 5%
	column verdict 'v["headline"] == "yes"' | one_of 'the same'
	usage_error --between-runs compare a same -- slower faster --between-runs 1%
	usage_error --between-runs compare a same --between-runs x
	usage_error --same-within compare a same --same-within 0
}

@test "differences of the surroundings come first, and what is not recorded says so" {
	local other=$BATS_TEST_TMPDIR/other
	cp -r same "$other"
	sed -i 's/"release": "[^"]*"/"release": "9.9.9-made-up"/; /"microcode"/d; s/"seed": [0-9]*/"seed": 1/' "$other/environment.json"
	run --separate-stderr "$FORKCOST" compare a -- "$other"
	succeeded
	fits 80
	[[ $output == *'kernel.release: A 6.18'*'; B 9.9.9-made-up'*'microcode: A 0x1000065; B not recorded'* ]] || fail_with "not these"
	[[ $output != *seed* ]] || fail_with "a seed differs always"
	[[ ${output%%9.9.9*} != *verdict* ]] || fail_with "they are not first"
	run --separate-stderr "$FORKCOST" compare a -- same
	[[ $output == *'recorded as the same'* ]]
}

@test "--fail-above ends with 3 where a headline row is surely slower by more, and names it" {
	run --separate-stderr "$FORKCOST" compare a -- slower --fail-above 2% --brief
	[ "$status" -eq 3 ] || fail_with "not 3"
	[[ $stderr == *'slower by more than 2 %: spawn '*' 1.10 ±'* && ${#stderr_lines[@]} -eq 1 ]] || fail_with "it is not named"
	for more in 20% 9.9%; do # in the interval, and above it
		run --separate-stderr "$FORKCOST" compare a -- slower --fail-above "$more" --brief
		succeeded
	done
	run --separate-stderr "$FORKCOST" compare a -- faster --fail-above 1% --brief
	succeeded
	run --separate-stderr "$FORKCOST" compare a -- same --fail-above 1% --brief
	succeeded
	refused_judging=$("$FORKCOST" compare a -- same --experiment null --fail-above 1% --brief 2>&1 >/dev/null) && fail_with "nothing to judge by"
	[[ $refused_judging == *'no headline row'* ]]
}

# In each round B is a tenth slower than A, and every second round takes half as long.
@test "in pairs drift that hits both runs of a round cancels" {
	local rounds=(same half same half same -- slower half_slower slower half_slower slower)
	compared "${rounds[@]}"
	column verdict 'v["headline"] == "yes"' | one_of 'cannot tell'
	compared --paired "${rounds[@]}"
	column verdict 'v["headline"] == "yes"' | one_of slower
	column between_runs 'v["headline"] == "yes"' | one_of paired
	column ratio 'v["headline"] == "yes"' | one_of 1.1
	run --separate-stderr "$FORKCOST" compare --paired "${rounds[@]}"
	succeeded
	fits 80
	[[ ${output//$'\n'/ } == *'5 rounds of a run a side'* ]] || fail_with "it does not say so"
}

@test "pairs need as many runs a side, two or more" {
	usage_error 'A has 2 runs and B 1' compare --paired a same -- slower
	usage_error 'A has 1 runs and B 1' compare --paired a -- slower
}

@test "where kernels differ, what a patch should not touch is said to have moved, or not to be there" {
	local other=$BATS_TEST_TMPDIR/other
	cp -r slower "$other"
	run --separate-stderr "$FORKCOST" compare a -- "$other"
	succeeded
	[[ $output != *'command lines differ'* ]] || fail_with "the kernels are the same"
	sed -i 's/"release": "[^"]*"/"release": "9.9.9-made-up"/' "$other/environment.json"
	run --separate-stderr "$FORKCOST" compare a -- "$other"
	succeeded
	[[ ${output//$'\n'/ } == *'vfork and exit moved by +10.0 % ('*'system call (floors) is not in the rows compared'* ]] || fail_with "not these"
	[[ ${output//$'\n'/ } == *'an empty window (null) moved by +0.0 %'* ]] || fail_with "null did not move"
	run --separate-stderr "$FORKCOST" compare a -- "$other" --primitive fork
	[[ ${output//$'\n'/ } == *'vfork and exit is not in the rows compared'* ]] || fail_with "vfork was left out"
	cp -r same "$BATS_TEST_TMPDIR/line"
	sed -i 's/"kernel_command_line": "[^"]*"/"kernel_command_line": "made up"/' "$BATS_TEST_TMPDIR/line/environment.json"
	run --separate-stderr "$FORKCOST" compare a -- "$BATS_TEST_TMPDIR/line"
	[[ ${output//$'\n'/ } == *'command lines differ'* ]] || fail_with "the command lines differ"
}

@test "figures are drawn into a folder, also of rows without a headline" {
	local folder name
	"$FORKCOST" compare a -- slower --brief --plots "$BATS_TEST_TMPDIR/drawn"
	"$FORKCOST" compare a -- same --experiment null --brief --plots "$BATS_TEST_TMPDIR/bare"
	for folder in drawn bare; do
		for name in compare-ratios compare-calls; do
			grep -q '</svg>' "$BATS_TEST_TMPDIR/$folder/plots/$name.svg" || fail_with "no $folder $name.svg"
			[ "$(head -c 5 "$BATS_TEST_TMPDIR/$folder/plots/$name.pdf")" = %PDF- ] || fail_with "no $folder $name.pdf"
			head -c 8 "$BATS_TEST_TMPDIR/$folder/plots/$name.png" | grep -q PNG || fail_with "no $folder $name.png"
		done
	done
	grep -q 'posix_spawn exec' "$BATS_TEST_TMPDIR/drawn/plots/compare-ratios.svg" || fail_with "no row"
	grep -q '1.10 ±' "$BATS_TEST_TMPDIR/drawn/plots/compare-ratios.svg" || fail_with "no ratio"
	grep -q 'posix_spawn' "$BATS_TEST_TMPDIR/drawn/plots/compare-calls.svg" || fail_with "no panel"
	grep -q 'not measured' "$BATS_TEST_TMPDIR/bare/plots/compare-calls.svg" || fail_with "it does not say that there is nothing"
	refused_folder=$("$FORKCOST" compare a -- same --brief --plots "$BATS_TEST_TMPDIR/no/where" 2>&1 >/dev/null) && fail_with "not refused"
	[[ $refused_folder == *'cannot make the folder'* ]] || fail_with "not named"
}

@test "--brief is one line" {
	run --separate-stderr "$FORKCOST" compare a slower --brief
	succeeded
	[ "${#lines[@]}" -eq 1 ] || fail_with "not one line"
	[[ $output =~ of\ ([0-9]+)\ headline\ rows\ 0\ faster,\ ([0-9]+)\ slower && ${BASH_REMATCH[1]} -eq ${BASH_REMATCH[2]} ]]
	[[ $output == *assumed* ]]
}

@test "JSON parses and has the rows of CSV; Markdown is a table" {
	compared a -- slower
	run --separate-stderr "$FORKCOST" compare a -- slower --format json
	succeeded
	jq -e . >/dev/null <<<"$output" || fail_with "no JSON"
	[ "$(jq '.rows | length' <<<"$output")" -eq "$(($(wc -l <"$TABLE") - 1))" ] || fail_with "other rows"
	[ "$(jq -r '.rows[0] | .verdict, (.ratio * 1000 | round), .between_runs' <<<"$output" | tr '\n' ' ')" = 'slower 1100 assumed ' ]
	[ "$(jq -r '.rows_compared, .a[0].id, .b[0].id' <<<"$output" | tr '\n' ' ')" = "$(($(wc -l <"$TABLE") - 1)) a slower " ]
	run --separate-stderr "$FORKCOST" compare a -- slower --format markdown
	succeeded
	grep -qE '^\| slower \| 1\.10 ±[0-9.]+%\\\* \| ' <<<"$output" || fail_with "no row"
}

@test "rows are chosen by experiment, primitive, metric and heap" {
	compared a -- same --primitive fork
	column primitive | one_of fork
	TABLE=$BATS_TEST_TMPDIR/chosen
	"$FORKCOST" compare a -- same --metric call_ns --heap 0 --experiment spawn --format csv >"$TABLE.csv"
	tsv "$TABLE.csv" >"$TABLE"
	column metric | one_of call_ns
	refused 1 'none is in both' compare a -- same --primitive nobody
	refused 1 'none is in both' compare a -- same --heap 3M
	usage_error --heap compare a -- same --heap x
}

@test "plans that overlap are compared where they do, and what one side alone has is counted" {
	run --separate-stderr "$FORKCOST" compare a -- "$REFERENCE"
	succeeded
	[[ $output =~ Not\ compared:\ 0\ rows\ that\ A\ alone\ has,\ ([0-9]+)\ that && ${BASH_REMATCH[1]} -gt 1000 ]] || fail_with "not counted"
	run --separate-stderr "$FORKCOST" compare a -- "$ROOT/results/reference-emulated-riscv64"
	[[ $status -eq 1 || $output == *'emulated CPU: its times mean nothing'* ]] || fail_with "emulated times are compared"
}

@test "sides that are missing, not there or broken are refused" {
	usage_error 'A... -- B...' compare
	usage_error 'A... -- B...' compare a
	usage_error 'A... -- B...' compare a --
	usage_error 'A... -- B...' compare -- a
	usage_error 'A... -- B...' compare a same slower
	usage_error nowhere compare a -- nowhere
	usage_error nowhere compare nowhere a
	usage_error --format compare a -- same --format yaml
	usage_error --brief compare a -- same --format json --brief
	usage_error option compare a -- same -- slower
	mkdir -p "$BATS_TEST_TMPDIR/empty"
	refused 1 samples.jsonl compare a -- "$BATS_TEST_TMPDIR/empty"
}

@test "hostile names are shown, never obeyed" {
	local evil=$BATS_TEST_TMPDIR/evil
	cp -r same "$evil"
	sed -i '1s/"id":"same"/"id":"<b>\\u001b[31mred|`x`"/' "$evil/samples.jsonl"
	sed -i 's/"release": "[^"]*"/"release": "=cmd()\\u001b[2J<script>"/' "$evil/environment.json"
	for form in text markdown csv json; do
		run --separate-stderr "$FORKCOST" compare a -- "$evil" --format "$form"
		succeeded
		! grep -q $'\033' <<<"$output" || fail_with "$form: a control character"
	done
	run --separate-stderr "$FORKCOST" compare a -- "$evil" --format markdown
	[[ $output != *'<script>'* && $output != *'<b>'* ]] || fail_with "HTML"
}
