#!/usr/bin/env bats
# forkcost counters: what is counted, by what, and why the rest is not; here, without privileges, behind
# seccomp, and with libraries that know other CPUs.
load helpers

ROLES='cycles instructions dtlb_load_walks dtlb_store_walks dtlb_walk_cycles itlb_walks tlb_flushes
	llc_misses page_faults tlb_flush_task_switch tlb_flush_remote_shootdown tlb_flush_local_shootdown
	tlb_flush_local_mm_shootdown tlb_flush_remote_send_ipi page_fault_user page_fault_kernel'
PARANOID=/proc/sys/kernel/perf_event_paranoid

setup() { unset LIBPFM_FORCE_PMU; }

teardown() {
	[ ! -f "$BATS_TEST_TMPDIR/paranoid" ] || cat "$BATS_TEST_TMPDIR/paranoid" >$PARANOID
	[ -z "${OPEN-}" ] || rm -rf "$OPEN"
}

# counters [ARGUMENTS...]: what forkcost counters says, or red.
counters() {
	run --separate-stderr "$FORKCOST" counters "$@"
	expect_report
}

expect_report() {
	if [ "$status" -ne 0 ] || [ -n "$stderr" ]; then fail_with "it failed"; fi
	local wide
	wide=$(printf '%s\n' "$output" | awk 'length($0) > 80')
	[ -z "$wide" ] || fail_with "wider than 80 columns:" "$wide"
	expect_settled
}

# Every role is counted or says why not, in a footnote that is there, and none for nothing.
expect_settled() {
	printf '%s\n' "$output" | awk '
		/^\[[0-9]+\] (unavailable|not permitted): ./ { note[substr($1, 2, length($1) - 2)] = 1; next }
		/^[a-z][a-z0-9_]*  / || /^[a-z][a-z0-9_]*$/ { role = $1; settled[role] = 0 }
		role && /counted in group [0-9]+$/ { settled[role]++ }
		role && /(unavailable|not permitted) \[[0-9]+\]$/ {
			settled[role]++
			match($0, /\[[0-9]+\]$/)
			used[substr($0, RSTART + 1, RLENGTH - 2)] = 1
		}
		!NF { role = "" }
		END {
			for (role in settled) if (!settled[role]) { print role " says nothing"; bad = 1 }
			for (n in used) if (!(n in note)) { print "no reason [" n "]"; bad = 1 }
			for (n in note) if (!(n in used)) { print "an idle reason [" n "]"; bad = 1 }
			exit bad
		}' >&2 || fail_with "the report is not sound"
}

# state ROLE: what the report says of a role but its name, in one line.
state() {
	printf '%s\n' "$output" | awk -v role="$1" '
		$1 == role { on = 1; $1 = "" }
		!NF { on = 0 }
		on { $1 = $1; printf " %s", $0 }'
}

# reason ROLE: the footnotes of a role.
reason() {
	local number
	for number in $(state "$1" | grep -o '\[[0-9]*\]'); do
		printf '%s\n' "$output" | awk -v number="$number" '
			$1 == number && /^\[/ { on = 1 } on && !/^(\[|    )/ { on = 0 }
			$1 != number && /^\[/ { on = 0 } on { $1 = $1; printf "%s ", $0 }'
	done
}

# without_privileges PARANOID ARGUMENTS...: forkcost as nobody, at that level of the kernel's paranoia,
# which teardown puts back.
without_privileges() {
	local level=$1
	shift
	[ "$(id -u)" = 0 ] || skip "only root can become nobody and set the level"
	command -v setpriv >/dev/null || skip "there is no setpriv"
	cat $PARANOID >"$BATS_TEST_TMPDIR/paranoid"
	echo "$level" >$PARANOID || skip "the level cannot be set here"
	OPEN=$(mktemp -d /tmp/forkcost-counters-XXXXXX)
	cp "$FORKCOST" "$OPEN/"
	chmod 755 "$OPEN" "$OPEN/forkcost"
	run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups "$OPEN/forkcost" "$@"
	cat "$BATS_TEST_TMPDIR/paranoid" >$PARANOID
	expect_report
}

@test "every role is counted or says why not, in 80 columns" {
	local role
	counters
	for role in $ROLES; do
		[ -n "$(state "$role")" ] || fail_with "no $role"
	done
	[[ $output == "CPU: "* && $output == *"kernel.perf_event_paranoid: "* ]]
	# What is never seen by a process's counters is not counted as 0.
	[[ $(state tlb_flush_task_switch) == *unavailable* ]]
}

@test "root counts page faults and tracepoints, also where tracefs is not mounted, and mounts nothing" {
	[ "$(id -u)" = 0 ] || skip "not root"
	local before outside
	before=$(sort /proc/self/mountinfo)
	outside=$(sort /proc/1/mountinfo)
	counters
	[ "$(sort /proc/self/mountinfo)" = "$before" ] && [ "$(sort /proc/1/mountinfo)" = "$outside" ] ||
		fail_with "something is mounted now"
	[[ $(state page_faults) == *"user, kernel, both: counted in group 0" ]] ||
		[[ $(reason page_faults) == *seccomp* ]] || fail_with "page faults are not counted"
	grep -q tracefs /proc/filesystems || skip "this kernel has no tracefs"
	[ "$(uname -m)" = x86_64 ] || skip "not x86"
	unshare -m true 2>/dev/null || skip "root without CAP_SYS_ADMIN"
	local role
	for role in page_fault_user page_fault_kernel tlb_flush_local_mm_shootdown; do
		[[ $(state $role) == *"counted in group 0" ]] || fail_with "$role is not counted"
	done
}

@test "only what is named is tried; none is nothing" {
	counters --counters none
	[[ $output == *"no counters" && $output != *cycles* ]]
	counters --counters page_fault_user,page_faults
	[[ $output == *$'\npage_fault_user '*$'\npage_faults '* && $output != *cycles* ]]
	counters --counters=PERF_COUNT_SW_CONTEXT_SWITCHES
	[[ $output == *$'\nperf_count_sw_context_switches\n'*'by perf::PERF_COUNT_SW_CONTEXT_SWITCHES'* ]]
}

@test "a wrong list is refused with what is wrong" {
	usage_error "'nope'" counters --counters nope
	usage_error "'skx::NOPE:NOPE'" counters --counters cycles,skx::NOPE:NOPE
	usage_error "'cycles,'" counters --counters cycles,
	usage_error "''" counters --counters ''
	usage_error "'cycles' twice" counters --counters cycles,cycles
	usage_error "PERF_COUNT_SW_CPU_CLOCK:u" counters --counters PERF_COUNT_SW_CPU_CLOCK:u
	usage_error surplus counters surplus
	usage_error --nope counters --nope
	usage_error --counters counters --counters
}

@test "counters --help says its option, in 80 columns" {
	run --separate-stderr "$FORKCOST" counters --help
	succeeded
	[[ $output == *"--counters=LIST"* ]]
	[ -z "$(printf '%s\n' "$output" | awk 'length($0) > 80')" ]
}

@test "without privileges at level 2 the kernel's part is not permitted, and the remedy said" {
	counters --counters cycles
	local as_root
	as_root=$(reason cycles)
	without_privileges 2 counters
	[[ $(state page_faults) == *"user: counted in group 0 kernel, both: not permitted"* ]] ||
		fail_with "page_faults: $(state page_faults)"
	[[ $(reason page_faults) == *"perf_event_paranoid is 2; sysctl kernel.perf_event_paranoid=1,"* ]]
	[[ $(reason page_faults) == *CAP_PERFMON* ]]
	[[ $(reason page_fault_user) == *"not permitted: tracefs"*"run as root"* ]]
	# Where there is no PMU, no permission helps.
	if [[ $as_root == *"no hardware counters"* ]]; then [ "$(reason cycles)" = "$as_root" ]; fi
}

@test "without privileges at level 1 the kernel's part is counted" {
	without_privileges 1 counters --counters page_faults
	[[ $(state page_faults) == *"user, kernel, both: counted in group 0" ]]
}

@test "without privileges at level 3, kernels that know it permit nothing, and others are at 2" {
	without_privileges 3 counters --counters page_faults
	[[ $(reason page_faults) == *"perf_event_paranoid is 3"* ]]
	# All modes, or kernel and both.
	[[ $(state page_faults) =~ (_FAULTS|kernel,\ both:)\ not\ permitted ]]
}

@test "root of a user namespace reads that its capabilities do not count" {
	unshare -Ur true 2>/dev/null || skip "no user namespaces here"
	[ "$(cat $PARANOID)" -ge 2 ] || skip "the kernel is less paranoid"
	run --separate-stderr unshare -Ur "$FORKCOST" counters --counters page_faults
	expect_report
	[[ $(reason page_faults) == *"on the host, outside this user namespace"* ]]
}

@test "seccomp is distinguished from perf_event_paranoid, whichever errno it gives" {
	local deny=$BATS_TEST_TMPDIR/deny_perf error
	cc -Wall -Werror -o "$deny" "$BATS_TEST_DIRNAME/fixtures/deny_perf.c"
	for error in 1 38; do # EPERM, ENOSYS
		run --separate-stderr "$deny" $error "$FORKCOST" counters
		[ "$status" -ne 126 ] || skip "no seccomp filters here: $stderr"
		expect_report
		[[ $output == *"no counters" ]]
		[[ $(reason cycles) == *"not permitted: seccomp forbids perf_event_open"* ]]
		[[ $(reason page_faults) == *"--cap-add PERFMON --security-opt seccomp="* ]]
	done
	run --separate-stderr "$deny" 1 "$FORKCOST" doctor
	[[ $output == *"hardware counters"*seccomp* ]]
	# A security module says EACCES.
	run --separate-stderr "$deny" 13 "$FORKCOST" counters --counters cycles
	expect_report
	[ "$(id -u)" != 0 ] || [[ $(reason cycles) == *"security module"* ]]
}

@test "a CPU that lacks an event says so, one that is unknown, too" {
	[ "$(uname -m)" = x86_64 ] || skip "libpfm4 knows x86 CPUs only on x86"
	export LIBPFM_FORCE_PMU=spr
	counters
	[[ $output == "CPU: Intel SapphireRapid (spr)"* ]]
	[[ $(reason tlb_flushes) == *"libpfm4 has no event for it on Intel SapphireRapid"* ]]
	[[ $(state dtlb_load_walks) == *"by DTLB_LOAD_MISSES:WALK_COMPLETED "* ]]
	LIBPFM_FORCE_PMU=amd64_fam19h_zen4
	counters
	[[ $(state dtlb_load_walks) == *"(loads and stores together)"* ]]
	LIBPFM_FORCE_PMU=snb
	counters
	[[ $(reason tlb_flushes) == *"no event for it is known on Intel Sandy Bridge"* ]]
	[[ $(state dtlb_load_walks) == *"PERF_COUNT_HW_CACHE_DTLB:READ:MISS"* ]]
	LIBPFM_FORCE_PMU=nonsense
	counters
	[[ $output == "CPU: not known to libpfm4"* || $output == "CPU: libpfm4 does not start"* ]]
	[[ $(reason tlb_flushes) == *"does not know this CPU"* ]]
}

# counted_run [COMMAND...]: a run of seven replicates with a counter, in $RUN, under that command.
counted_run() {
	counters --counters page_faults
	[[ $(state page_faults) == *"both: counted"* ]] || skip "page faults cannot be counted here"
	RUN=$BATS_TEST_TMPDIR/run
	"$@" "$FORKCOST" run --experiment spawn --heap 0 --replicates 7 --cell-time 1ms --cache warm,cold --state dirty \
		--child-cpu same --evict 1M --counters page_faults --no-plots --no-table --output "$RUN" 3>&- 2>/dev/null
}

# in_passes PASSES: how many cells' lines have these passes and no others.
in_passes() {
	samples "$RUN/latest" | grep '"type":"cell"' | grep -oE '"counted":|"(plain|stamped|counted[0-9]+)":\{' |
		awk -v want="$1" '
			/"counted":/ { if (seen != "") lines[++n] = seen; seen = " " }
			!/"counted":/ { gsub(/[":{0-9]/, ""); if (!index(seen, " " $0 " ")) seen = seen $0 " " }
			END { lines[++n] = seen; for (i = 1; i <= n; i++) found += lines[i] == want; print found + 0 }'
}

@test "workers that take times open no counter: counts come from five of their own, of warm cells" {
	counted_run
	[ "$(in_passes ' plain stamped ')" -eq 14 ] || fail_with "plain: $(in_passes ' plain stamped ')"
	[ "$(in_passes ' counted ')" -eq 5 ] || fail_with "counted: $(in_passes ' counted ')"
	tsv "$RUN/latest/summary.csv" >"$BATS_TEST_TMPDIR/table"
	TABLE=$BATS_TEST_TMPDIR/table
	all 'primitive == "fork" && metric == "call_ns"' 'replicates == 7'
	all 'primitive == "fork" && metric == "page_faults_both"' 'cache == "warm" && replicates == 5 && min > 0'
	samples "$RUN/latest" | tail -1 | grep -qE '"counting_s":(0\.0*[1-9]|[1-9])' || fail_with "the time is not said"
	# Without counters no time is spent on them.
	"$FORKCOST" run "${TINY[@]}" --counters none --output "$RUN-none" 3>&- 2>/dev/null
	samples "$RUN-none/latest" | tail -1 | grep -q '"counting_s":0.0,' || fail_with "time for nothing"
}

@test "no worker closes a tracepoint's last counter, for which the kernel would wait" {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
	counted_run strace -f -e trace=execve,perf_event_open,exit_group -o "$BATS_TEST_TMPDIR/trace"
	# After the first worker, which says what there is, the driver tries the counters; after others it holds some.
	awk '{ sub(/^\[pid +/, ""); pid = $1 + 0 } NR == 1 { driver = pid }
		/forkcost-worker/ { workers++ }
		/perf_event_open/ && pid == driver && workers > 1 { held++ }
		/perf_event_open/ && pid != driver { opened++; if (!held) early++ }
		END { if (!held || !opened || early) { print held, opened, early; exit 1 } }' \
		"$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/found" ||
		fail_with "held, opened, opened before: $(cat "$BATS_TEST_TMPDIR/found")"
}

# arm_root: a folder with Arm's libraries, kept for the next time; nothing foreign is run to make it.
arm_root() {
	local folder=$BUILD/sysroot/arm64 why
	if [ ! -d "$folder" ]; then
		command -v mmdebstrap >/dev/null || skip "there is no mmdebstrap to fetch Arm's libpfm4"
		rm -rf "$folder.part"
		mkdir -p "${folder%/*}"
		why=$(mmdebstrap --quiet --variant=extract --architectures=arm64 \
			--include=libc6-dev,libpfm4-dev,libcmocka-dev bookworm "$folder.part" 2>&1 3>&-) ||
			skip "Arm's libpfm4 cannot be fetched: $(printf '%s\n' "$why" | grep '^E:' | head -1)"
		mv "$folder.part" "$folder"
	fi
	echo "$folder"
}

@test "roles encode on Arm Neoverse, with the library that knows it" {
	local arm program=$BATS_TEST_TMPDIR/test_roles
	[ "$(uname -m)" != aarch64 ] || skip "the unit test has done so"
	command -v aarch64-linux-gnu-gcc >/dev/null || skip "there is no aarch64-linux-gnu-gcc"
	command -v qemu-aarch64-static >/dev/null || skip "there is no qemu-aarch64-static"
	arm_root >"$BATS_TEST_TMPDIR/root"
	arm=$(cat "$BATS_TEST_TMPDIR/root")
	cd "$ROOT"
	aarch64-linux-gnu-gcc -std=gnu11 -D_GNU_SOURCE -I. --sysroot="$arm" -o "$program" \
		tests/unit/test_roles.c harness/driver/counters/roles.c harness/driver/counters/events.c \
		-L"$arm/usr/lib/aarch64-linux-gnu" -lpfm -lcmocka
	CMOCKA_MESSAGE_OUTPUT=TAP run qemu-aarch64-static -L "$arm" "$program"
	[ "$status" -eq 0 ] || fail_with "it failed"
	[[ $output == *"ok 1 - roles_encode_as_the_manuals_say"* ]]
}
