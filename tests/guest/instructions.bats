#!/usr/bin/env bats
# Instructions against what must be so, in an emulated RISC-V machine that takes a nanosecond for each:
# without that, what it counts as instructions is the host's time.
load helpers

# The other run has more draws than the first, lest its least be higher for having fewer.
setup_file() {
	local run="forkcost run $SHORT --counters instructions --experiment spawn --primitive clone,vfork"
	run="$run --action exit"
	boot_once --icount --memory 512M "$run --heap 1M,2M,4M,8M,16M --replicates 1 --output /results/one || exit
		$run --heap 1M,4M --replicates 4 --output /results/other"
}

# counts NAME PRIMITIVE: "pages instructions" of the call, for each heap. The least of the samples, those
# of the arm that is there twice included: what a clock tick or a refill of the kernel's free lists
# adds is not the call's.
counts() {
	table_of "$1"
	rows "primitive == \"$2\" && metric == \"instructions_both\" && count > 0" 'heap / 4096 " " min' |
		awk '!($1 in least) || $2 < least[$1] { least[$1] = $2 } END { for (n in least) print n, least[n] }'
}

# line: slope and r squared of the straight line through "x y" lines.
line() {
	awk '{ n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2; yy += $2 * $2 }
		END {
			sxx = xx - x * x / n; sxy = xy - x * y / n; syy = yy - y * y / n
			print sxy / sxx, sxy * sxy / (sxx * syy)
		}'
}

@test "clone's instructions grow linearly with the heap's pages, vfork's do not" {
	local grows flat
	[ "$(counts one clone | wc -l)" -eq 5 ] && [ "$(counts one vfork | wc -l)" -eq 5 ] ||
		fail_with "not five heaps"
	grows=$(counts one clone | line)
	flat=$(counts one vfork | line)
	# A page costs at least its entry in the page table, read and written.
	awk -v grows="$grows" -v flat="$flat" 'BEGIN {
		split(grows, clone); split(flat, vfork)
		exit !(clone[1] > 10 && clone[2] > 0.99 && vfork[1] < 0.03 * clone[1])
	}' || fail_with "slope and r^2: clone $grows, vfork $flat" "$(counts one clone)"
}

# How many a page differs by a percent or two from boot to boot, with where memory happens to lie.
@test "counted again, clone takes more for more pages, at least ten each, and vfork takes nothing for them" {
	[ "$(counts other clone | wc -l)" -eq 2 ] && [ "$(counts other vfork | wc -l)" -eq 2 ] ||
		fail_with "not two heaps"
	{
		counts other clone | sort -n | sed 's/^/clone /'
		counts other vfork | sort -n | sed 's/^/vfork /'
	} | awk '{ if ($1 == last) a_page[$1] = ($3 - count) / ($2 - pages); last = $1; pages = $2; count = $3 }
		END { print a_page["clone"], a_page["vfork"]; exit !(a_page["clone"] > 10 && a_page["vfork"] < 10) }' ||
		fail_with "$(counts other clone)" "$(counts other vfork)"
}

@test "instructions that the PMU cannot count by mode are given for both modes alone, with the reason" {
	table_of one
	every 30 'metric ~ /^instructions_(user|kernel)/' 'count == 0 && note ~ /^unavailable: this PMU counts/'
	every 15 'metric == "instructions_both_with_child"' 'count > 0 && min > 1000'
}

@test "the host summarizes, draws and shows what was counted in the guest" {
	shown_on_host one
}
