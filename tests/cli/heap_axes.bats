#!/usr/bin/env bats
# What a heap is besides its size: mappings, density, pages written since the last fork. Each is seen from outside of
# the worker, and checked in every cell.
# shellcheck disable=SC2154 # helpers and bats set them
load helpers

HEAP=$((16 << 20))

# axis OPTION LEVELS: a run at one heap over the levels.
axis() {
	"$FORKCOST" run --experiment spawn "--$1" "$2" --heap 16M --primitive clone,vfork,eager_copy --action exit --state dirty \
		--cache warm --child-cpu same --replicates 1 --cell-time 1ms --counters none --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/$1" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
}

setup_file() {
	axis mappings 1,7,1000 && axis density 512,64,8,1 && axis dirty-share 100,33,1,0
}

# fact OPTION AXIS LEVEL NAME: what the worker read of itself.
fact() {
	samples "$BATS_FILE_TMPDIR/$1/latest" | sed -n 's/^{"type":"cell".*"'"$2"'":"'"$3"'".*"'"$4"'":\([0-9]*\)[,}].*/\1/p'
}

# faults OPTION AXIS LEVEL PRIMITIVE METRIC
faults() {
	tsv "$BATS_FILE_TMPDIR/$1/latest/summary.csv" | awk -F '\t' -v axis="$2" -v level="$3" -v primitive="$4" -v metric="$5" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == axis) column = i; next }
		$column == level && $2 == primitive && $4 == "" && $14 == metric { print $18 }'
}

# same_faults OPTION AXIS PLAIN LEVEL...: whoever writes takes a fault a page, and nobody one more.
same_faults() {
	local option=$1 axis=$2 plain=$3 level primitive metric
	shift 3
	[ "$(faults "$option" "$axis" "$plain" eager_copy child_faults)" -ge $((HEAP / 4096)) ] || fail_with "no faults of eager_copy"
	for level in "$@"; do
		[ "$(faults "$option" "$axis" "$level" vfork caller_faults)" = 0 ] || fail_with "vfork's caller faults at $level"
		for primitive in clone vfork eager_copy; do
			for metric in caller_faults child_faults; do
				[ "$(faults "$option" "$axis" "$level" $primitive $metric)" = \
					"$(faults "$option" "$axis" "$plain" $primitive $metric)" ] ||
					fail_with "$primitive $metric at $level: $(faults "$option" "$axis" "$level" $primitive $metric)"
			done
		done
	done
}

# alike OPTION AXIS NAME PLAIN LEVEL...
alike() {
	local option=$1 axis=$2 name=$3 plain=$4 level
	shift 4
	for level in "$@"; do
		[ "$(fact "$option" "$axis" "$level" "$name")" = "$(fact "$option" "$axis" "$plain" "$name")" ] ||
			fail_with "$name is not alike at $axis $level"
	done
}

@test "a heap of N mappings has N - 1 more than one of one, and nothing else differs" {
	local level
	for level in 7 1000; do
		[ $(($(fact mappings heap_mappings $level mappings) - $(fact mappings heap_mappings 1 mappings))) -eq $((level - 1)) ] ||
			fail_with "$level: $(fact mappings heap_mappings $level mappings)"
	done
	alike mappings heap_mappings heap_rss_bytes 1 7 1000
	same_faults mappings heap_mappings 1 7 1000
}

@test "spread pages are as many, with a page table for each 2 MiB" {
	local per tables
	alike density density heap_rss_bytes 512 64 8 1
	alike density density mappings 512 64 8 1
	[ "$(fact density density 512 heap_rss_bytes)" = "$HEAP" ] || fail_with "no such heap"
	for per in 64 8 1; do
		# A page of middle tables for each GiB, and where the rest lies takes a few more or less.
		tables=$((($(fact density density $per page_tables_bytes) - $(fact density density 512 page_tables_bytes)) / 4096))
		tables=$((tables + HEAP / (2 << 20) - HEAP / 4096 / per))
		[ "${tables#-}" -le 12 ] || fail_with "$per a 2 MiB: $tables tables too many or too few"
	done
	same_faults density density 512 64 8 1
}

@test "what is written of a heap changes no count" {
	alike dirty-share dirty_share heap_rss_bytes 100 33 1 0
	same_faults dirty-share dirty_share 100 33 1 0
}

# seen OPTION LEVEL: mappings of a heap's size or less that a live worker has between the heap's guards, and pages there.
seen() {
	"$FORKCOST" run --experiment spawn "--$1" "$2" --heap 16M --primitive fork --action exit --state dirty --cache warm \
		--child-cpu same --replicates 1 --cell-time 4s --counters none --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/$1" 3>&- >/dev/null 2>&1 &
	local driver=$!
	wait_for heap_is_there "$driver" || return
	awk -v heap="$HEAP" '/^[0-9a-f]+-/ { anonymous = $2 == "rw-p" && $5 == 0 && NF == 5; next }
		/^Rss/ && anonymous && $2 { rss = $2 }
		/^VmFlags/ && anonymous && rss { n++; pages += rss / 4; rss = 0 }
		END { print n, pages }' "/proc/$WORKER/smaps"
	kill -CONT "$WORKER"
	kill "$driver"
	wait "$driver" || :
}

heap_is_there() {
	for WORKER in $(pgrep -P "$1"); do
		kill -STOP "$WORKER"
		awk -v heap="$HEAP" '/^Rss/ { rss = $2 * 1024 } END { exit rss < heap }' "/proc/$WORKER/smaps_rollup" && return
		kill -CONT "$WORKER"
	done
	return 1
}

@test "from outside, a live worker has those mappings" {
	local one many
	one=$(seen mappings 1) && many=$(seen mappings 1000) || fail_with "cannot look"
	[ $((${many% *} - ${one% *})) -eq 999 ] || fail_with "$one, then $many"
	[ "${one#* }" -ge $((HEAP / 4096)) ] || fail_with "no heap: $one"
}

@test "a worker that does not do what an axis says fails in words" {
	local options=(run --experiment spawn --heap 4M --primitive fork --action exit --state dirty --cache warm --child-cpu same
		--counters none --replicates 1 --cell-time 1ms --no-plots --no-table --output "$BATS_TEST_TMPDIR/results")
	broken_worker harness/worker/axes/heap_mappings.c 's/i += 2/i += 4/'
	run --separate-stderr "$place/build/forkcost" "${options[@]}" --mappings 8
	[ "$status" -eq 1 ] && [[ $stderr == *'it lies in 5 mappings, not in 8'* ]] || fail_with "mappings"
	broken_worker harness/worker/axes/density.c 's/HUGE_BYTES, (bytes/HUGE_BYTES \/ 2, (bytes/; s/part \* HUGE_BYTES/part * (HUGE_BYTES \/ 2)/'
	run --separate-stderr "$place/build/forkcost" "${options[@]}" --density 1
	[ "$status" -eq 1 ] && [[ $stderr == *'its page tables take'*'too few'* ]] || fail_with "density"
	broken_worker harness/worker/axes/dirty_share.c 's/child_write_protect_heap(run)/false/'
	run --separate-stderr "$place/build/forkcost" "${options[@]}" --dirty-share 50
	[ "$status" -eq 1 ] && [[ $stderr == *'faults for 51'[0-9]' pages written after a fork'* ]] || fail_with "dirty share"
}

@test "levels that make no sense are refused, in words" {
	usage_error "a mapping takes a page of the heap at least" run --experiment spawn --heap 4M --mappings 2000
	usage_error "0 mappings" run --experiment spawn --mappings 0
	usage_error "it takes a heap of up to 64 MiB that has pages" run --experiment spawn --heap 0 --density 1
	usage_error "only a dirty heap has pages written" run --experiment spawn --state write-protected --dirty-share 50
	usage_error "inherit does not vary it" run --experiment inherit --density 1
}

# ---- page kinds ----

# kinds LEVELS...: a run over those, or nothing where they cannot be had; with 16 MiB all are whole.
kinds() {
	"$FORKCOST" run --experiment spawn --page-kind "$1" --heap 16M --primitive clone,vfork --action exit --state dirty \
		--cache warm --child-cpu same --replicates 1 --cell-time 1ms --counters none --no-plots --no-table \
		--output "$BATS_FILE_TMPDIR/page-kind" 3>&- 2>"$BATS_TEST_TMPDIR/stderr"
}

@test "shared memory and private files are resident, of one mapping, and nobody's own but for the page that was written" {
	local kind
	kinds 4k,shared,file,file-written || fail_with "$(cat "$BATS_TEST_TMPDIR/stderr")"
	alike page-kind page_kind heap_rss_bytes 4k shared file file-written
	alike page-kind page_kind mappings 4k shared file file-written
	[ "$(fact page-kind page_kind 4k heap_rss_bytes)" = "$HEAP" ] || fail_with "no such heap"
	for kind in 4k shared file file-written; do
		[ "$(faults page-kind page_kind $kind clone child_faults)" = "$(faults page-kind page_kind 4k clone child_faults)" ] ||
			fail_with "$kind: $(faults page-kind page_kind $kind clone child_faults) faults"
		[ "$(faults page-kind page_kind $kind vfork caller_faults)" = 0 ] || fail_with "vfork's caller faults with $kind"
	done
	broken_worker harness/worker/heap.c 's/page < run->pages->written/page <= run->pages->written/'
	! FORKCOST=$place/build/forkcost kinds file || fail_with "a page of its own passes for one of a file"
	grep -q 'are anonymous, expected 0' <(tr -s ' \n' ' ' <"$BATS_TEST_TMPDIR/stderr") || fail_with "$(cat "$BATS_TEST_TMPDIR/stderr")"
}

@test "as root all multi-size pages are switched on for a worker, and off again" {
	[ "$(id -u)" = 0 ] || skip "only root switches them on"
	local before after sizes=(/sys/kernel/mm/transparent_hugepage/hugepages-*kB/enabled)
	[ -e "${sizes[0]}" ] || skip "this kernel has none"
	[ "$(grep -L '\[never\]' "${sizes[@]}" | grep -vc 2048kB)" -eq 0 ] || skip "somebody has switched some on"
	before=$(cat "${sizes[@]}")
	kinds mthp-any || fail_with "$(cat "$BATS_TEST_TMPDIR/stderr")"
	after=$(cat "${sizes[@]}")
	[ "$before" = "$after" ] || fail_with "not put back: $after"
	[ "$(find /run/forkcost -name 'multi-size-pages*' ! -name '*.lock' | wc -l)" -eq 0 ] || fail_with "records are left"
	[ "$(fact page-kind page_kind mthp-any heap_rss_bytes)" = "$HEAP" ] || fail_with "no such heap"
}

@test "page kinds of spawn are refused where they are not for" {
	usage_error "it is for spawn alone" run --experiment first_write --heap 4M --page-kind shared
	usage_error "its pages have one state" run --experiment spawn --heap 4M --page-kind file --state write-protected
	usage_error "16 MiB is not a multiple of 1 GiB" run --experiment spawn --heap 16M --page-kind hugetlb-1g
	usage_error "there are: 4k, thp, mthp, hugetlb" explain --page-kind shared
}

@test "a figure over numbers that are far apart has a tic at each of them" {
	command -v gnuplot >/dev/null || skip "there is no gnuplot"
	local level figure=$BATS_FILE_TMPDIR/density/latest/plots/spawn-by-density.svg
	"$FORKCOST" plot "$BATS_FILE_TMPDIR/density/latest" >"$BATS_TEST_TMPDIR/said" 2>&1 || fail_with "$(cat "$BATS_TEST_TMPDIR/said")"
	for level in 1 8 64 512; do
		[ "$(grep -c ">$level</text>\|>$level<" "$figure")" -eq 1 ] || fail_with "not one tic says $level"
	done
	"$FORKCOST" plot "$BATS_FILE_TMPDIR/dirty-share/latest" >"$BATS_TEST_TMPDIR/said" 2>&1 || fail_with "$(cat "$BATS_TEST_TMPDIR/said")"
	grep -q '>//<' "${figure/density\/latest\/plots\/spawn-by-density/dirty-share/latest/plots/spawn-by-dirty_share}" || fail_with "no break before 0"
}
