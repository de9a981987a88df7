#!/usr/bin/env bats
# What must be so on every machine: counts of page faults, sizes, and a clock that runs evenly.
load helpers

setup_file() {
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0,4M,16M --replicates 1 --cell-time 1ms --cache warm,cold --evict 1M --child-cpu same \
		--no-plots --no-table --output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() {
	FOLDER=$BATS_FILE_TMPDIR/results/latest
	TABLE=$BATS_FILE_TMPDIR/table
}

# worker_facts NAME: "heap_bytes value" of every cell of the samples, which is one line each.
worker_facts() {
	sed -n '/^{"type":"cell"/s/.*"heap_bytes":\([0-9]*\),.*"'"$1"'":\([0-9]*\)[,}].*/\1 \2/p' \
		<(samples "$FOLDER" | sed 's/,"arms":.*/}/')
}

@test "raw clone arms: the caller takes one fault at most, in glibc's rseq area" {
	local raw='(primitive == "clone" || primitive == "clone3" || primitive == "clone_vfork")'
	all "$raw && metric == \"caller_faults\"" 'count > 0 && median <= 1'
}

@test "libc's fork takes at least one fault more in the caller than raw clone" {
	local action heap clone fork
	for action in exit exec; do
		for heap in 0 4194304 16777216; do
			local where="action == \"$action\" && heap == $heap && metric == \"caller_faults\" && case_name == \"\" && state == \"dirty\" && cache == \"warm\""
			clone=$(rows "primitive == \"clone\" && $where" median)
			fork=$(rows "primitive == \"fork\" && $where" median)
			[ "$fork" -ge $((clone + 1)) ] || fail_with "$where: fork $fork, clone $clone"
		done
	done
}

@test "where memory is shared the caller takes no fault at all" {
	for primitive in vfork clone_vm clone_vm_vfork posix_spawn thread; do
		all "primitive == \"$primitive\" && metric == \"caller_faults\" && count > 0" 'median == 0'
	done
}

@test "eager_copy's child faults once more for every page of the heap, and no other child does" {
	local state cache heap empty full
	for state in dirty write-protected; do
		for cache in warm cold; do
			local where="state == \"$state\" && cache == \"$cache\" && metric == \"child_faults\""
			empty=$(rows "primitive == \"eager_copy\" && heap == 0 && $where" median)
			for heap in 4194304 16777216; do
				full=$(rows "primitive == \"eager_copy\" && heap == $heap && $where" median)
				[ $((full - empty)) -eq $((heap / 4096)) ] ||
					fail_with "$where: $empty without a heap, $full with $heap bytes"
			done
		done
	done
	all 'primitive != "eager_copy" && metric == "child_faults" && count > 0' 'max <= 100'
}

@test "the worker is small, and its heap is what was asked for" {
	local heap value
	# One more for each heap where there are counters.
	case $(worker_facts mappings | wc -l) in
	12 | 15) ;;
	*) fail_with "not 3 heaps by 4 cells, nor with one that counts" "$(worker_facts mappings)" ;;
	esac
	while read -r heap value; do
		[ "$heap" -ne 0 ] || [ "$value" -le 20 ] || fail_with "$value mappings without a heap"
	done < <(worker_facts mappings)
	while read -r heap value; do
		[ "$value" -eq "$heap" ] || fail_with "heap $heap has $value bytes resident"
	done < <(worker_facts heap_rss_bytes)
	while read -r heap value; do
		[ "$value" -eq 0 ] || fail_with "heap $heap has $value bytes in huge pages"
	done < <(worker_facts heap_huge_bytes)
	while read -r heap value; do
		[ "$value" -ge $((heap / 512)) ] || fail_with "heap $heap has $value bytes of page tables"
	done < <(worker_facts page_tables_bytes)
	for value in heap_rss_bytes heap_huge_bytes page_tables_bytes; do
		[ "$(worker_facts $value | wc -l)" -eq "$(worker_facts mappings | wc -l)" ] || fail_with "$value is not in every cell"
	done
}

@test "summary.csv keeps its promise: header, a field for each column, numbers or a reason" {
	local header='experiment,primitive,action,case,heap_bytes,page_kind,state,cache,touch_order,threads,mappings,open_files,child_cpu,metric,unit,n,replicates,estimate,ci_low,ci_high,p5,p95,p99,min,max,mad,undisturbed,estimate_of_all,disturbed_ratio,note,frames_scattered,frames'
	# Columns of later axes follow.
	[[ $(head -1 "$FOLDER/summary.csv"), == "$header",* ]] || fail_with "$(head -1 "$FOLDER/summary.csv")"
	awk -F '\t' 'NR == 1 { fields = NF } NF != fields { print NR ": " NF " fields: " $0; bad = 1 } END { exit bad }' "$TABLE"
	awk -F '\t' 'NR > 1 {
		number = "^-?[0-9]+([.][0-9]+)?(e[+-][0-9]+)?$"
		ok = $16 > 0 ? $30 ~ /^stopped: [a-z]/ && $17 > 0 : $30 ~ /^(unavailable|not permitted): .+/ && $17 == 0
		for (i = 18; i <= 26; i++) {
			interval = i == 19 || i == 20 # none under five replicates
			if ($16 > 0 && !interval && $i !~ number) ok = 0
			if (($16 == 0 || interval) && $i != "") ok = 0
		}
		if ($15 != "ns" && $15 != "count") ok = 0
		if ($16 > 0 && !($24 <= $21 && $21 <= $22 && $22 <= $23 && $23 <= $25 && $24 <= $18 * 1.00001 && $18 <= $25 * 1.00001)) ok = 0
		if (!ok) { print NR ": " $0; bad = 1 }
	} END { exit bad }' "$TABLE"
}

@test "every cell, arm and metric of the plan has its row, once" {
	local primitive
	[ "$(rows 1 'experiment, primitive, action, case_name, heap, state, cache, child_cpu, metric' | sort | uniq -d | wc -l)" -eq 0 ]
	# 3 heaps by 2 states by 2 caches
	for primitive in clone clone3 clone_vfork clone_vm clone_vm_vfork vfork; do
		[ "$(rows "primitive == \"$primitive\" && metric == \"call_ns\" && count > 0" 1 | wc -l)" -eq 24 ] ||
			fail_with "$primitive: $(rows "primitive == \"$primitive\" && metric == \"call_ns\"" 1 | wc -l) rows"
	done
	for primitive in eager_copy posix_spawn thread; do
		[ "$(rows "primitive == \"$primitive\" && metric == \"call_ns\" && count > 0" 1 | wc -l)" -eq 12 ]
	done
	# fork's exit again under another name
	[ "$(rows 'primitive == "fork" && metric == "call_ns" && count > 0' 1 | wc -l)" -eq 36 ]
	[ "$(rows 'case_name == "aa_control" && metric == "call_ns"' 'primitive action' | sort -u)" = forkexit ]
	all 'count > 0' 'note ~ /^stopped: replicates/'
	some 'state == "write-protected" && cache == "cold"'
	some 'experiment == "null" && count > 0'
}

@test "metrics that an arm cannot have say why" {
	all 'action == "exit" && metric == "exec_start_ns"' 'count == 0 && note == "unavailable: the child does not exec"'
	all 'primitive == "thread" && metric == "reaped_ns"' 'count == 0 && note == "unavailable: a thread is not reaped"'
	all 'action == "exec" && metric == "exec_start_ns"' 'count > 0'
	all 'primitive == "thread" && metric == "joined_ns"' 'count > 0'
	all 'primitive != "" && primitive != "thread" && metric == "joined_ns"' 'count == 0 && note ~ /^unavailable: ./'
}

@test "what spans more takes longer: start before reaped, call within reaped" {
	# In one cell and arm, by the shortest sample: windows that contain each other do so in each.
	rows 'primitive != "" && case_name == "" && count > 0 && (metric == "call_ns" || metric == "reaped_ns")' \
		'primitive " " action " " heap " " state " " cache " " metric " " min' | awk '
		{ value[$1 " " $2 " " $3 " " $4 " " $5, $6] = $7; arm[$1 " " $2 " " $3 " " $4 " " $5] }
		END {
			for (a in arm) {
				if (value[a, "reaped_ns"] == "") continue
				checked++
				if (value[a, "call_ns"] + 0 > value[a, "reaped_ns"] + 0) { print a; bad = 1 }
			}
			if (!checked) { print "nothing to check"; bad = 1 }
			exit bad
		}'
}

# A wait by another clock may be disturbed, and so take any time longer, but never be too short; how much
# longer, `make self-check` says.
@test "known_delay: no wait is shorter than it is by another clock" {
	all 'experiment == "known_delay" && case_name == "1us"' 'count > 0 && min >= 990'
	all 'experiment == "known_delay" && case_name == "10us"' 'count > 0 && min >= 9900'
	all 'experiment == "known_delay" && case_name == "100us"' 'count > 0 && min >= 99000'
	all 'experiment == "null"' 'count > 0 && min >= 0'
}

@test "a child on another CPU: it moves itself, and posix_spawn's cannot" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU only"
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0,4M --replicates 1 --cell-time 1ms --cache warm --state dirty \
		--child-cpu other --primitive fork,vfork,posix_spawn --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/latest/summary.csv" >"$TABLE"
	all 1 'child_cpu == "other"'
	all 'primitive == "posix_spawn"' 'count == 0 && note ~ /^unavailable: no code of ours runs in the child/'
	all 'primitive == "fork" && action == "exit" && metric == "move_ns"' 'count > 0'
	all 'primitive != "" && metric == "child_start_ns"' 'count == 0 && note ~ /^unavailable: ./'
	some 'primitive == "vfork" && metric == "reaped_ns" && count > 0'
}

@test "placements that nobody asked for come too: free and other, dirty and warm" {
	[ "$(nproc)" -gt 1 ] || skip "one CPU only"
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn --heap 0 --replicates 1 --cell-time 1ms --cache warm --primitive vfork \
		--no-plots --no-table --output "$BATS_TEST_TMPDIR" 3>&- 2>/dev/null
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/latest/summary.csv" >"$TABLE"
	[ "$(rows 'primitive == "vfork" && metric == "call_ns"' 'child_cpu' | sort -u | tr '\n' ' ')" = "free other same " ]
	all 'child_cpu != "same"' 'state == "dirty" && cache == "warm"'
}

@test "the same seed plans the same: levels and arms do not depend on chance" {
	"$FORKCOST" run "${TINY[@]}" --seed 7 --output "$BATS_TEST_TMPDIR/a" 3>&- 2>/dev/null
	"$FORKCOST" run "${TINY[@]}" --seed 7 --output "$BATS_TEST_TMPDIR/b" 3>&- 2>/dev/null
	cut -d, -f1-15 "$BATS_TEST_TMPDIR/a/latest/summary.csv" >"$BATS_TEST_TMPDIR/a.levels"
	cut -d, -f1-15 "$BATS_TEST_TMPDIR/b/latest/summary.csv" | cmp - "$BATS_TEST_TMPDIR/a.levels"
	samples "$BATS_TEST_TMPDIR/a/latest" | grep -q '"seed":7,'
}

@test "every sample has its witnesses, and rows say how many samples were undisturbed" {
	all 'count > 0 && unit == "ns"' 'undisturbed != "" && undisturbed <= count'
	some 'count > 0 && unit == "ns"'
	none 'unit == "count" && undisturbed != ""'
	samples "$FOLDER" | jq -es '[.[] | select(.type == "cell") | .arms[].passes[]] |
		length > 0 and all(.[]; (.contention | length) == (.round | length) and
			(.off_cpu_ns | length) == (.round | length) and
			all(.contention[]; . > 0) and all(.off_cpu_ns[]; . >= 0))'
}
