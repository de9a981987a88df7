#!/usr/bin/env bats
# Counters against what must be so: TLB misses and page faults that were really counted, in an emulated
# RISC-V machine of one CPU. Never a time, never cycles: these are not a processor's.
#
# Its TLB is QEMU's: it is emptied whenever the kernel copies to or from a user's memory, at a switch of
# address spaces, and by a flush of a single page as well. Its clock counts instructions, so that a
# tick, which may bring a switch, is as rare on a host that has other things to do.
load helpers

setup_file() {
	boot_once --icount --memory 512M "forkcost counters >/results/counters || exit
		forkcost run $COUNTED --experiment tlb_refill --heap 1M,4M --output /results/refill || exit
		forkcost run $COUNTED --experiment first_write --heap 256K,512K --output /results/write || exit
		forkcost run $COUNTED --experiment spawn --heap 1M --output /results/spawn \
			--primitive clone,fork,eager_copy,vfork,posix_spawn"
}

# Counts of user mode are those of the walk itself, so none of its samples may be off. With the kernel
# counted as well, what a clock tick touches during the walk comes on top, hence the least is taken.
@test "after a fork or a flush, reading n pages misses the TLB at least n and at most 1.3 n + 64 times" {
	table_of refill
	local disturbed='(case_name == "after_fork" || case_name == "after_flush")'
	every 4 "$disturbed && metric == \"dtlb_load_walks_user\"" \
		'count > 0 && min >= heap / 4096 && max <= 1.3 * heap / 4096 + 64'
	every 4 "$disturbed && metric == \"dtlb_load_walks_both\"" \
		'count > 0 && min >= heap / 4096 && min <= 1.3 * heap / 4096 + 64'
	every 2 'case_name == "after_fork" && metric == "pages"' 'min == heap / 4096 && max == heap / 4096'
}

# The least, as any tick may bring a switch of address spaces that empties this TLB.
@test "warmed right before, reading n pages misses the TLB at most 0.1 n + 64 times" {
	table_of refill
	local mode
	for mode in user both; do
		every 2 "case_name == \"warm\" && metric == \"dtlb_load_walks_$mode\"" \
			'count > 0 && min <= 0.1 * heap / 4096 + 64'
	done
	# A vfork flushes nothing; and behind a walk, the fork before it is forgotten.
	every 4 '(case_name == "after_vfork" || case_name == "again") && metric == "dtlb_load_walks_user"' \
		'count > 0 && min <= 0.1 * heap / 4096 + 64'
}

@test "reading the heap takes no page fault, in any case" {
	table_of refill
	every 14 'metric == "page_faults_both" && case_name != "after_evict"' 'count > 0 && max == 0'
	every 14 'metric == "faults" && case_name != "after_evict"' 'count > 0 && max == 0'
}

FAULTING='(case_name ~ /copy$|^reuse_|exec$/ || case_name == "fresh_zero")'
FAULTLESS='(case_name ~ /^after_(vfork|posix_spawn|clone_vm)$/ || case_name == "never_forked")'

@test "n first writes take exactly n page faults where pages were shared or not there" {
	table_of write
	local metric
	for metric in faults page_faults_user page_faults_both; do
		every 14 "$FAULTING && metric == \"$metric\"" \
			'count > 0 && min == heap / 4096 && max == heap / 4096'
	done
}

@test "after vfork, posix_spawn and clone_vm, and without a fork, writes take no page fault" {
	table_of write
	local metric
	for metric in faults page_faults_user page_faults_both; do
		every 8 "$FAULTLESS && metric == \"$metric\"" 'count > 0 && max == 0'
	done
}

# first_write says that it leaves out what it costs to refill the TLB; a fault flushes the page again.
@test "first writes find the TLB warm where they take no fault, and miss it at each fault" {
	table_of write
	every 8 "$FAULTLESS && metric == \"dtlb_store_walks_user\"" \
		'count > 0 && min <= 0.1 * heap / 4096 + 64'
	every 14 "$FAULTING && metric == \"dtlb_store_walks_user\"" 'count > 0 && min >= heap / 4096'
}

@test "with its child, a caller counts the page faults of both, and alone its own" {
	table_of spawn
	local primitive where own children
	for primitive in clone fork eager_copy vfork; do
		where="primitive == \"$primitive\" && action == \"exit\" && case_name == \"\""
		own=$(rows "$where && metric == \"caller_faults\"" min)
		children=$(rows "$where && metric == \"child_faults\"" min)
		every 1 "$where && metric == \"page_faults_both\"" "count > 0 && min == $own"
		every 1 "$where && metric == \"page_faults_both_with_child\"" \
			"count > 0 && min == $own + $children"
	done
	# A copy of every page, and of one of the child's own.
	every 1 'primitive == "eager_copy" && metric == "page_faults_both_with_child"' \
		'min >= heap / 4096 && max <= heap / 4096 + 8'
	every 1 'primitive == "vfork" && action == "exit" && metric == "page_faults_both_with_child"' 'max == 0'
}

# This PMU has no event for page walks' cycles, TLB flushes and the last-level cache. Its cycles and
# instructions it cannot count by mode. Nothing else may be missing, and nothing without a reason.
@test "every role that this PMU has is counted, and the others say why" {
	local role
	run cat "$BATS_FILE_TMPDIR/counters"
	for role in cycles instructions dtlb_load_walks dtlb_store_walks itlb_walks page_faults; do
		state_of "$role" | grep -q 'both: counted in group' || fail_with "$role is not counted"
	done
	for role in dtlb_load_walks dtlb_store_walks itlb_walks page_faults; do
		! state_of "$role" | grep 'unavailable' || fail_with "$role is not counted in every mode"
	done
	for role in dtlb_walk_cycles tlb_flushes llc_misses tlb_flush_task_switch; do
		state_of "$role" | grep -q 'unavailable \[[1-9]\]$' || fail_with "$role gives no reason"
	done
	[[ $output == *"[1] unavailable: "* ]] || fail_with "the reasons are missing"
	[[ $output != *"not permitted"* ]] || fail_with "root is not permitted"
}

# state_of ROLE: its part of what `forkcost counters` printed.
state_of() {
	sed -n "/^$1 /,/^\$/p" "$BATS_FILE_TMPDIR/counters"
}

@test "the host summarizes, draws and shows what was counted in the guest" {
	shown_on_host refill write spawn
	grep -q 'page walks per page' "$BATS_TEST_TMPDIR/refill/plots/tlb-refill.svg" || fail_with "no walks drawn"
}
