#!/usr/bin/env bats
# A run in a machine that has nothing but its kernel and what scripts/initramfs packs, booted as a user would, on a clock that
# passes over idle time.
load helpers

setup_file() {
	local file place=$BATS_FILE_TMPDIR
	command -v qemu-system-x86_64 >/dev/null || skip "there is no qemu-system-x86_64: sh scripts/setup guest"
	[ "$(uname -m)" = x86_64 ] || skip "only x86-64 is emulated"
	file=$(timeout -k 10 300 sh "$ROOT/scripts/kernels-fetch" 6.1 2>"$place/stderr" 3>&-) || skip "$(tail -n 1 "$place/stderr")"
	initramfs "$place/initramfs.cpio" '--experiment first_write --heap 2M --seed 7' >"$place/packed" 2>&1 || {
		cat "$place/packed" >&2
		return 1
	}
	# As GRUB hands on: forkcost.run="..."
	timeout -k 10 900 qemu-system-x86_64 -nodefaults -cpu max -m 512M -icount shift=0,sleep=off -display none -monitor none \
		-nic none -no-reboot -serial "file:$place/log" -kernel "$file" -initrd "$place/initramfs.cpio" \
		-append "console=ttyS0 panic=-1 \"forkcost.run=$OPTIONS\"" </dev/null >"$place/qemu" 2>&1 3>&- || {
		cat "$place/qemu" >&2
		return 1
	}
	initramfs --unpack "$place/log" "$place/run" >"$place/printed" 2>&1 || {
		cat "$place/printed" >&2
		tail -n 20 "$place/log" >&2
		return 1
	}
}

OPTIONS='--experiment spawn --primitive fork --action exit --heap 0,1M --replicates 2 --cell-time 1ms --counters none
	--cache warm --state dirty --child-cpu same --page-kind 4k --seed 3'
OPTIONS=${OPTIONS//[$'\n\t']/ }

initramfs() { FORKCOST_NO_INSTALL=1 sh "$ROOT/scripts/initramfs" "$@" 3>&-; }

setup() { LOG=$BATS_FILE_TMPDIR/log; }

# not_unpacked WORDS: a log in $BATS_TEST_TMPDIR/log is refused for this reason, and nothing is made.
not_unpacked() {
	run --separate-stderr "$FORKCOST" unpack "$BATS_TEST_TMPDIR/log" --output "$BATS_TEST_TMPDIR/run"
	one_line 1 "$1"
	[ ! -e "$BATS_TEST_TMPDIR/run" ] || fail_with "something was made"
}

@test "the run is of the emulated machine, summarized, and has the options of the kernel's command line" {
	run "$FORKCOST" show "$BATS_FILE_TMPDIR/run"
	[ "$status" -eq 0 ]
	[[ $output == *"emulated by QEMU"* ]] || fail_with "of another machine"
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_FILE_TMPDIR/run/summary.csv" >"$TABLE"
	all 'experiment == "spawn" && primitive == "fork" && metric == "call_ns"' 'median > 0 && replicates == 2'
	none 'experiment == "first_write"'
	jq -e '.settings.seed == 3' "$BATS_FILE_TMPDIR/run/environment.json" >/dev/null || fail_with "the packed options ran"
	grep -q 'Power down' "$LOG" || fail_with "it was not switched off"
}

@test "words of the kernel between the lines do no harm, a line that is damaged or missing is named" {
	sed 's/^forkcost-line 5 /[   41.1] usb 1-1: new\n&/; s/^forkcost-line 7 /[41.2] &/' "$LOG" >"$BATS_TEST_TMPDIR/log"
	run --separate-stderr "$FORKCOST" unpack "$BATS_TEST_TMPDIR/log" --output "$BATS_TEST_TMPDIR/run"
	succeeded
	cmp "$BATS_TEST_TMPDIR/run/samples.jsonl.zst" "$BATS_FILE_TMPDIR/run/samples.jsonl.zst"
	rm -r "$BATS_TEST_TMPDIR/run"
	sed '/^forkcost-line 5 /s/.\r*$/[ 41.1] usb/' "$LOG" >"$BATS_TEST_TMPDIR/log"
	not_unpacked "line 5 of it is damaged"
	sed '/^forkcost-line 5 /d' "$LOG" >"$BATS_TEST_TMPDIR/log"
	not_unpacked "line 5 of it is missing"
	sed '/^forkcost-line 5 /,$d' "$LOG" >"$BATS_TEST_TMPDIR/log"
	not_unpacked "it ends after line 4 of it"
	echo 'Kernel panic' >"$BATS_TEST_TMPDIR/log"
	not_unpacked "cannot find a run in the log"
}

@test "a folder that is there stays as it is" {
	mkdir "$BATS_TEST_TMPDIR/run"
	run --separate-stderr "$FORKCOST" unpack "$LOG" --output "$BATS_TEST_TMPDIR/run"
	one_line 1 "File exists"
	[ -z "$(ls "$BATS_TEST_TMPDIR/run")" ]
}

@test "options that forkcost run would refuse are refused before anything is packed" {
	local words
	for words in '--heap 1X' '--output there' '--no-such' '--help' 'word'; do
		run --separate-stderr "$FORKCOST" initramfs "$BATS_TEST_TMPDIR/file" --run "$words"
		[ "$status" -eq 2 ]
		[ ! -e "$BATS_TEST_TMPDIR/file" ] || fail_with "packed: $words"
	done
	run -2 initramfs
	run -2 initramfs --unpack "$LOG"
	run -2 initramfs --other file
	run initramfs --help
	[ "$status" -eq 0 ]
	[[ $output == *"--unpack LOG FOLDER"* ]]
}
