#!/usr/bin/env bats
# Writes at a given rate after the call: the pace, what is counted as the writes' own time, and the bill at a rate. Whether
# a rate is kept is the machine's; that it is not exceeded, and what is taken off the whole, is not.
load helpers

setup_file() {
	"$FORKCOST" run --experiment spawn,snapshot,spread_write,first_write --heap 0,1M,4M --primitive fork,vfork --action exit \
		--cache warm --child-cpu same --frames as-given --page-kind 4k --touch-order sequential --written 0,10,100 \
		--write-rate 0,5000,1000000 --counters none --replicates 1 --cell-time 1ms --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
	tsv "$BATS_FILE_TMPDIR/results/latest/bill.csv" >"$BATS_FILE_TMPDIR/bill"
}

setup() {
	RUN=$BATS_FILE_TMPDIR/results/latest
	TABLE=$BATS_FILE_TMPDIR/table
	WRITTEN="\$$(column written)" RATE="\$$(column write_rate)"
	PAGES="int(heap / 4096 * $WRITTEN / 100)"
}

column() {
	head -1 "$TABLE" | tr '\t' '\n' | grep -nx "$1" | cut -d: -f1
}

# snapshot METRIC CONDITION: every row of it at a rate meets the condition.
snapshot() {
	all "experiment == \"snapshot\" && metric == \"$1\" && $RATE > 0" "$2"
}

# by_sample CONDITION: every paced sample of snapshot meets it, which has times in ns, and pages and rate by its cell.
by_sample() {
	[ -f "$BATS_FILE_TMPDIR/samples" ] || "$FORKCOST" samples "$RUN" | jq -r '
		select(.type == "cell" and .experiment == "snapshot" and .write_rate != "0") | . as $cell | .arms[] |
		select(.experiment == "snapshot") | . as $arm | .passes.plain | .metrics as $m | range(.round | length) as $i |
		[$arm.case, $cell.heap_bytes, $cell.written, $cell.write_rate] + (["total_ns", "busy_ns", "writes_ns", "call_ns",
			"pages_per_s", "single_ns", "single_p99_ns", "single_max_ns"] | map($m[.][$i] // "")) | @tsv' >"$BATS_FILE_TMPDIR/samples"
	awk -F '\t' '
		function near(a, b, by) { return a - b <= by && b - a <= by }
		{
			case_name = $1; pages = int($2 / 4096 * $3 / 100); rate = $4
			total = $5; busy = $6; writes = $7; call = $8; reached = $9; p50 = $10; p99 = $11; max = $12
			lasted = pages / reached * 1e9
			cells[$1, $2, $3, $4] = 1
			if (!('"$1"')) { print; bad = 1 }
		}
		END { for (cell in cells) seen++; exit bad || seen != 6 * 2 * 2 * 2 }' "$BATS_FILE_TMPDIR/samples" || fail_with "not so: $1"
}

@test "at a rate as many pages are written, and each is a fault where it was shared" {
	snapshot pages "min == $PAGES && max == min"
	all "experiment == \"snapshot\" && metric == \"faults\" && $RATE > 0 && case_name ~ /^(fork|clone)_/ && case_name !~ /child/" \
		"min >= $PAGES && max <= $PAGES + 2"
	all "experiment == \"snapshot\" && metric == \"faults\" && $RATE > 0 && case_name ~ /child/" "min >= $PAGES && max <= $PAGES + 34"
	all "experiment == \"snapshot\" && metric == \"faults\" && case_name ~ /^(vfork|posix_spawn)_/" 'max == 0'
	# What is not written has no rate.
	none "experiment == \"snapshot\" && $WRITTEN == 0 && $RATE > 0"
}

@test "no rate is exceeded, and a pass lasts as long as its rate says" {
	by_sample 'lasted >= pages / rate * 1e9 * 0.9999 && total >= lasted * 0.9999'
}

@test "the waits are taken off the whole, and nothing else" {
	# The rate has 0.1 pages/s.
	by_sample 'near(total - busy, lasted - writes, lasted / reached + 1)'
	by_sample 'writes > 0 && writes <= busy && busy <= total'
	by_sample 'case_name ~ /child/ || busy * 1.0001 >= call + writes'
}

@test "single writes: their median is no more than the 99th percentile, which takes 500, and that no more than the longest" {
	by_sample 'p50 > 0 && p50 <= max && max <= writes && max * pages >= writes * 0.9999'
	by_sample 'pages >= 500 ? p99 >= p50 && p99 <= max : p99 == ""'
	all "experiment == \"snapshot\" && metric == \"single_p99_ns\" && $RATE > 0 && count == 0" 'note ~ /a 99th percentile needs 500/'
	some "experiment == \"snapshot\" && metric == \"single_p99_ns\" && $RATE > 0 && count > 0"
}

@test "without a rate there are no paced values, and they say why; a sample's reasons are those of its own cell" {
	all "experiment == \"snapshot\" && metric ~ /^(busy_ns|pages_per_s|single_)/ && $RATE == 0" 'count == 0 && note ~ /no --write-rate/'
	all "experiment == \"snapshot\" && metric == \"writes_ns\" && case_name ~ /child/ && $RATE == 0" 'count == 0 && note ~ /the child writes/'
	"$FORKCOST" samples "$RUN" >"$BATS_TEST_TMPDIR/samples"
	jq -e 'select(.type == "cell") | .arms[] | select([(.passes | (.plain, .stamped) | select(.) | .metrics | keys[]) as $has |
		.missing | has($has)] | any) | error("both a value and a reason")' "$BATS_TEST_TMPDIR/samples" >/dev/null || [ $? -eq 4 ] ||
		fail_with "a metric has both values and a reason"
}

@test "what a child adds to a write is the difference to the writes after vfork, a page" {
	# Of undisturbed samples, or of all where one of the two has too few.
	tsv "$RUN/derived.csv" | awk -F '\t' -v written="$(column written)" -v rates="$(column write_rate)" '
		function is(a, b) { return a - b <= 1e-4 * (a < 0 ? -a : a) + 1 && b - a <= 1e-4 * (a < 0 ? -a : a) + 1 }
		NR == FNR {
			if ($1 == "snapshot" && $14 == "writes_ns" && $rates > 0) { value[$4, $5, $written, $rates] = $18; all[$4, $5, $written, $rates] = $28 }
			next
		}
		$1 == "paced_write_added" {
			seen++; split($11, of, " "); pages = int($5 / 4096 * of[1] / 100); cell = $5 SUBSEP of[1] SUBSEP of[5]
			if (!is($6, (value[$3, cell] - value["vfork_written_later", cell]) / pages) &&
				!is($6, (all[$3, cell] - all["vfork_written_later", cell]) / pages)) { print; bad = 1 }
		}
		END { exit bad || seen != 3 * 2 * 2 * 2 }' "$TABLE" - || fail_with "$(grep paced "$RUN/derived.csv")"
}

@test "the bill at a rate has the items of full speed, and its whole is without waits and clock" {
	awk -F '\t' -v written="$(column written)" -v rates="$(column write_rate)" '
		NR == FNR {
			if ($1 == "null" && $14 == "window_ns" && clock == "") clock = $18
			if ($1 == "snapshot" && $14 == "busy_ns" && $16) busy[$4, $5, $written, $rates] = $18
			next
		}
		function near(a, b) { return a - b <= 1e-4 * most(a, b) + 2 && b - a <= 1e-4 * most(a, b) + 2 }
		function most(a, b) { return (a < 0 ? -a : a) + (b < 0 ? -b : b) }
		FNR > 1 { value[$1, $4, $5, $17, $6] = $9; note[$1, $4, $5, $17, $6] = $16; if ($17 > 0) bills[$1 SUBSEP $4 SUBSEP $5 SUBSEP $17] = 1 }
		END {
			for (bill in bills) {
				split(bill, k, SUBSEP); seen++
				sums += value[bill, "sum"] != ""
				if (value[bill, "sum"] != value[k[1], k[2], k[3], 0, "sum"]) bad = bill " sum"
				if (!near(value[bill, "whole"], busy[bill] - int(k[2] / 4096 * k[3] / 100) * clock)) bad = bill " whole " value[bill, "whole"] " " busy[bill]
				if (value[bill, "sum"] != "" && !near(value[bill, "whole"], value[bill, "sum"] + value[bill, "rest"])) bad = bill " rest " value[bill, "whole"] " " value[bill, "sum"] " " value[bill, "rest"]
				if (value[bill, "whole_cpu"] != "" || note[bill, "whole_cpu"] !~ /waits between writes are busy/) bad = bill " cpu"
				if (note[bill, "whole"] !~ ("of " k[4] " pages/s.*without the waits.*without the clock")) bad = bill " note " note[bill, "whole"]
			}
			if (bad) print bad
			# Of clone and posix_spawn the run has no calls.
			exit bad != "" || seen != 6 * 2 * 2 * 2 || sums != 4 * 2 * 2 * 2
		}' "$TABLE" "$BATS_FILE_TMPDIR/bill" || fail_with "not so"
}

@test "forkcost bill has an account for each rate, or for the one asked for" {
	run --separate-stderr "$FORKCOST" bill "$RUN" --heap 4M
	succeeded
	[ "$(grep -c '^the fork bill' <<<"$output")" -eq 3 ]
	[[ $output == *'10 % of its pages written after the call'$'\n'*', 5000'*'pages/s reached'*'1000000'* ]]
	fits 80
	run --separate-stderr "$FORKCOST" bill "$RUN" --heap 4M --write-rate 5000
	succeeded
	[ "$(grep -c '^the fork bill' <<<"$output")" -eq 1 ]
	output=$(tr -s ' \n' ' ' <<<"$output")
	[[ $output == *'without the waits between writes'* && $output != *', 1000000 pages/s'* ]]
	run --separate-stderr "$FORKCOST" bill "$RUN" --heap 4M --write-rate 0
	succeeded
	[[ $output != *'pages/s reached'* ]]
	refused 1 'at that rate' bill "$RUN" --write-rate 777
	usage_error write-rate bill "$RUN" --write-rate fast
	usage_error write-rate bill "$RUN" --write-rate 0,5000
}

@test "a rate that was not kept is said, in the table and in the bill" {
	local copy=$BATS_TEST_TMPDIR/copy
	mkdir "$copy"
	cp "$RUN/environment.json" "$copy"
	# The same times, had more been asked for.
	"$FORKCOST" samples "$RUN" | sed -E 's/("write_rate": ?)"5000"/\1"900000"/' >"$copy/samples.jsonl"
	run --separate-stderr "$FORKCOST" bill "$copy" --heap 4M --write-rate 900000
	succeeded
	output=$(tr -s ' \n' ' ' <<<"$output")
	[[ $output == *'a rate that was not kept'* && $output == *'the rate was not kept by: fork; fork, child; fork, later'* ]] || fail_with "it is not said"
	run --separate-stderr "$FORKCOST" show "$copy"
	[[ $output == *'writes at a given rate'* ]]
	! grep -E '900000 +kept' <<<"$output" || fail_with "it is called kept"
}

@test "a rate that cannot be measured is refused" {
	local run=(run --experiment snapshot --dry-run)
	usage_error --write-rate "${run[@]}" --write-rate 99
	usage_error --write-rate "${run[@]}" --write-rate 1000001
	usage_error 'no page is written' "${run[@]}" --write-rate 1000 --written 0
	usage_error 'no page is written' "${run[@]}" --write-rate 1000 --written 1 --heap 64K
	usage_error 'more than 5 s' "${run[@]}" --write-rate 100 --written 100 --heap 16M
	usage_error 'does not vary it' run --experiment spawn --dry-run --write-rate 1000
	# One heap's is no failure, but said.
	run --separate-stderr "$FORKCOST" "${run[@]}" --write-rate 1000 --written 10 --heap 16M,256M
	succeeded
	[[ $output == *'16 MiB '*'1000 pages/s 10 % written'* && $output == *'left out: --write-rate 1000 of snapshot, 10 % written: at such a rate'* ]] ||
		fail_with "not said"
}

@test "presets quick and bench have no rate, full has two" {
	local preset
	for preset in quick bench; do
		run --separate-stderr "$FORKCOST" run --experiment snapshot --preset "$preset" --dry-run
		succeeded
		[[ $output != *pages/s* ]] || fail_with "$preset has a rate"
	done
	run --separate-stderr "$FORKCOST" run --experiment snapshot --preset full --heap 16M,64M --written 0,1 --dry-run
	succeeded
	[[ $output == *'10000 pages/s 1 % written'*'100000 pages/s 1 % written'* && $output == *'write rates 0,10000,100000 of snapshot at 64 MiB: expensive'* ]] ||
		fail_with "not all is there"
	[ "$(grep -c 'snapshot .*pages/s' <<<"$output")" -eq 2 ]
}
