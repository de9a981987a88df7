#!/usr/bin/env bats
# The order of the heap's frames: made on purpose, verified, recorded. The kernel's own files are read here from outside
# of the worker.
load helpers

HEAP=$((16 << 20))

setup_file() {
	[ "$(id -u)" = 0 ] || return 0
	"$FORKCOST" run --experiment spawn --frames as-given,in-order,scattered --heap 16M --primitive fork,eager_copy --action exit \
		--state dirty --cache warm --child-cpu same --replicates 1 --cell-time 1ms --counters none --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() {
	[ "$(id -u)" = 0 ] || skip "only root sees frame numbers"
	FOLDER=$BATS_FILE_TMPDIR/results/latest
	TABLE=$BATS_FILE_TMPDIR/table
}

# worker_of DRIVER: the process that it measures, stopped, when all of its heap is there and no huge page is left to split.
worker_of() {
	for WORKER in $(pgrep -P "$1"); do
		kill -STOP "$WORKER"
		awk -v heap="$HEAP" '/^Rss/ { rss = $2 * 1024 } /^AnonHugePages/ { huge = $2 } END { exit rss < heap || huge }' \
			"/proc/$WORKER/smaps_rollup" && return
		kill -CONT "$WORKER"
	done
	return 1
}

# heap_entries PROCESS: the lower halves of the pagemap entries of the one mapping that is as large as the heap.
heap_entries() {
	local from
	from=$(sed -n 's/^\([0-9a-f]*\)-\([0-9a-f]*\) rw-p .*/\1 \2/p' "/proc/$1/maps" |
		while read -r from to; do [ $((0x$to - 0x$from)) -ne "$HEAP" ] || echo "$from"; done)
	[ "$(wc -w <<<"$from")" -eq 1 ] || fail_with "not one mapping is the heap: $from" || return
	dd if="/proc/$1/pagemap" bs=8 skip=$((0x$from / 4096)) count=$((HEAP / 4096)) status=none | od -An -v -t u4 -w8 |
		awk '{ print $1 }'
}

# compound: how many of a few frames of that list are part of a larger folio (bits 15 and 16).
compound() {
	awk 'NR % 509 == 0' "$BATS_TEST_TMPDIR/frames" | while read -r frame; do
		flags=$(dd if=/proc/kpageflags bs=8 skip="$frame" count=1 status=none | od -An -t u4 | awk '{ print $1 }')
		[ $((flags >> 15 & 3)) -eq 0 ] || echo "$frame"
	done | wc -l
}

# seen LEVEL: of a live worker, which stands still meanwhile: how many of 1000 pages lie 16 frames or less from the page
# before, and compound().
seen() {
	"$FORKCOST" run --experiment spawn --frames "$1" --heap 16M --primitive fork --action exit --state dirty --cache warm \
		--child-cpu same --replicates 1 --cell-time 4s --counters none --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/$1" 3>&- >/dev/null 2>&1 &
	local driver=$!
	wait_for worker_of "$driver" || return
	heap_entries "$WORKER" >"$BATS_TEST_TMPDIR/frames" || return
	awk 'NR > 1 { d = $1 - last; near += d >= -16 && d <= 16 } { last = $1 } END { print int(1000 * near / (NR - 1)) }' \
		"$BATS_TEST_TMPDIR/frames"
	compound
	kill -CONT "$WORKER"
	wait "$driver"
}

@test "frames in order lie side by side, frames scattered nowhere near, and all are single pages" {
	local near
	near=$(seen in-order) || fail_with "in order: cannot look"
	[ "${near%$'\n'*}" -ge 950 ] || fail_with "in order: $near of 1000 pages lie near the page before"
	[ "${near#*$'\n'}" -eq 0 ] || fail_with "frames in order are parts of larger folios: $near"
	near=$(seen scattered) || fail_with "scattered: cannot look"
	[ "${near%$'\n'*}" -le 100 ] || fail_with "scattered: $near of 1000 pages lie near the page before"
	[ "${near#*$'\n'}" -eq 0 ] || fail_with "frames scattered are parts of larger folios: $near"
}

# Facts of the worker's, by level.
fact() {
	samples "$FOLDER" | sed -n 's/^{"type":"cell".*"frames":"'"$1"'".*"'"$2"'":\([0-9]*\)[,}].*/\1/p'
}

@test "but for their order, heaps are alike: size, page tables, mappings" {
	local name level differ
	[ "$(fact in-order heap_rss_bytes)" = "$HEAP" ] || fail_with "no such heap"
	for name in heap_rss_bytes heap_huge_bytes page_tables_bytes mappings; do
		for level in in-order scattered; do
			differ=$(($(fact $level $name) - $(fact as-given $name)))
			# Where the rest of the process lies, which is at random, takes a page of tables more or less.
			[ "$differ" -eq 0 ] || { [ $name = page_tables_bytes ] && [ "${differ#-}" -le 8192 ]; } ||
				fail_with "$name: $(fact as-given $name), $level $(fact $level $name)"
		done
	done
	[ "$(fact in-order frames_scattered_ppm)" -le 50000 ] || fail_with "not in order: $(fact in-order frames_scattered_ppm)"
	[ "$(fact scattered frames_scattered_ppm)" -ge 900000 ] || fail_with "not scattered: $(fact scattered frames_scattered_ppm)"
}

# faults LEVEL PRIMITIVE METRIC
faults() {
	awk -F '\t' -v level="$1" -v primitive="$2" -v metric="$3" \
		'$32 == level && $2 == primitive && $4 == "" && $14 == metric { print $18 }' "$TABLE"
}

@test "each page takes as many faults as before, and rows have the level" {
	local level primitive
	[ "$(faults as-given eager_copy child_faults)" -ge $((HEAP / 4096)) ] || fail_with "no faults of eager_copy"
	for level in in-order scattered; do
		for primitive in fork eager_copy; do
			[ "$(faults $level $primitive child_faults)" = "$(faults as-given $primitive child_faults)" ] ||
				fail_with "$primitive $level: $(faults $level $primitive child_faults) faults"
		done
		some '$32 == "'$level'" && metric == "call_ns" && count > 0'
	done
	[ "$(head -1 "$FOLDER/summary.csv" | cut -d, -f32)" = frames ] || fail_with "no column"
	all '$32 == "in-order" && metric == "call_ns"' '$31 <= 0.05'
	all '$32 == "scattered" && metric == "call_ns"' '$31 >= 0.9'
}

@test "who cannot see frame numbers leaves the others out, or is refused where they were asked for" {
	command -v setpriv >/dev/null || skip "there is no setpriv"
	local nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	"${nobody[@]}" test -x "$FORKCOST" || skip "nobody else may run it here"
	run --separate-stderr "${nobody[@]}" "$FORKCOST" run --dry-run --experiment spawn --heap 4M --frames scattered --output /tmp
	one_line 2 "cannot use --frames scattered: not permitted: the kernel shows frame numbers to CAP_SYS_ADMIN alone; run as root"
	run --separate-stderr "${nobody[@]}" "$FORKCOST" run --dry-run --experiment spawn --heap 256M --primitive fork --action exit \
		--state dirty --cache warm --child-cpu same --counters none --replicates 1 --output /tmp
	{ [ "$status" -eq 0 ] && [[ $(tr -s ' \n' ' ' <<<"$output") == *"left out: frames scattered: not permitted: "* ]]; } || fail_with "not left out"
}

@test "a heap too small is refused, and so is an experiment that does not vary it" {
	usage_error "it takes a heap of 4 MiB" run --experiment spawn --heap 1M --frames scattered
	usage_error "inherit does not vary it" run --experiment inherit --frames scattered
}

@test "frames that turn out not to be had are left out while the run goes on, or fail it" {
	# No frames are in order for this worker, as where memory is in disorder and there are no huge pages.
	local options=(--experiment spawn --heap 256M --primitive fork --action exit --state dirty --cache warm --child-cpu same
		--counters none --replicates 1 --cell-time 1ms --no-plots --output "$BATS_TEST_TMPDIR/results")
	broken_worker harness/worker/axes/frames.c 's/IN_ORDER_PPM = 50000/IN_ORDER_PPM = 0/'
	run --separate-stderr "$place/build/forkcost" run "${options[@]}"
	[ "$status" -eq 0 ] || fail_with "status is not 0"
	[[ $(tr -s ' \n' ' ' <<<"$stderr") == *"left out: frames in-order: cannot get in-order frames: "* ]] || fail_with "stderr"
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"left out: in-order (cannot get in-order frames: "* ]] || fail_with "table"
	run --separate-stderr "$place/build/forkcost" run "${options[@]}" --frames in-order
	[ "$status" -eq 1 ] || fail_with "asked for by name it is no failure"
}
