#!/usr/bin/env bats
# Starts at the same time: how many children there are, of how many starters, on how many CPUs, and that none stays.
load helpers

CPUS=$(nproc)
PLAN=(--experiment concurrent --replicates 1 --cell-time 1ms --counters none --no-plots --no-table)
CASES='processes_fork_exit processes_posix_spawn processes_vfork_exec threads_fork_exit threads_posix_spawn threads_vfork_exec '

setup_file() {
	"$FORKCOST" run "${PLAN[@]}" --heap 1M --starters 1,5 --output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() {
	TABLE=$BATS_FILE_TMPDIR/table
	STARTERS=\$$(head -1 "$TABLE" | tr '\t' '\n' | grep -nx starters | cut -d: -f1) # its column, for awk
}

@test "every case, with one starter and with several, and every metric" {
	local starters metric
	for starters in 1 5; do
		for metric in reaped_ns reaped_p99_ns call_ns starts_per_s window_ns starts cpus; do
			[ "$(rows "experiment == \"concurrent\" && metric == \"$metric\" && $STARTERS == $starters && count > 0" case_name |
				sort | tr '\n' ' ')" = "$CASES" ] || fail_with "$metric with $starters"
		done
	done
	all 'metric == "starts_per_s"' 'unit == "1/s" && note !~ /a count/'
}

@test "as many starts as there are to be, on as many CPUs as there are" {
	all "metric == \"starts\" && $STARTERS == 1" 'min == 512 && max == 512'
	all "metric == \"starts\" && $STARTERS == 5" 'min == 640 && max == 640'
	all "metric == \"cpus\" && $STARTERS == 1" 'min == 1 && max == 1'
	all "metric == \"cpus\" && $STARTERS == 5" "min == ($CPUS < 5 ? $CPUS : 5) && max == min"
}

@test "a rate is what its window says, and quantiles rise" {
	# Medians of the same few windows: not to the last digit.
	paste <(rows 'metric == "starts_per_s"' 'median') <(rows 'experiment == "concurrent" && metric == "window_ns"' 'median') \
		<(rows 'experiment == "concurrent" && metric == "starts"' 'median') |
		awk '{ all = $3 / $2 * 1e9; if ($1 < all / 1.5 || $1 > all * 1.5) { print; bad = 1 } } END { exit bad || NR != 12 }' ||
		fail_with "see above"
	paste <(rows 'metric == "reaped_ns" && experiment == "concurrent"' median) <(rows 'metric == "reaped_p99_ns"' median) |
		awk '$1 > $2 { print; bad = 1 } END { exit bad || NR != 12 }' || fail_with "see above"
}

@test "the samples hold every start's time" {
	local lines
	lines=$(samples "$BATS_FILE_TMPDIR/results/latest" | jq -c 'select(.type == "cell") | .arms[] |
		select(.experiment == "concurrent") | [([.histogram.buckets[][1]] | add), ([.passes.plain.metrics.starts[]] | add)]')
	[ "$(wc -l <<<"$lines")" -eq 12 ] || fail_with "$lines"
	[ "$(jq -s 'all(.[0] == .[1])' <<<"$lines")" = true ] || fail_with "$lines"
}

@test "children have the starters for parents: threads are threads, processes have pages of their own" {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
	local trace=$BATS_TEST_TMPDIR/trace windows
	strace -f --seccomp-bpf -e trace=clone,clone3,vfork,sched_setaffinity -o "$trace" "$FORKCOST" run "${PLAN[@]}" --heap 64K \
		--starters 3 --output "$BATS_TEST_TMPDIR/results" 3>&- 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/results/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	# The samples of each case: 3 starters each, of which 3 warm-ups and together 512 starts.
	windows=$(rows 'metric == "starts"' 'count' | awk '{ all += $1 } END { print all }')
	awk -v windows="$windows" '
		/CLONE_THREAD/ { worker = $1; threads++; next }
		/(clone|clone3|vfork)(\(| resumed).* = [1-9][0-9]*$/ { parent[$1]++ } # not those that a signal begins anew
		END { for (id in parent) if (parent[id] > 20 && id != worker) { starters++; children += parent[id] }
			if (starters != windows * 3) { print starters " starters in " windows " windows"; exit 1 }
			if (children != windows * (512 + 9)) { print children " children"; exit 1 }
			if (threads < 3 * 3 || threads > starters * 2 / 3) { print threads " threads"; exit 1 } }' "$trace" ||
		fail_with "see above"
}

@test "starters that stay on one CPU are not believed" {
	[ "$CPUS" -gt 1 ] || skip "one CPU only"
	broken_worker bench/concurrent.c 's/^\tCPU_SET((unsigned)self->cpu, &there);/\tCPU_SET((unsigned)self->run.request->caller_cpu, \&there);/'
	run --separate-stderr "$place/build/forkcost" run "${PLAN[@]}" --heap 0 --starters 2 --output "$BATS_TEST_TMPDIR/results" 3>&-
	[ "$status" -eq 1 ]
	[[ $stderr == *"2 starters ran on 1 CPUs, expected 2"* ]] || fail_with "it does not say so"
}

@test "no starter, and more than memory has room for, are refused" {
	usage_error "with 0 starters" run --experiment concurrent --starters 0
	usage_error "cannot fit a heap of 1 GiB" run --experiment concurrent --starters 2000 --heap 1G
	usage_error "concurrent does" run --experiment switch --starters 2
}

@test "a driver that is killed leaves no starter behind" {
	# All are processes, and the window never opens: alone they would wait for it for long.
	broken_worker bench/concurrent.c '0,/futex_raise(&meeting->go, 1);/s//;/
		s/story->by_threads/(story->by_threads \&\& false)/'
	local driver
	"$place/build/forkcost" run "${PLAN[@]}" --heap 0 --starters 4 --output "$BATS_TEST_TMPDIR/results" >/dev/null 2>&1 3>&- &
	driver=$!
	many() { [ "$(processes_of "$place" | wc -l)" -ge 6 ]; } # driver, worker, starters
	wait_for many
	kill -9 $driver
	wait $driver || :
	nothing_left "$place"
}
