#!/usr/bin/env bats
# What the main thread counts while threads run beside it, in an emulated RISC-V machine of two CPUs.
load helpers

setup_file() {
	boot_once --cpus 2 --memory 512M \
		"forkcost run $COUNTED --experiment tlb_shootdown --heap 1M --output /results/shootdown"
}

# The window holds so many flushes as many calls, and behind each the first write to every page of the
# range: 128 above the kernel's ceiling for one by one, or a single one.
@test "each page whose right to write was taken away misses the TLB at its next write" {
	table_of shootdown
	local walks='metric == "dtlb_store_walks_user" && case_name'
	every 2 "$walks == \"flush_page\"" 'count > 0 && min >= 32 && min <= 1.3 * 32 + 64'
	every 2 "$walks == \"flush_range\"" 'count > 0 && min >= 32 * 128 && min <= 1.3 * 32 * 128 + 64'
}

@test "neither a fork nor a flush takes a page fault of the caller in the call" {
	table_of shootdown
	every 10 'metric == "page_faults_both"' 'count > 0 && max == 0'
}

@test "the host summarizes, draws and shows what was counted in the guest" {
	shown_on_host shootdown
}
