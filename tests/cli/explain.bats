#!/usr/bin/env bats
# forkcost explain: what it says of two processes against what /proc says, read here without its code.
load helpers

explain() {
	run --separate-stderr "$FORKCOST" explain "$@" 3>&- </dev/null
}

# all_holds [ARGUMENTS...]: it plays to its end, in 80 columns, and every statement holds.
all_holds() {
	explain --no-pause "$@"
	if [ "$status" -ne 0 ] || [ -n "$stderr" ]; then fail_with "it failed: $*"; fi
	[[ $output =~ [1-9][0-9]*\ statements\ hold,\ 0\ do\ not ]] || fail_with "not all holds: $*"
	local wide
	wide=$(printf '%s\n' "$output" | awk 'length($0) > 80')
	[ -z "$wide" ] || fail_with "wider than 80 columns:" "$wide"
}

@test "every primitive is explained, and all that is said of it holds" {
	local primitive seen=0
	for primitive in $("$FORKCOST" list | sed -n '/^primitives/,/^axes/s/^  \([a-z][a-z0-9_]*\) .*/\1/p'); do
		seen=$((seen + 1))
		# Its child has none of the caller's memory.
		[ "$primitive" != fork_server ] || continue
		all_holds --primitive "$primitive" --pages 20
	done
	[ "$seen" -eq "$(find "$ROOT/bench/primitives" -name '*.c' | wc -l)" ] || fail_with "$seen primitives"
}

@test "without a primitive the child of a fork writes, another execs, and vfork is held against them" {
	all_holds
	[[ $output == *"fork: both write"*"fork: the child execs"*"vfork: the child writes, then execs"* ]] ||
		fail_with "other scenes, or another order"
}

@test "either side may write first: who does gets the copy, the other one takes its pages back" {
	local who
	for who in parent child; do
		all_holds --primitive fork --who $who --pages 9
		[[ $output == *"1.3  the $who writes each page"*"9 page faults in the $who for 9 pages"*"the $who's frames: 9 of 9 changed"* ]] ||
			[[ $output == *"hidden"* ]] || fail_with "$who has no copies"
	done
}

@test "every page kind that this machine has is explained" {
	local kind said=0
	for kind in thp mthp hugetlb; do
		explain --no-pause --primitive fork --page-kind $kind
		[ "$status" -ne 1 ] || [[ $stderr != "forkcost: cannot use pages of kind $kind: "* ]] || continue
		[ "$status" -eq 0 ] || fail_with "$kind fails"
		said=1
	done
	[ $said = 1 ] || skip "there are no large pages here"
}

# ---- an independent reading ----

# entry PID ADDRESS: the pagemap entry, as 16 hexadecimal digits.
entry() {
	dd if="/proc/$1/pagemap" bs=8 skip=$(($2 / $(getconf PAGESIZE))) count=1 status=none | od -An -v -t x8 | tr -d ' \n'
}
frame_of() { printf '0x%x' $((0x$(entry "$1" "$2") & 0x7fffffffffffff)); }
is_exclusive() { [ $((0x$(entry "$1" "$2") >> 56 & 1)) = 1 ] && echo yes || echo no; }
# content PID ADDRESS: the letter that the process has there.
content() { dd if="/proc/$1/mem" bs=1 skip=$(($2 + 4)) count=1 status=none; }
faults_of() { sed 's/.*) //' "/proc/$1/task/$1/stat" | cut -d ' ' -f 8; }
tables_of() { sed -n 's/^VmPTE:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

# stated NAME COLUMN: what the step's table says, 2: of the parent, 3: of the child.
stated() {
	awk -v name="$1" -v column="$2" '/^  / { line = $0; sub(/^ +/, "", line) } index(line, name) == 1 {
		value = column == 2 ? substr($0, 22, 30) : substr($0, 52)
		sub(/ +$/, "", value); print value }' "$BATS_TEST_TMPDIR/step" | head -1
}

# next_step: waits for the pause behind the next step, and puts that into the file `step`; false at the end.
next_step() {
	local out=$BATS_TEST_TMPDIR/out i
	for ((i = 0; i < 3000; i++)); do
		if [ "$(tail -c 11 "$out")" = 'the end -- ' ]; then
			tail -c +$((seen + 1)) "$out" >"$BATS_TEST_TMPDIR/step"
			seen=$(stat -c %s "$out")
			return 0
		fi
		! tail -n 1 "$out" | grep -q 'could not be checked$' || return 1
		sleep 0.01
	done
	fail_with "no step for 30 s"
}

# same NAME COLUMN WHAT: the table's word against ours.
same() {
	[ "$(stated "$1" "$2")" = "$3" ] ||
		fail_with "$1: '$(stated "$1" "$2")', but /proc says '$3'" "$(cat "$BATS_TEST_TMPDIR/step")"
}

# look_at COLUMN: what the table says of one process against /proc.
look_at() {
	local pid address
	pid=$(stated process "$1") address=$(stated 'virtual address' "$1")
	[[ $pid != - && $pid != gone ]] || return 0
	same 'page tables' "$1" "$(tables_of "${pid%%,*}") KiB"
	[ "$(stated 'minor faults' "$1" | cut -d ' ' -f 1)" = "$(faults_of "${pid%%,*}")" ] || fail_with "other faults"
	[[ $address == 0x* ]] || return 0
	pid=${pid%%,*}
	same 'frame number' "$1" "$(frame_of "$pid" "$address")"
	same exclusive "$1" "$(is_exclusive "$pid" "$address")"
	[ "$(stated content "$1")" = stopped ] || same content "$1" "'$(content "$pid" "$address")'"
	looked=$((looked + 1))
}

# watch ARGUMENTS...: plays it with pauses and looks at each step; `frames` collects "parent child" of each.
watch() {
	local to seen=0
	looked=0 frames=()
	mkfifo "$BATS_TEST_TMPDIR/in"
	: >"$BATS_TEST_TMPDIR/out"
	"$FORKCOST" explain "$@" <"$BATS_TEST_TMPDIR/in" >>"$BATS_TEST_TMPDIR/out" 3>&- &
	exec {to}>"$BATS_TEST_TMPDIR/in"
	while next_step; do
		look_at 2
		look_at 3
		frames+=("$(stated 'frame number' 2) $(stated 'frame number' 3)")
		echo >>"$BATS_TEST_TMPDIR/out" # so that this pause is not seen twice
		echo >&"$to"
	done
	exec {to}>&-
	wait $! || fail_with "it failed"
	rm "$BATS_TEST_TMPDIR/in"
}

shown() {
	[ "$(id -u)" = 0 ] || skip "only root sees frame numbers"
}

@test "what the steps of fork show is what /proc says of both processes" {
	shown
	watch --primitive fork --pages 12
	[ "$looked" -ge 16 ] || fail_with "looked at $looked processes only"
	local parent child step
	# both write: own, fork, child writes, parent writes, again, end
	read -r parent child <<<"${frames[1]}"
	[ "$parent" = "$child" ] || fail_with "after fork not the same frame: ${frames[1]}"
	for step in 2 3 4; do
		[ "${frames[step]}" = "${frames[2]}" ] || fail_with "frames change later"
	done
	[ "${frames[2]% *}" = "$parent" ] && [ "${frames[2]#* }" != "$parent" ] || fail_with "not the child has the copy"
}

@test "what the steps of vfork and posix_spawn show is what /proc says of both processes" {
	shown
	local primitive
	for primitive in vfork posix_spawn; do
		watch --primitive $primitive --pages 12
		[ "$looked" -ge 5 ] && [ "${#frames[@]}" -ge 3 ] || fail_with "looked at $looked processes only"
		[[ $(printf '%s\n' "${frames[@]%% *}" | sort -u) =~ ^0x[0-9a-f]+$ ]] || fail_with "frames change: ${frames[*]}"
	done
}

# ---- without privileges, and otherwise ----

@test "an ordinary user sees fault counts and contents, and how to see the rest" {
	setpriv --reuid 61234 --regid 61234 --clear-groups true 2>/dev/null || skip "not root: cannot become another user"
	private_build "$BATS_TEST_TMPDIR/place"
	chmod a+rx "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	run --separate-stderr setpriv --reuid 61234 --regid 61234 --clear-groups \
		"$BATS_TEST_TMPDIR/place/build/forkcost" explain --no-pause 3>&-
	[ "$status" -eq 0 ] || fail_with "it does not run"
	[[ $output == *"statements hold, 0 do not, "[1-9]*" could not be checked"* ]] || fail_with "nothing hidden"
	[[ $output == *"[1] hidden: the kernel shows frame numbers only to CAP_SYS_ADMIN; run as root"* ]] ||
		fail_with "not said how to see them"
	[[ $output != *"frame number     0x"* ]] || fail_with "a frame number is shown"
	[[ $output == *"ok  64 page faults in the child for 64 pages written"* ]] || fail_with "no fault counts"
	[[ $output == *"ok  the child reads 'C'"* ]] || fail_with "no contents"
}

@test "where a step does something else than it says, that is said, and the status is 1" {
	# Every other page is left alone.
	broken_worker harness/worker/walk.c 's/pages_time_write(run, shared.window, run->heap, PAGES_READ_PASSES);/run->touch.count \/= 2; & run->touch.count *= 2;/'
	run --separate-stderr "$place/build/forkcost" explain --no-pause --primitive fork 3>&-
	[ "$status" -eq 1 ] || fail_with "status is not 1"
	[[ $output == *"NO  32 page faults in the child for 64 pages written, expected 64"* ]] || fail_with "not said"
	[[ $output =~ statements\ hold,\ [1-9] ]] || fail_with "not counted"
}

@test "as JSON it says the same" {
	explain --json --primitive fork --pages 7
	[ "$status" -eq 0 ] || fail_with "it failed"
	[ "$(grep -c '"act": "' <<<"$output")" -eq 12 ] || fail_with "not all steps of both scenes"
	grep -q '"statements_failed": 0' <<<"$output" || fail_with "something failed"
	[ "$(grep -c '"faults_in_pass": 7' <<<"$output")" -eq 3 ] || fail_with "not three passes of 7 faults"
	! grep -q '"verdict": "fails"' <<<"$output" || fail_with "a statement fails"
	[[ ${output:0:1} == '{' && ${output: -1} == '}' ]] || fail_with "more than JSON"
	# Where there is no room for another statement, one is lost (CHECKS_MAX).
	awk -v most="$(sed -nE 's/.*CHECKS_MAX = ([0-9]+).*/\1/p' "$ROOT/harness/driver/explain/step.h")" '
		/"act": / { n = 0 } /"verdict": / { total++; if (++n >= most) exit bad = 1 }
		END { exit bad || most == "" || total < 50 }' <<<"$output" || fail_with "a step is full of statements"
}

@test "q ends it, the input's end goes on without pauses, and nothing is left" {
	private_build "$BATS_TEST_TMPDIR/place"
	run --separate-stderr "$BATS_TEST_TMPDIR/place/build/forkcost" explain <<<q 3>&-
	[ "$status" -eq 0 ] && [[ $output == *"1.1 "* && $output != *"1.2 "* ]] || fail_with "q does not end it"
	nothing_left "$BATS_TEST_TMPDIR/place"
	run --separate-stderr "$BATS_TEST_TMPDIR/place/build/forkcost" explain --primitive vfork </dev/null 3>&-
	[ "$status" -eq 0 ] && [[ $output == *"1.7 "* ]] || fail_with "it does not go on"
	nothing_left "$BATS_TEST_TMPDIR/place"
}

@test "interrupted at a pause it ends with 130, and leaves nothing" {
	local place=$BATS_TEST_TMPDIR/place status=0
	private_build "$place"
	mkfifo "$BATS_TEST_TMPDIR/in"
	"$place/build/forkcost" explain --primitive fork <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
	exec {to}>"$BATS_TEST_TMPDIR/in"
	wait_for grep -q 'the end -- ' "$BATS_TEST_TMPDIR/out"
	kill -TERM $!
	wait $! || status=$?
	exec {to}>&-
	[ "$status" -eq 130 ] || fail_with "status $status"
	nothing_left "$place"
}

@test "what cannot be explained is refused" {
	usage_error nosuch explain --primitive nosuch
	usage_error 0 explain --pages 0
	usage_error 262145 explain --pages 262145
	usage_error both explain --who both
	usage_error 7k explain --page-kind 7k
	usage_error '7 pages' explain --page-kind thp --pages 7
	usage_error 'the parent write first after vfork' explain --primitive vfork --who parent
	usage_error 'the child write first after posix_spawn' explain --primitive posix_spawn --who child
	usage_error "none of the caller's memory" explain --primitive fork_server
	usage_error surplus explain surplus
}

@test "more pages than there is memory for are refused" {
	refused 1 heap explain --page-kind hugetlb --pages 200000
}
