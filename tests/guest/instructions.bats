#!/usr/bin/env bats
# Instructions against what must be so, in an emulated RISC-V machine that takes a nanosecond for each:
# without that, what it counts as instructions is the host's time.
load helpers

setup_file() {
	boot_once --icount --memory 512M "for run in one other; do
		forkcost run $COUNTED --counters instructions --experiment spawn --primitive clone,vfork \
			--action exit --heap 1M,2M,4M,8M,16M --output /results/\$run || exit
		done"
}

# counts NAME PRIMITIVE: "pages instructions" of the call, for each heap. The least of the samples: what a
# clock tick or a refill of the kernel's free lists adds is not the call's.
counts() {
	table_of "$1"
	rows "primitive == \"$2\" && case_name == \"\" && metric == \"instructions_both\" && count > 0" \
		'heap / 4096 " " min'
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
	local name grows flat
	for name in one other; do
		[ "$(counts "$name" clone | wc -l)" -eq 5 ] && [ "$(counts "$name" vfork | wc -l)" -eq 5 ] ||
			fail_with "not five heaps"
		grows=$(counts "$name" clone | line)
		flat=$(counts "$name" vfork | line)
		# A page costs at least its entry in the page table, read and written.
		awk -v grows="$grows" -v flat="$flat" 'BEGIN {
			split(grows, clone); split(flat, vfork)
			exit !(clone[1] > 10 && clone[2] > 0.99 && vfork[1] < 0.03 * clone[1])
		}' || fail_with "slope and r^2: clone $grows, vfork $flat" "$(counts "$name" clone)"
	done
}

@test "instructions repeat within 2 % from run to run" {
	local primitive
	for primitive in clone vfork; do
		paste -d ' ' <(counts one $primitive) <(counts other $primitive) |
			awk '{ ratio = $2 / $4; n++; if (!(ratio > 0.98 && ratio < 1.02)) { print; bad = 1 } }
				END { exit bad || n != 5 }' || fail_with "$primitive: as above: pages, counts"
	done
}

@test "instructions that the PMU cannot tell by mode are given for both modes alone, with the reason" {
	table_of one
	every 30 'metric ~ /^instructions_(user|kernel)/' 'count == 0 && note ~ /^unavailable: this PMU counts/'
	every 15 'metric == "instructions_both_with_child"' 'count > 0 && min > 1000'
}

@test "the host summarizes, draws and shows what was counted in the guest" {
	shown_on_host one
}
