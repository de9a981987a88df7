#!/usr/bin/env bats
# Where the kernel's time goes. A test that needs perf to sample says why it is skipped where it cannot.
load helpers

# Taken anew, while other programs have the CPU in windows.
setup_file() {
	local take
	export PLACE=$BATS_FILE_TMPDIR PROFILE
	for take in 1 2 3; do
		"$FORKCOST" profile --output "$PLACE/$take" --heap 0,16M --primitive fork,vfork,posix_spawn --cell-time 700ms \
			>"$PLACE/stdout" 2>"$PLACE/stderr" </dev/null || :
		PROFILE=$(echo "$PLACE/$take"/*-profile)
		if [ ! -f "$PROFILE/profile.json" ] || [ -z "$(others)" ]; then break; fi
	done
}

# others: how much of the windows other programs had, where that is more than a tenth; else empty.
others() {
	jq -r '([.arms[].other_programs] | add) as $others | ([.arms[] | .samples + .profiling_itself] | add + $others) as $all
		| select($others * 10 > $all) | "other programs had \($others) of \($all) samples"' "$PROFILE/profile.json"
}

# quiet: skips the rest where other programs decide how many samples there are.
quiet() {
	local others
	others=$(others)
	if [ -n "$others" ]; then skip "the machine was busy: $others"; fi
}

teardown() {
	local pid
	for pid in $(processes_of "$BATS_TEST_TMPDIR"); do kill -9 "$pid" 2>/dev/null || :; done
}

# sampled: skips where this machine does not permit it, red where it failed otherwise.
sampled() {
	[ ! -f "$PROFILE/profile.json" ] || return 0
	grep -qE 'cannot (find perf|sample CPU|see the kernel)' "$PLACE/stderr" || fail_with "$(cat "$PLACE/stderr")"
	skip "$(tail -1 "$PLACE/stderr")"
}

# holds JQ: of profile.json.
holds() {
	jq -e "$1" "$PROFILE/profile.json" >/dev/null || fail_with "does not hold: $1" "$(jq -c . "$PROFILE/profile.json")"
}

# fake_perf WORDS: a folder for PATH whose perf records nothing and prints WORDS as its samples.
fake_perf() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\n[ "$1" = record ] && exec cat\nprintf '"'%s'\n" "$1" >"$BATS_TEST_TMPDIR/bin/perf"
	chmod +x "$BATS_TEST_TMPDIR/bin/perf"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

@test "shares are of the windows alone and add up" {
	sampled
	holds '.arms | length == 10'
	holds 'all(.arms[]; .samples == ([.items[].samples] | add))'
	holds 'all(.arms[] | select(.samples > 0); ([.items[].share] | add) - 1 | fabs < 1e-3)'
	holds 'all(.arms[].items[] | select(.low); .low <= .share and .share <= .high)'
	[ "$(jq '[.arms[] | .samples + .profiling_itself] | add' "$PROFILE/profile.json")" -eq \
		"$(awk '{ n += $NF } END { print n }' "$PROFILE/stacks.folded")" ] || fail_with "stacks and samples differ"
	# Every tick in a window is a sample, on every machine.
	holds '.event == "cpu-clock" and .period_ns == 99991'
	quiet
	holds '([.arms[] | .samples + .profiling_itself + .other_programs] | add) * .period_ns / ([.arms[].windows_ns] | add)
		| . > 0.8 and . < 1.2'
}

@test "page tables are copied by fork, for the heap's pages, and never by vfork" {
	sampled
	copied='(.items | map(.name) | index("page-table copy")) as $copy | .arms[]
		| {primitive, heap_bytes, samples, share: .items[$copy].share, count: .items[$copy].samples}'
	holds "[$copied | select(.primitive == \"vfork\" or .primitive == \"posix_spawn\") | .count] | add == 0"
	quiet
	holds "[$copied | select(.primitive == \"fork\" and .heap_bytes > 0 and .samples > 20) | .share] | length > 0 and min > 0.2"
}

@test "next to nothing is unmatched" {
	sampled
	holds '(.items | map(.name) | index("unmatched")) as $item
		| ([.arms[].items[$item].samples] | add) / ([.arms[].samples] | add) < 0.1'
}

@test "the figure is drawn, and the table fits" {
	sampled
	for ending in svg pdf png; do [ -s "$PROFILE/plots/kernel-breakdown.$ending" ] || fail_with "no $ending"; done
	rm "$PROFILE"/plots/*.svg
	run --separate-stderr "$FORKCOST" plot "$PROFILE"
	succeeded
	[ -s "$PROFILE/plots/kernel-breakdown.svg" ] || fail_with "plot does not find a profile's folder"
	run grep -v "$PLACE" "$PLACE/stdout"
	fits 80
	[[ $output == *"page-table copy"* ]] || fail_with "no item in the table"
}

@test "a run takes a profile in, and plot draws it" {
	sampled
	private_build "$BATS_TEST_TMPDIR"
	few_figures "$BATS_TEST_TMPDIR" kernel-breakdown
	"$FORKCOST" run "${TINY[@]}" --primitive fork --output "$BATS_TEST_TMPDIR/out" 2>/dev/null
	folder=$(readlink -f "$BATS_TEST_TMPDIR/out/latest")
	run --separate-stderr "$FORKCOST" profile --heap 4M --primitive fork --action exit --cell-time 50ms --no-plots "$folder"
	[ "$status" -eq 0 ] || fail_with "it failed"
	[ -z "$(find "$folder/plots" -name '*.svg')" ] || fail_with "something was drawn"
	run --separate-stderr "$BATS_TEST_TMPDIR/build/forkcost" plot "$folder"
	[ "$status" -eq 0 ] || fail_with "it failed"
	[ -s "$folder/plots/kernel-breakdown.svg" ] || fail_with "no figure"
	# Anybody may have put it there.
	mv "$folder/profile.json" "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$folder/profile.json"
	refused 1 "profile.json" plot "$folder"
}

@test "where a profile cannot be written nothing is sampled" {
	local deep=$BATS_TEST_TMPDIR
	refused 1 "cannot make a run folder in /nonexistent/x" profile --output /nonexistent/x
	[[ $stderr != *sampling* ]] || fail_with "it samples"
	while [ ${#deep} -le 1160 ]; do deep+=/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done
	mkdir -p "$deep"
	refused 1 "give a shorter path" profile "$deep"
}

@test "how to get perf, permission and names is said" {
	fake_perf 'x 1 1.5: \n\tff [unknown]\n\n'
	run --separate-stderr env PATH="$BATS_TEST_TMPDIR/none" "$FORKCOST" profile --heap 0 --output "$BATS_TEST_TMPDIR/out"
	if [[ $stderr == *"cannot sample"* ]]; then skip "$stderr"; fi
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	[[ $stderr == *"cannot find perf; install it: linux-perf on Debian"* ]] || fail_with "no package is named"
	run --separate-stderr "$FORKCOST" profile --heap 0 --primitive vfork --cell-time 1ms --output "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	[[ $stderr == *"sysctl kernel.kptr_restrict=0"* ]] || fail_with "no remedy for hidden names"
	cc -Wall -Werror -o "$BATS_TEST_TMPDIR/deny_perf" "$BATS_TEST_DIRNAME/fixtures/deny_perf.c"
	run --separate-stderr "$BATS_TEST_TMPDIR/deny_perf" 13 "$FORKCOST" profile --output "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	[[ $stderr == *"cannot sample CPU"*"sysctl kernel.perf_event_paranoid=0"* ]] || fail_with "no remedy for permission"
	[ ! -e "$BATS_TEST_TMPDIR/out" ] || fail_with "a folder was made for nothing"
}

@test "what cannot be asked for is refused" {
	usage_error "--output" profile --output "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR"
	usage_error "nowhere" profile "$BATS_TEST_TMPDIR/nowhere"
	usage_error "several states" profile --state dirty,write-protected
	usage_error "no_such" profile --primitive no_such
}

# record_for_long: a profile that samples for a minute; waits until it does.
record_for_long() {
	private_build "$BATS_TEST_TMPDIR"
	"$BATS_TEST_TMPDIR/build/forkcost" profile --heap 0 --primitive fork --cell-time 60s --output "$BATS_TEST_TMPDIR/out" \
		>/dev/null 2>"$BATS_TEST_TMPDIR/stderr" </dev/null 3>&- &
	driver=$!
	wait_for records
}

# perf, which is the driver's child, and its cat.
records() {
	perf=$(pgrep -P "$driver" -x perf) && cat=$(pgrep -P "$perf" -x cat) && pgrep -P "$driver" -x forkcost-worker >/dev/null
}

gone() { ! kill -0 "$perf" 2>/dev/null && ! kill -0 "$cat" 2>/dev/null && [ -z "$(processes_of "$BATS_TEST_TMPDIR")" ]; }

@test "nothing runs on when it is interrupted" {
	sampled
	record_for_long
	kill -INT "$driver"
	status=0
	wait "$driver" || status=$?
	[ "$status" -eq 130 ] || fail_with "status is not 130: $(cat "$BATS_TEST_TMPDIR/stderr")"
	wait_for gone
	[ ! -e "$BATS_TEST_TMPDIR/out" ] || fail_with "a folder was made for nothing"
}

@test "nothing runs on when it is killed" {
	sampled
	record_for_long
	kill -9 "$driver"
	wait "$driver" || :
	wait_for gone
}
