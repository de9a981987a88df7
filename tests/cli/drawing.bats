#!/usr/bin/env bats
# How figures are drawn: by one gnuplot each, and no more at a time than there are CPUs. The gnuplots are made up.
load helpers

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/bin"
	cp -r "$ROOT/results/reference-2cpu-vm" "$BATS_FILE_TMPDIR/run"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "begins $6" >>"$HOME/../log"\nsleep 0.05\necho "ends $6" >>"$HOME/../log"\nexit 1\n' \
		>"$BATS_FILE_TMPDIR/bin/gnuplot"
	chmod +x "$BATS_FILE_TMPDIR/bin/gnuplot"
}

# most_at_once CPUS: draws on the first of the CPUs that are allowed, and prints how many gnuplots ran at a time.
most_at_once() {
	local cpus
	cpus=$(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | awk -F - '{ for (c = $1; c <= (NF > 1 ? $2 : $1); c++) print c }' |
		head -n "$1" | paste -sd ,)
	rm -f "$BATS_TEST_TMPDIR/log"
	PATH=$BATS_FILE_TMPDIR/bin:$PATH TMPDIR=$BATS_TEST_TMPDIR taskset -c "$cpus" \
		"$FORKCOST" plot "$BATS_FILE_TMPDIR/run" 2>/dev/null || [ $? -eq 1 ]
	awk '/^begins/ { n++; if (n > most) most = n } /^ends/ { n-- } END { print most }' "$BATS_TEST_TMPDIR/log"
}

@test "a figure has one gnuplot, for all of its formats" {
	[ "$(most_at_once 1)" -eq 1 ] || fail_with "several on one CPU"
	sort "$BATS_TEST_TMPDIR/log" | uniq -d | grep . && fail_with "a figure twice"
	[ "$(grep -c '^ends' "$BATS_TEST_TMPDIR/log")" -gt 10 ] || fail_with "one that fails keeps others from it"
}

@test "two CPUs draw two figures at a time" {
	[ "$(nproc)" -gt 1 ] || skip "there is one CPU"
	[ "$(most_at_once 2)" -eq 2 ] || fail_with "not two"
}
