#!/usr/bin/env bats
# The plan answers the question asked: nothing that was asked for is dropped without a word.
load helpers

QUIET=(--no-plots --no-table)

# refuses OPTION VALUE EXPERIMENT TAKERS: a usage error that names all of them.
refuses() {
	usage_error "cannot use --$1 $2: ${3//,/, } do" run --experiment "$3" "--$1" "$2" --output "$BATS_TEST_TMPDIR/none"
	[[ $stderr == *" not "*" it; $4 do"*--experiment*"leave the option out" ]] || fail_with "it does not say who: $*"
	[ ! -e "$BATS_TEST_TMPDIR/none" ]
}

@test "an option that the experiment does not vary is refused, and who varies it is said" {
	local rest
	refuses page-kind thp inherit 'first_write, spawn'
	refuses page-kind 4k,thp switch 'first_write, spawn'
	refuses touch-order shuffled spawn first_write
	refuses threads 1 teardown 'spawn, tlb_shootdown'
	for rest in first_write tlb_refill tlb_shootdown switch teardown inherit; do
		refuses state write-protected "$rest" spawn
	done
	refuses cache cold first_write spawn
	refuses child-cpu free switch spawn
	refuses page-kind hugetlb tlb_refill 'first_write, spawn'
	refuses touch-order shuffled tlb_refill first_write
	refuses threads 0,1 switch 'spawn, tlb_shootdown'
	refuses primitive fork switch spawn
	refuses action exit teardown spawn
	refuses counters page_faults inherit 'first_write, spawn, switch, teardown, tlb_refill, tlb_shootdown'
	refuses state write-protected first_write,switch spawn
	usage_error "known_delay, null do not vary it" run --experiment null --page-kind thp
}

@test "options that no cell makes use of are refused" {
	usage_error --evict run --experiment first_write --page-kind 4k --evict 1M
	usage_error --evict run "${TINY[@]}" --evict 1M
	usage_error '--cpu 0' run --experiment spawn --child-cpu free --cpu 0
	usage_error 'cannot count' run --experiment spawn --state write-protected --counters page_faults
	usage_error "threads on separate CPUs" run --experiment tlb_shootdown --threads 200
	usage_error "1 MiB is not a multiple of 2 MiB" run --experiment first_write --page-kind hugetlb --heap 1M
	usage_error "heap larger than 0" run --experiment first_write --heap 0
}

@test "what is so anyway may be asked for of every experiment" {
	run --separate-stderr "$FORKCOST" run --experiment switch --heap 0 --state dirty --cache warm --child-cpu same \
		--page-kind 4k --touch-order sequential --threads 0 --counters none --cell-time 1ms --dry-run
	[ "$status" -eq 0 ] && [ -z "$stderr" ] || fail_with "refused"
	[[ $output != *'applies to'* && $output != *'left out'* ]] || fail_with "something is said of nothing"
}

@test "an option that only some vary holds for those, and plan, run, table and file say so" {
	local words='--touch-order shuffled applies to first_write; switch runs at sequential'
	local plan=("${PLAIN[@]}" --experiment 'first_write,switch' --heap '0,64K' --page-kind 4k --touch-order shuffled --counters none
		--replicates 1 --cell-time 1ms)
	run --separate-stderr "$FORKCOST" run "${plan[@]}" --dry-run
	[ "$status" -eq 0 ] && [[ $output == *"$words"* && $output == *'4k shuffled'* ]] || fail_with "the plan does not say it"
	[[ $output == *'left out: first_write at heap 0: it needs pages'* ]] || fail_with "the plan does not say what it leaves out"
	run --separate-stderr "$FORKCOST" run "${plan[@]}" --no-plots --output "$BATS_TEST_TMPDIR" 3>&-
	[ "$status" -eq 0 ] && [[ $stderr == *"$words"*'left out: first_write at heap 0'* ]] || fail_with "the run does not say it"
	[[ $output == *"$words"*'left out: first_write at heap 0'* ]] || fail_with "the table does not say it"
	samples "$BATS_TEST_TMPDIR/latest" | head -1 |
		grep -qF '"left_out":["first_write at heap 0: it needs pages"],"holds_for":["--touch-order shuffled' ||
		fail_with "it is not recorded"
	[ "$("$FORKCOST" show "$BATS_TEST_TMPDIR/latest/" | grep -c 'applies to\|^left out: ')" -eq 2 ]
}

@test "the settings of all axes are recorded" {
	"$FORKCOST" run --experiment tlb_shootdown --heap 0 --threads 0 "${QUIET[@]}" --counters none --replicates 1 \
		--cell-time 1ms --output "$BATS_TEST_TMPDIR" 2>/dev/null 3>&-
	samples "$BATS_TEST_TMPDIR/latest" | head -1 >"$BATS_TEST_TMPDIR/line"
	for key in '"page_kinds":["4k","thp","mthp","hugetlb",' '"touch_orders":["sequential","shuffled"]' '"threads":[0]' \
		'"tlb_shootdown"],"counters":"none","heaps_given":true'; do
		grep -qF "$key" "$BATS_TEST_TMPDIR/line" || fail_with "no $key" "$(cat "$BATS_TEST_TMPDIR/line")"
	done
}

# fits_100: no line of $output is wider than 100 columns.
fits_100() {
	[ "$(printf '%s\n' "$output" | LC_ALL=C.UTF-8 awk 'length($0) > 100' | wc -l)" -eq 0 ] || fail_with "wider than 100"
}

@test "a dry run names every level of every job within 100 columns" {
	run --separate-stderr "$FORKCOST" run "${PLAIN[@]}" --experiment spawn,first_write,tlb_shootdown --heap 64K --primitive vfork \
		--page-kind 4k --threads 0 --counters none --cell-time 1ms --evict 1M --dry-run
	[ "$status" -eq 0 ] || fail_with "no plan"
	for words in 'same as-given dirty/write-protected warm/used/cold  ' 'free as-given dirty warm  ' '4k sequential/shuffled  ' ' 0 threads  '; do
		[[ $output == *" $words"* ]] || fail_with "no $words"
	done
	[[ $output != *' more '* ]] || fail_with "levels are hidden"
	fits_100
}

@test "what is given beside a preset holds, before it and behind it" {
	local at
	for at in "--heap 4K --budget 7s --preset quick" "--preset quick --heap 4K --budget 7s"; do
		# shellcheck disable=SC2086
		run --separate-stderr "$FORKCOST" run $at --experiment switch --counters none --dry-run
		[ "$status" -eq 0 ] && [[ $output == *'1 job;'*'4 KiB'*'time 7s'* ]] || fail_with "not as given: $at"
	done
}

@test "a dry run says that the budget does not suffice for intervals, and by how much" {
	run --separate-stderr "$FORKCOST" run --experiment spawn --primitive fork --heap 0,4M --cache warm --child-cpu same \
		--budget 1ms --dry-run
	[[ $output == *'the budget is short by '*': 5 replicates of every job take '* ]] || fail_with "not said"
	run --separate-stderr "$FORKCOST" run "${TINY[@]}" --dry-run
	[[ $output != *'short by'* ]] || fail_with "short though it is not"
}

@test "a budget is used until all is precise, not up to some number of replicates" {
	local plan=("${PLAIN[@]}" --experiment spawn --primitive vfork --action exit --heap 0 --state dirty --cache warm --child-cpu same
		--counters none --cell-time 20ms)
	"$FORKCOST" run "${plan[@]}" --precision 0.01% --budget 4s "${QUIET[@]}" --output "$BATS_TEST_TMPDIR" 2>/dev/null 3>&-
	samples "$BATS_TEST_TMPDIR/latest" | tail -1 | grep -q '"ended":"budget"' || fail_with "ended before its budget"
	grep -q '"replicates_max":1000' "$BATS_TEST_TMPDIR/latest/environment.json" ||
		grep -q '"replicates_max": 1000' "$BATS_TEST_TMPDIR/latest/environment.json"
	# Precise before: then it ends, however long it might go on; a crowded machine takes more than the 10 that it needs.
	# What was asked for is a cap.
	"$FORKCOST" run "${plan[@]}" --precision 100% --budget 1m "${QUIET[@]}" --output "$BATS_TEST_TMPDIR" 2>/dev/null 3>&-
	samples "$BATS_TEST_TMPDIR/latest" | tail -1 | grep -q '"ended":"complete"' || fail_with "not complete"
	local lines
	lines=$(samples "$BATS_TEST_TMPDIR/latest" | grep -c '"type":"cell"')
	[ "$lines" -ge 10 ] && [ "$lines" -lt 1000 ] || fail_with "$lines replicates, though 10 of each row do"
	"$FORKCOST" run "${plan[@]}" --precision 0.01% --budget 1m --replicates 12 "${QUIET[@]}" --output "$BATS_TEST_TMPDIR" \
		2>/dev/null 3>&-
	[ "$(samples "$BATS_TEST_TMPDIR/latest" | grep -c '"type":"cell"')" -eq 12 ] || fail_with "not 12 replicates"
}

@test "a headline has workers of its own, and samples say of which kind each worker was" {
	local folder=$BATS_TEST_TMPDIR/latest heap
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0,64K --cache warm --child-cpu same --counters page_faults --replicates 7 \
		--cell-time 1ms --budget 5m "${QUIET[@]}" --output "$BATS_TEST_TMPDIR" 2>"$BATS_TEST_TMPDIR/log" 3>&-
	for heap in 0 65536; do
		samples "$folder" | grep "\"type\":\"cell\".*\"heap_bytes\":$heap," >"$BATS_TEST_TMPDIR/cells"
		# Dirty and write-protected heaps; the headline is dirty.
		[ "$(grep -c '"kind":"all"' "$BATS_TEST_TMPDIR/cells")" -eq 10 ] || fail_with "heap $heap: not 5 that run all"
		grep '"kind":"headline"' "$BATS_TEST_TMPDIR/cells" >"$BATS_TEST_TMPDIR/headline"
		[ "$(grep -c '"state":"dirty","cache":"warm"' "$BATS_TEST_TMPDIR/headline")" -eq 2 ] || fail_with "heap $heap: not 2"
		[ "$(wc -l <"$BATS_TEST_TMPDIR/headline")" -eq 2 ] || fail_with "heap $heap: other cells"
		grep -q '"primitive":"clone3"' "$BATS_TEST_TMPDIR/cells" || fail_with "heap $heap: no clone3"
		! grep -q '"primitive":"clone3"\|"experiment":"null"' "$BATS_TEST_TMPDIR/headline" || fail_with "heap $heap: other arms"
		for name in fork vfork clone clone_vm_vfork posix_spawn; do
			grep -q "\"primitive\":\"$name\"" "$BATS_TEST_TMPDIR/headline" || fail_with "heap $heap: no $name"
		done
		# Each worker has a number of its own, in the order of time.
		[ "$(grep -o '"replicate":[0-9]*' "$BATS_TEST_TMPDIR/cells" | sort -u | wc -l)" -eq \
			"$(grep -o '"seed":[0-9]*' "$BATS_TEST_TMPDIR/cells" | sort -u | wc -l)" ] || fail_with "heap $heap: numbers"
	done
	samples "$folder" | tail -1 | grep -q '"windows_s":[0-9]*\.[0-9]*[1-9]' || fail_with "windows are not recorded"
	grep -q '^timed windows were open for .* of .*, [0-9]* %$' "$BATS_TEST_TMPDIR/log" || fail_with "nor told"
}

# Twenty milliseconds are one worker's time: the larger heap never gets a turn.
@test "a run that its budget cuts short says what was not reached, and by how much it is short" {
	local folder=$BATS_TEST_TMPDIR/latest
	run --separate-stderr "$FORKCOST" run "${PLAIN[@]}" --experiment spawn,switch --heap 0,64M --primitive fork,vfork --state dirty \
		--cache warm --child-cpu same --counters none --budget 20ms --no-plots --output "$BATS_TEST_TMPDIR" 3>&-
	[ "$status" -eq 0 ] || fail_with "status"
	# Once: in the table, or where there is none on standard error.
	[[ $stderr != *'not reached'* && $stderr != *'short by'* ]] || fail_with "said twice"
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn,switch --heap 0,64M --primitive fork,vfork --state dirty --cache warm \
		--child-cpu same --counters none --budget 20ms --no-plots --no-table --output "$BATS_TEST_TMPDIR/bare" \
		2>"$BATS_TEST_TMPDIR/log" 3>&-
	for said in "$(sed 's/^forkcost: //' "$BATS_TEST_TMPDIR/log")" "$output" "$("$FORKCOST" show "$folder")"; do
		said=$(tr -s ' \n' ' ' <<<"$said")
		[[ $said == *'spawn: not reached: heap 64 MiB; fewer than 5 replicates, so no interval: heap 0 (1 replicate)'* ]] ||
			fail_with "not said what: $said"
		[[ $said == *'switch: not reached: heap 0, heap 64 MiB'*'the budget of '*' is short by more than '*': give --budget '*'s or more'* ]] ||
			fail_with "not said by how much: $said"
		[[ $said != *n/a* ]] || fail_with "a column of nothing"
	done
	[[ $output != *'add --heap'* ]] || fail_with "it advises what was asked for"
	[[ $(tr -s ' \n' ' ' <<<"$output") == *'no heap of 16 MiB or more was measured; the budget ended before; raise --budget'* ]] ||
		fail_with "the claims do not say it"
	grep -q 'not reached: heap 64 MiB' "$folder/tables/spawn.md" || fail_with "the table in the file does not say it"
	grep -q 'not reached: the budget ended before; raise --budget' "$folder/tables/switch.md" ||
		fail_with "the table of what was not reached does not say so"
	samples "$folder" | tail -1 | grep -q '"ended":"budget","not_reached":\[{"experiment":"spawn","heap_bytes":0,.*"replicates":1}.*"short_by_s":[0-9.]*,"short_by_more":true}' ||
		fail_with "not recorded" "$(samples "$folder" | tail -1)"
}

@test "a heap that another placement alone has reached is no column" {
	local run=$BATS_TEST_TMPDIR/latest
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0,4M --primitive fork,vfork --state dirty --cache warm --child-cpu same,free \
		--replicates 1 --cell-time 1ms --counters none "${QUIET[@]}" --output "$BATS_TEST_TMPDIR" 2>/dev/null 3>&-
	"$FORKCOST" show "$run/" | grep -q '^heap.* 4 MiB' || fail_with "no column to begin with"
	edit_samples "$run" '/"heap_bytes":4194304,.*"child_cpu":"same"/d'
	run --separate-stderr "$FORKCOST" show "$run/"
	[ "$status" -eq 0 ] && [[ $output != *n/a* && $output != *' 4 MiB'* ]] || fail_with "a column of nothing"
}
