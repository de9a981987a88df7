#!/usr/bin/env bats
# Path length over kernels: one of Debian's, booted twice in an emulator whose clock counts instructions.
load helpers

setup_file() {
	local file
	command -v qemu-system-x86_64 >/dev/null || skip "there is no qemu-system-x86_64: sh scripts/setup guest"
	[ "$(uname -m)" = x86_64 ] || skip "only x86-64 is emulated"
	file=$(timeout -k 10 300 sh "$ROOT/scripts/kernels-fetch" 6.1 2>"$BATS_FILE_TMPDIR/stderr" 3>&-) ||
		skip "$(tail -n 1 "$BATS_FILE_TMPDIR/stderr")"
	timeout -k 10 900 "$FORKCOST" kernels --kernel "$file" --output "$BATS_FILE_TMPDIR/out" \
		>"$BATS_FILE_TMPDIR/printed" 2>&1 3>&- || {
		cat "$BATS_FILE_TMPDIR/printed" >&2
		return 1
	}
}

setup() { FOLDER=$(echo "$BATS_FILE_TMPDIR"/out/*-kernels); }

# holds JQ: of kernels.json; $p is the kernel's paths.
holds() {
	jq -e ".kernels[0].paths as \$p | $1" "$FOLDER/kernels.json" >/dev/null ||
		fail_with "does not hold: $1" "$(jq -c . "$FOLDER/kernels.json")"
}

@test "two boots of a kernel send the same, or it is said by how much they differ" {
	holds '.kernels[0] | .release | startswith("6.1.")'
	if jq -e '.kernels[0].is_repeatable' "$FOLDER/kernels.json" >/dev/null; then
		[ ! -e "$FOLDER/kernel-1-boot-2" ] || fail_with "the same, and kept"
	else
		holds '.kernels[0].repeatability | test("apart|not all samples")'
		[ -f "$FOLDER/kernel-1-boot-2/samples.jsonl.zst" ] || fail_with "another, and not kept"
	fi
}

@test "counts are of instructions: what the paths must do takes at least so many" {
	# An empty window is a few instructions, with either reading of the counter a part of them.
	holds '.kernels[0].empty_window_instructions | . >= 2 and . < 50'
	# A page copied is at least 512 steps of eight bytes longer than one that is kept.
	holds '$p.page_copied.instructions - $p.page_taken_back.instructions > 512'
	# An entry of the page table is read and written at fork, and cleared at exit.
	holds '$p.page_call.instructions > 10 and $p.page_exit.instructions > $p.page_call.instructions + 10'
	holds '$p.fork_exit.instructions > $p.fork_call.instructions and $p.fork_call.instructions > 1000'
	# vfork copies no page tables.
	holds '$p.vfork_exit.instructions < $p.fork_exit.instructions'
}

@test "margins of paths are narrow, for nothing disturbs them" {
	holds 'all($p[]; (.high - .low) / .instructions < 0.1)'
}

@test "what a kernel sent is a run, and shown as one of an emulated machine" {
	run --separate-stderr "$FORKCOST" show "$FOLDER/kernel-1"
	[ "$status" -eq 0 ] && [[ $output == *"emulated by QEMU"* ]] || fail_with "not shown"
}
