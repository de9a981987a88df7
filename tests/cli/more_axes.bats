#!/usr/bin/env bats
# What mappings have in them, where written pages lie, arguments of exec. Counted from outside, and by physics.
# shellcheck disable=SC2154 # helpers and bats set them
load helpers

SMALL=(run --experiment spawn --state dirty --cache warm --child-cpu same --replicates 1 --cell-time 1ms --counters none --no-plots --no-table)

# measure NAME ARGUMENT...: a small run of spawn in $BATS_FILE_TMPDIR/NAME.
measure() {
	local name=$1
	shift
	"$FORKCOST" "${SMALL[@]}" --output "$BATS_FILE_TMPDIR/$name" "$@" 3>&- 2>"$BATS_FILE_TMPDIR/stderr" || fail_with "$(cat "$BATS_FILE_TMPDIR/stderr")"
}

# fact NAME AXIS LEVEL FACT [HEAP]: what the worker read of itself.
fact() {
	samples "$BATS_FILE_TMPDIR/$1/latest" | grep '^{"type":"cell"' | grep "\"$2\":\"$3\"" | grep "\"heap_bytes\":${5-[0-9]*}," |
		grep -o "\"$4\":[0-9]*" | grep -o '[0-9]*$' | sort -u
}

# value NAME AXIS LEVEL PRIMITIVE METRIC [HEAP]
value() {
	tsv "$BATS_FILE_TMPDIR/$1/latest/summary.csv" | awk -F '\t' -v axis="$2" -v level="$3" -v primitive="$4" -v metric="$5" -v heap="${6-}" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == axis) column = i; next }
		$1 == "spawn" && $column == level && $2 == primitive && $4 == "" && $14 == metric && (heap == "" || $5 == heap) { print $18 }' | sort -u
}

@test "mappings of each kind are as many; a page table comes with each of table, none with untouched" {
	local kind heap tables
	measure kinds --heap 0,1M --mappings 1001 --mapping-kind untouched,page,table --primitive clone,vfork --action exit
	measure none --heap 0,1M --mappings 1 --primitive clone,vfork --action exit
	for heap in 0 1048576; do
		for kind in untouched page table; do
			[ $(($(fact kinds mapping_kind $kind mappings $heap) - $(fact none heap_mappings 1 mappings $heap))) -eq 1000 ] ||
				fail_with "$kind, $heap: $(fact kinds mapping_kind $kind mappings $heap) mappings"
			[ "$(fact kinds mapping_kind $kind heap_rss_bytes $heap)" = "$heap" ] || fail_with "$kind: another heap"
			for metric in caller_faults child_faults; do
				for primitive in clone vfork; do
					[ "$(value kinds mapping_kind $kind $primitive $metric $heap)" = "$(value none heap_mappings 1 $primitive $metric $heap)" ] ||
						fail_with "$kind, $heap: $primitive $metric is $(value kinds mapping_kind $kind $primitive $metric $heap)"
				done
			done
			tables=$((($(fact kinds mapping_kind $kind page_tables_bytes $heap) - $(fact none heap_mappings 1 page_tables_bytes $heap)) / 4096))
			case $kind in
			untouched) [ ${tables#-} -le 2 ] ;;
			page) [ "$tables" -ge -2 ] && [ "$tables" -le 6 ] ;; # 3, give or take what else each worker touched
			table) [ "$tables" -ge 998 ] && [ "$tables" -le 1008 ] ;;
			esac || fail_with "$kind, $heap: $tables page tables"
		done
	done
}

@test "from outside, a live worker has those mappings, with a written page in each or none" {
	local content driver seen many=("${SMALL[@]/1ms/1s}")
	many[10]=100
	# Stopped, and past the making: page tables come last.
	is_there() {
		WORKER=$(pgrep -P "$driver" -x forkcost-worker) && kill -STOP "$WORKER" || return
		if [ "$(wc -l <"/proc/$WORKER/maps")" -ge 510 ]; then
			if [ "$content" = untouched ] || [ "$(awk '/^VmPTE/ { print $2 }' "/proc/$WORKER/status")" -ge 2030 ]; then
				return
			fi
		fi
		kill -CONT "$WORKER"
		return 1
	}
	for content in untouched table; do
		"$FORKCOST" "${many[@]}" --heap 0 --mappings 501 --mapping-kind $content --primitive fork --action exit \
			--output "$BATS_TEST_TMPDIR/$content" 3>&- >/dev/null 2>&1 &
		driver=$!
		wait_for is_there
		seen=$(awk '/^[0-9a-f]+-/ { anonymous = $2 == "rw-p" && NF == 5; next }
			/^Size/ { size = $2 } /^Rss/ { rss = $2 } /^VmFlags/ && anonymous { n[size " " rss]++ }
			END { for (i in n) if (n[i] >= 500) print i, n[i] }' "/proc/$WORKER/smaps")
		kill -CONT "$WORKER"
		kill "$driver"
		wait "$driver" || :
		case $content in
		untouched) [ "$seen" = "4 0 500" ] ;;
		table) [ "$seen" = "2048 4 500" ] ;;
		esac || fail_with "$content: $seen"
	done
}

@test "a worker with other mappings than asked for fails" {
	broken_worker harness/worker/axes/mapping_kind.c 's/i < beside.count; i += 2/i < beside.count; i += 4/'
	run --separate-stderr "$place/build/forkcost" "${SMALL[@]}" --heap 0 --mappings 9 --mapping-kind page --primitive clone --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $stderr == *"4 with 32768 written bytes stand beside the heap, not 8 with 32768"* ]] || fail_with "merged ones pass"
	rm -rf "$place"
	broken_worker harness/worker/axes/mapping_kind.c 's/kind == MAPPINGS_TABLE ? table_bytes() : spread_page_bytes();/spread_page_bytes();/; s/tables = (bytes - 1) .*;/tables = count;/'
	run --separate-stderr "$place/build/forkcost" "${SMALL[@]}" --heap 0 --mappings 101 --mapping-kind table --primitive clone --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $stderr == *"100 of them took "[0-9]" page tables, not 100"* ]] || fail_with "a shared table passes"
}

@test "layouts: as many pages are written, and their place is proved" {
	local layout
	measure layouts --heap 4M --dirty-share 30 --dirty-layout spread,run,scattered --primitive clone,vfork --action exit
	for layout in run scattered; do
		[ "$(value layouts dirty_layout $layout clone caller_faults)" = "$(value layouts dirty_layout spread clone caller_faults)" ] || fail_with "$layout: faults"
		[ "$(value layouts dirty_layout $layout vfork caller_faults)" = 0 ] || fail_with "$layout: vfork's caller faults"
	done
	# Other pages than said, as many: found by those that are protected and should not be.
	broken_worker harness/worker/axes/dirty_share.c 's/if (chosen_next(&chosen) == are_chosen)/if ((chosen_next(\&chosen), (page < chosen.count) == are_chosen))/; s/written = write_those(run, true), others = write_those(run, false)/written = 0; for (size_t i = 0; i < 9; i++) heap_write_page(run, chosen.pages - 1 - i); const long others = write_those(run, false)/'
	run --separate-stderr "$place/build/forkcost" "${SMALL[@]}" --heap 1M --dirty-share 30 --dirty-layout run --primitive clone --output "$BATS_TEST_TMPDIR/r" 3>&-
	[ "$status" -eq 1 ] && [[ $stderr == *"0 of 7"*" written pages are write-protected, and "*" of the 1"*" others"* ]] || fail_with "it went on"
}

@test "arguments: as many as asked for reach the program, whichever it is, and no fault comes of them before it" {
	measure arguments --heap 0 --arguments 0,1,600 --primitive fork,vfork,posix_spawn --action exec
	measure programs --heap 0 --arguments 3 --environment 5 --program static,dynamic --primitive vfork --action exec
	[ "$(value arguments arguments 600 vfork caller_faults)" = 0 ] || fail_with "vfork's caller faults"
	[ "$(value arguments arguments 600 fork caller_faults)" = "$(value arguments arguments 0 fork caller_faults)" ] || fail_with "fork's caller faults"
	broken_worker harness/worker/axes/arguments.c 's/i < count; i++)/i + 1 < count; i++)/'
	local program
	for program in own static; do
		run "$place/build/forkcost" "${SMALL[@]}" --heap 0 --arguments 6 --program $program --primitive fork --action exec --output "$BATS_TEST_TMPDIR/r" 3>&-
		[ "$status" -eq 1 ] && [[ $output == *"it got 5 arguments instead of 6"* ]] || fail_with "it went on"
	done
	command -v strace >/dev/null || return 0
	strace -f -o /dev/null true 2>/dev/null || return 0
	strace -f -v -s 100 -e trace=execve -o "$BATS_TEST_TMPDIR/trace" "$FORKCOST" "${SMALL[@]}" --heap 0 --arguments 20 --primitive vfork \
		--action exec --output "$BATS_TEST_TMPDIR/r" 3>&- >/dev/null 2>&1
	[ "$(grep 'forkcost-target"' "$BATS_TEST_TMPDIR/trace" | awk '{ print gsub(/"--forkcost-argument-[0-9]*=/, "") }' | sort -u)" = 20 ] ||
		fail_with "not 20 arguments each"
}

@test "levels without an effect are refused, or left out beside others that have one" {
	usage_error "no mappings beside the heap's own are asked for" run --experiment spawn --mapping-kind page
	usage_error "no mappings beside the heap's own are asked for" run --experiment spawn --mapping-kind page --mappings 1
	usage_error "no share of the pages is asked for" run --experiment spawn --dirty-layout run
	usage_error "no share of the pages is asked for" run --experiment spawn --dirty-layout run --dirty-share 0,100
	usage_error "they may mean something to it" run --experiment spawn --arguments 1 --program given --target /bin/true
	usage_error "no chosen child execs" run --experiment spawn --arguments 1 --action exit
	run "$FORKCOST" "${SMALL[@]}" --dry-run --heap 1M --mappings 1,300 --mapping-kind heap,page --dirty-share 100,30 --dirty-layout spread,run 3>&-
	[ "$status" -eq 0 ] && [[ $output == *"--mapping-kind page of spawn with --mappings 1: none stands beside"* ]] && [[ $output == *"--dirty-layout run of spawn with --dirty-share 100: all"* ]] &&
		[[ $output == *"--mappings 300 of spawn at 1 MiB: a mapping takes a page"* ]] || fail_with "no word"
}

@test "what the presets run of them" {
	local preset
	for preset in quick bench full; do
		run "$FORKCOST" run --dry-run --preset $preset --experiment spawn --counters none --page-kind 4k 3>&-
		[ "$status" -eq 0 ] || fail_with "$preset"
		[[ $output != *"mappings untouched"* && $output != *"in one run"* ]] || fail_with "$preset runs what nobody asked for"
		case $preset in full) [[ $output == *"1000 arguments"* ]] ;; *) [[ $output != *"1000 arguments"* ]] ;; esac || fail_with "$preset: arguments"
	done
}
