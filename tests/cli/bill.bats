#!/usr/bin/env bats
# The fork bill, and the whole that it is held against.
load helpers

setup_file() {
	"$FORKCOST" run --experiment spawn,snapshot,spread_write,first_write,teardown,switch --heap 0,2M \
		--primitive fork,clone,vfork,posix_spawn --cache warm --child-cpu same --frames as-given --page-kind 4k \
		--touch-order sequential --written 0,1,50,100 --counters none --replicates 1 --cell-time 1ms --no-plots --no-table \
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
	# 2 MiB have 512 pages.
	COLUMN=$(head -1 "$TABLE" | tr '\t' '\n' | grep -nx written | cut -d: -f1)
	WRITTEN="\$$COLUMN * 512 / 100"
}

# bill CONDITION EXPRESSION: of the rows of bill.csv.
bill() {
	awk -F '\t' 'NR > 1 { case_name = $1; written = $5; item = $6; payer = $7; when = $8; ns = $9; page_ns = $12; note = $16
		if ('"$1"') print '"$2"' }' "$BATS_FILE_TMPDIR/bill"
}

@test "as many pages are written as asked for, and each is a fault where it was shared" {
	local experiment
	for experiment in snapshot spread_write; do
		all "experiment == \"$experiment\" && metric == \"pages\"" "min == int($WRITTEN) && max == min"
	done
	all 'experiment == "snapshot" && metric == "faults" && case_name ~ /^(fork|clone)_/ && case_name !~ /child/' \
		"min >= int($WRITTEN) && max <= int($WRITTEN) + 1"
	all 'experiment == "snapshot" && metric == "faults" && case_name ~ /child/' "min >= int($WRITTEN) && max <= int($WRITTEN) + 32"
	all 'experiment == "spread_write" && metric == "faults" && case_name != "plain"' "min >= int($WRITTEN) && max <= int($WRITTEN) + 1"
	all 'metric == "faults" && case_name ~ /^(vfork_|posix_spawn_|plain)/' 'max == 0'
}

@test "the whole is at least its parts, and takes CPU time" {
	awk -F '\t' -v written="$COLUMN" '$1 == "snapshot" && $16 > 0 { value[$4 "/" $written "/" $14] = $18; cases[$4 "/" $written] = 1 }
		END { for (c in cases) {
				seen++
				if (value[c "/total_ns"] * 1.001 < value[c "/call_ns"] + value[c "/writes_ns"]) exit 1
				if (value[c "/cpu_ns"] <= 0) exit 1
			}
			exit !(seen == 24) }' "$TABLE" || fail_with "$(rows 'experiment == "snapshot"' '$0' | head -50)"
}

@test "a case that cannot be split says why" {
	all 'experiment == "snapshot" && case_name == "fork_child_writes" && metric == "writes_ns"' 'count == 0 && note ~ /the child writes/'
	all 'experiment == "spread_write" && case_name == "take_back" && metric == "end_ns"' 'count == 0 && note ~ /the child ends before the writes/'
}

@test "bill.csv: the items are the sum, and sum and rest are the whole" {
	awk -F '\t' 'NR > 1 {
			key = $1 "/" $4 "/" $5
			if ($6 == "sum") sum[key] = $9
			else if ($6 == "whole") whole[key] = $9
			else if ($6 == "rest") rest[key] = $9
			else if ($6 != "whole_cpu" && $6 != "shootdown" && $9 != "") items[key] += $9
		}
		function near(a, b) { return a - b < 1e-4 * a + 1 && b - a < 1e-4 * a + 1 }
		END { for (key in sum) {
				seen++
				if (!near(sum[key], items[key]) || !near(whole[key], sum[key] + rest[key])) { print key, sum[key], items[key], whole[key], rest[key]; exit 1 }
			}
			exit seen != 24 }' "$BATS_FILE_TMPDIR/bill" || fail_with "$(head -20 "$BATS_FILE_TMPDIR/bill")"
}

@test "each item says who pays it and when, a page's share, or why there is none" {
	[ -z "$(bill 'item !~ /^(sum|whole|rest|whole_cpu)$/ && (payer == "" || when == "")' '$0')" ]
	[ -z "$(bill 'ns == "" && note == ""' '$0')" ] || fail_with "without a reason: $(bill 'ns == "" && note == ""' '$0')"
	[ "$(bill 'item == "tables" && case_name == "fork_caller_writes" && written == 0' '(ns / page_ns > 511.9 && ns / page_ns < 512.1)')" = 1 ]
	[ "$(bill 'item == "writes" && case_name == "fork_child_writes" && written == 50' 'payer')" = child ]
	[[ $(bill 'item == "writes" && case_name == "fork_caller_writes" && written == 0' 'note') == 'nothing is written' ]]
	[[ $(bill 'item == "free" && case_name == "vfork_written_later" && written == 50' 'note') == 'nothing was copied' ]]
	[[ $(bill 'item == "shootdown" && case_name == "fork_caller_writes" && written == 50' 'note') == 'not part of this run: tlb_shootdown'* ]]
}

@test "forkcost bill prints the table, for one heap or share where asked, within 80 columns" {
	run --separate-stderr "$FORKCOST" bill "$RUN" --heap 2M --written 50
	succeeded
	[[ $output == *'the fork bill, heap 2 MiB, 50 % of its pages written'*'page-table copy'*'sum of the items'*'the rest'* ]] || fail_with "not all is there"
	[[ $output == *"the items' sum in parts of the whole"* ]]
	fits 80
	# Without 10 % it takes the most.
	run --separate-stderr "$FORKCOST" bill "$RUN"
	succeeded
	[[ $output == *'100 % of its pages written'* ]]
	usage_error -- bill "$RUN" --written 101
	usage_error -- bill "$RUN" --heap 4X
	refused 1 'none of that heap with 7 %' bill "$RUN" --written 7
	refused 1 'none of that heap' bill "$RUN" --heap 5M
}

@test "a run without the whole has a bill without one, and says so" {
	run --separate-stderr "$FORKCOST" bill "$ROOT/results/reference-2cpu-vm" --heap 64M
	succeeded
	[[ $output == *'heap 64 MiB, 0 % of its pages written'*'page-table copy'*'one page walk'*'a running thread adds'* ]] || fail_with "not all is there"
	fits 80
}

@test "tables/fork-bill and the figure's data are well formed" {
	local file
	grep -q '^| page-table copy | caller | in the call | ' "$RUN/tables/fork-bill.md"
	grep -q 'page-table copy' "$RUN/tables/fork-bill.tex"
	for file in "$RUN"/plots/data/fork-bill-{bars,wholes,panels,names}.dat; do
		[ -s "$file" ] || fail_with "$file is empty"
	done
	# Each bar begins at 0 and ends at the sum.
	awk -F '\t' 'NR == FNR { if ($3 != "NaN") sum[$1 "/" $2] = $3; next }
		{ if ($4 > top[$1 "/" $2]) top[$1 "/" $2] = $4; if ($3 < 0 || $4 <= $3) exit 1 }
		END { for (bar in sum) { seen++; if (top[bar] < 0.999 * sum[bar] || top[bar] > 1.001 * sum[bar]) exit 1 } exit seen != 5 }' \
		"$RUN/plots/data/fork-bill-wholes.dat" "$RUN/plots/data/fork-bill-bars.dat" || fail_with "$(cat "$RUN"/plots/data/fork-bill-*.dat)"
}

@test "large heaps write one share of their pages unless asked" {
	run "$FORKCOST" run --experiment snapshot --heap 1G --dry-run
	[[ $output == *'0 % written/10 % written '* && $output == *'1 %, 100 % written of snapshot at 1 GiB: expensive; ask for them with'* ]] || fail_with "it is not left out"
	run "$FORKCOST" run --experiment snapshot --heap 1G --written 100 --dry-run
	[[ $output == *'1 GiB '*'100 % written '* && $output != *expensive* ]] || fail_with "it is left out"
}
