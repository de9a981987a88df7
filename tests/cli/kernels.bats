#!/usr/bin/env bats
# Path lengths over kernels, with a script in QEMU's place that sends what a test wants. tests/guest/kernels.bats
# boots one.
load helpers

# What a kernel could send: a small run of this machine, said to be by a clock that counts instructions.
setup_file() {
	local run=$BATS_FILE_TMPDIR/run
	"$FORKCOST" run "${PLAIN[@]}" --experiment spawn,first_write --heap 0,2M,8M --replicates 1 --cell-time 1ms --cache warm \
		--state dirty --child-cpu same --page-kind 4k --touch-order sequential --counters none \
		--primitive fork,vfork,posix_spawn --no-plots --no-table --output "$run" 2>"$BATS_FILE_TMPDIR/stderr" 3>&- || {
		cat "$BATS_FILE_TMPDIR/stderr" >&2
		return 1
	}
	cp "$run/latest/samples.jsonl.zst" "$BATS_FILE_TMPDIR/samples"
	jq '.clock.kind = "cpu counter" | .clock.ns_per_tick = 1 | .kernel.release = "6.0-made"' \
		"$run/latest/environment.json" >"$BATS_FILE_TMPDIR/environment"
}

setup() {
	OUT=$BATS_TEST_TMPDIR/out KERNEL=$BATS_TEST_TMPDIR/bzImage
	echo kernel >"$KERNEL"
}

# sends [ENVIRONMENT]: what init would send of it.
sends() {
	local environment=${1:-$BATS_FILE_TMPDIR/environment} samples=$BATS_FILE_TMPDIR/samples
	printf 'forkcost-guest 1\nstatus 0\nfile environment.json %s\n' "$(wc -c <"$environment")"
	cat "$environment"
	printf 'file samples.jsonl.zst %s\n' "$(wc -c <"$samples")"
	cat "$samples"
	echo end
}

# fake_qemu SCRIPT: stands for QEMU; $console and $sent are its two files, $number counts the boots.
fake_qemu() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/qemu-system-x86_64" <<-END
		#!/bin/bash
		if [ "\$1" = --version ]; then echo QEMU made up; exit; fi
		for word; do case \$word in file:*) [ -n "\${console-}" ] && sent=\${word#file:} || console=\${word#file:} ;; esac; done
		number=0
		until mkdir "$BATS_TEST_TMPDIR/boot-\$((++number))" 2>/dev/null; do :; done
		printf '%s\n' "\$@" >"$BATS_TEST_TMPDIR/boot-\$number/words"
		$1
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/qemu-system-x86_64"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

kernels() { run --separate-stderr timeout 120 "$FORKCOST" kernels --kernel "$KERNEL" --output "$OUT" "$@" 3>&-; }

# fails_with WORDS: the kernel had no paths, for this reason, which the table has too.
fails_with() {
	[[ $status -eq 1 && $stderr == *"$1"* && $output == *unavailable* ]] || fail_with "not: $1"
	jq -e --arg why "$1" '.kernels[0].unavailable | contains($why)' "$OUT"/*/kernels.json >/dev/null || fail_with "no reason in the file"
}

@test "boots that send the same are repeatable, the second of two kernels is held against the first" {
	sends >"$BATS_TEST_TMPDIR/sent"
	fake_qemu "cat '$BATS_TEST_TMPDIR/sent' >\$sent"
	cp "$KERNEL" "$KERNEL-after"
	KERNEL=$KERNEL,$KERNEL-after
	kernels
	[ "$status" -eq 0 ] && [[ $output == *"path length in instructions, not time"* ]] || fail_with "no table"
	[[ $stderr == *"repeatable to the instruction in 2 boots"* && $output == *'6.0-made'* ]] || fail_with "not said"
	# Two of the same kernel: nothing changed, in any path.
	jq -e '.what == "path length in instructions, not time" and (.kernels | length == 2)
		and all(.kernels[]; .is_repeatable and (.paths | length == 8) and all(.paths[]; .instructions | type == "number"))
		and all(.kernels[1].paths[] | select(.instructions > 0); .change_to_first == 0)
		and .kernels[1].paths.fork_exit.change_to_first == 0' "$OUT"/*/kernels.json >/dev/null || fail_with "$(cat "$OUT"/*/kernels.json)"
	[ -f "$(echo "$OUT"/*)/kernel-2/samples.jsonl.zst" ]
	[ ! -e "$(echo "$OUT"/*)/kernel-1-boot-2" ]
	grep -q 'not time' "$OUT"/*/tables/kernels.md
	grep -q 'not time' "$OUT"/*/tables/kernels.tex
	# What makes it repeatable, and keeps the kernel from everything outside.
	for word in shift=0,sleep=off -seed base=2020-01-01,clock=vm none 1; do
		grep -qxe "$word" "$BATS_TEST_TMPDIR/boot-1/words" || fail_with "no $word"
	done
	! grep -qE 'kvm|-drive|-netdev|-hda' "$BATS_TEST_TMPDIR/boot-1/words" || fail_with "more than is needed"
}

@test "--kernel may be given several times, with commas or without" {
	sends >"$BATS_TEST_TMPDIR/sent"
	fake_qemu "cat '$BATS_TEST_TMPDIR/sent' >\$sent"
	cp "$KERNEL" "$KERNEL-b"
	cp "$KERNEL" "$KERNEL-c"
	kernels --boots 1 --kernel "$KERNEL-b,$KERNEL-c"
	[ "$status" -eq 0 ] || fail_with "status $status"
	jq -e --arg file "$KERNEL" '[.kernels[].file] == [$file, $file + "-b", $file + "-c"]' "$OUT"/*/kernels.json >/dev/null ||
		fail_with "$(jq -c '[.kernels[].file]' "$OUT"/*/kernels.json)"
}

@test "boots that differ say by how much, and keep both runs" {
	local boot
	# Both of one length.
	for boot in 1 2; do
		jq ".clock.ns_per_tick = 1.00$((5 * boot - 4))" "$BATS_FILE_TMPDIR/environment" >"$BATS_TEST_TMPDIR/other"
		sends "$BATS_TEST_TMPDIR/other" >"$BATS_TEST_TMPDIR/sent-$boot"
	done
	fake_qemu "cat '$BATS_TEST_TMPDIR'/sent-\$((2 - number % 2)) >\$sent"
	kernels
	[ "$status" -eq 0 ] && [[ $stderr == *"not repeatable: its 2 boots are up to 0.5 % apart"* ]] || fail_with "not said"
	[ -f "$(echo "$OUT"/*)/kernel-1-boot-2/samples.jsonl.zst" ] || fail_with "the other run is lost"
	kernels --boots 1
	[ "$status" -eq 0 ] && [[ $stderr == *"one boot, so not known"* ]] || fail_with "one boot is no evidence"
}

@test "a clock that counts no instructions is refused" {
	jq '.clock.ns_per_tick = 0.4' "$BATS_FILE_TMPDIR/environment" >"$BATS_TEST_TMPDIR/slow"
	sends "$BATS_TEST_TMPDIR/slow" >"$BATS_TEST_TMPDIR/sent"
	fake_qemu "cat '$BATS_TEST_TMPDIR/sent' >\$sent"
	kernels
	fails_with "cannot count instructions"
}

@test "what a kernel sends is bounded and looked at; the console's last line says more" {
	fake_qemu 'echo "panic: $(printf "\033[2J")" >$console'
	kernels
	fails_with "sent: nothing"
	[[ $stderr == *"its console's last line: panic: "* && $output$stderr != *$'\033'* ]] ||
		fail_with "no console, or one that steers the terminal"
	jq '.kernel.release = "6.0\u001b[2J"' "$BATS_FILE_TMPDIR/environment" >"$BATS_TEST_TMPDIR/odd"
	sends "$BATS_TEST_TMPDIR/odd" >"$BATS_TEST_TMPDIR/sent"
	fake_qemu "cat '$BATS_TEST_TMPDIR/sent' >\$sent"
	OUT=$OUT.odd kernels
	[ "$status" -eq 0 ] && [[ $output == *"Linux unknown"* && $output$stderr != *$'\033'* ]] || fail_with "a name that steers the terminal"
	fake_qemu 'head -c 40M /dev/zero >$sent; exit $?'
	OUT=$OUT.2
	kernels
	[ "$status" -eq 1 ] && [[ $stderr == *"it wrote more than 8 MiB"* ]] || fail_with "taken"
}

@test "a machine that hangs is ended, with all that it started; so is one at an interrupt" {
	fake_qemu 'sleep 1000'
	kernels --boot-time 2s --boots 1
	fails_with "took longer than 2 s"
	"$FORKCOST" kernels --kernel "$KERNEL" --output "$OUT.2" >/dev/null 2>&1 3>&- &
	local pid=$!
	until [ -d "$BATS_TEST_TMPDIR/boot-3" ]; do sleep 0.1; done
	kill -INT "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 130 ] || fail_with "status $status"
	[ -z "$(processes_of "$BATS_TEST_TMPDIR")" ] || fail_with "left running: $(processes_of "$BATS_TEST_TMPDIR")"
}

@test "QEMU that is missing, or says no, is named with a remedy" {
	fake_qemu 'echo "no such image" >&2; exit 1'
	kernels
	fails_with "QEMU says: no such image"
	run --separate-stderr env "PATH=$BATS_TEST_TMPDIR" "$FORKCOST" kernels --kernel "$KERNEL" --output "$OUT"
	[ "$status" -eq 1 ] && [[ $stderr == *"cannot find qemu-system-x86_64; install it"* ]] || fail_with "no remedy"
}

@test "words that make no sense are refused before anything is made" {
	local words
	for words in "" "--kernel $BATS_TEST_TMPDIR/none" "--kernel $BATS_TEST_TMPDIR" "--kernel $KERNEL," "--kernel $KERNEL --kernel $BATS_TEST_TMPDIR/none" "--kernel $KERNEL --boots 0" \
		"--kernel $KERNEL --boots 9" "--kernel $KERNEL --boot-time 1ms" "--kernel $KERNEL --boot-time 2d"; do
		# shellcheck disable=SC2086 # words
		run --separate-stderr "$FORKCOST" kernels $words --output "$OUT"
		[ "$status" -eq 2 ] && [[ $stderr == "forkcost: cannot "* ]] && [ ! -e "$OUT" ] || fail_with "not refused: $words"
	done
}
