#!/usr/bin/env bats
# What the TLB experiments do, seen by their own counts, by their system calls, and by perf: which cases
# there are, what happens in a window and what does not, and who is interrupted.
load helpers

PLAN=(--replicates 2 --cell-time 1ms --no-plots --no-table)
PAGE=$(getconf PAGESIZE)
OTHERS=$(($(nproc) - 1)) # CPUs besides the worker's

setup_file() {
	"$FORKCOST" run --experiment tlb_refill,tlb_shootdown,switch --heap 64K,2M "${PLAN[@]}" \
		--output "$BATS_FILE_TMPDIR/results" 3>&- 2>"$BATS_FILE_TMPDIR/stderr"
	tsv "$BATS_FILE_TMPDIR/results/latest/summary.csv" >"$BATS_FILE_TMPDIR/table"
}

setup() { TABLE=$BATS_FILE_TMPDIR/table; }

# cases_of EXPERIMENT METRIC: those that have values, at every heap.
cases_of() {
	rows "experiment == \"$1\" && metric == \"$2\" && count > 0" 'case_name' | sort -u | tr '\n' ' '
}

# traced OPTIONS...: $calls holds the calls of all workers of a run and of their children and threads,
# $own those of the workers themselves, a line a call, as "PID call", the results of calls that were
# interrupted joined to them.
traced() {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
	strace -f -o "$BATS_TEST_TMPDIR/trace" "$FORKCOST" run --counters none --replicates 1 \
		--cell-time "${CELL_TIME:-1ms}" --no-plots --no-table --output "$BATS_TEST_TMPDIR/results" "$@" 3>&- 2>/dev/null
	calls=$BATS_TEST_TMPDIR/calls own=$BATS_TEST_TMPDIR/own
	awk '{ sub(/ +/, " ") }
		/(\+\+\+|---) / { next }
		/<unfinished \.\.\.>$/ { sub(/ *<unfinished \.\.\.>$/, ""); begun[$1] = $0; next }
		/<\.\.\. / { line = $0; sub(/^.*resumed>/, "", line); $0 = begun[$1] line }
		!driver { driver = $1 }
		/execve\(.*forkcost-worker"/ { worker[$1] = 1 }
		{ sub(/\) +=/, ") =") }
		length(worker) && $1 != driver { print }
		worker[$1] { print >own }' own="$own" "$BATS_TEST_TMPDIR/trace" >"$calls"
	[ -s "$own" ] || fail_with "no worker was seen"
}

# times FILE PATTERN: how many calls there are like it.
times() { grep -cE "^[0-9]+ $2" "$1" || :; }

@test "tlb_refill: every case at every heap, with as many pages as the heap has" {
	local expected='after_flush after_fork after_posix_spawn after_switch after_vfork again warm ' heap
	case $(uname -m) in x86_64 | aarch64) expected="after_evict $expected" ;; esac
	[ "$(cases_of tlb_refill page_ns)" = "$expected" ] || fail_with "$(cases_of tlb_refill page_ns)"
	for heap in 65536 2097152; do
		all "experiment == \"tlb_refill\" && heap == $heap && metric == \"pages\" && count > 0" "min == $((heap / PAGE)) && max == min"
		[ "$(rows "experiment == \"tlb_refill\" && heap == $heap && metric == \"page_ns\" && count > 0" 1 | wc -l)" -eq \
			"$(wc -w <<<"$expected")" ]
	done
	all 'experiment == "tlb_refill" && metric == "page_ns"' 'count > 0 || note ~ /^unavailable: this CPU does not let programs evict/'
}

@test "tlb_refill: reads fault nowhere, after a fork neither" {
	# At most the kernel's own write behind a switch of processes (rseq), where one falls into a window.
	all 'experiment == "tlb_refill" && metric == "faults" && count > 0' 'min == 0 && max <= 2'
	[ "$(cases_of tlb_refill faults)" = "$(cases_of tlb_refill page_ns)" ]
}

# flush_bytes: what tlb_refill write-protects to flush the TLB.
flush_bytes() {
	rows 'experiment == "tlb_refill" && metric == "flushed" && count > 0' 'min == max ? min : "not one number"' | sort -u |
		awk -v page="$PAGE" '{ print $0 * page }'
}

@test "tlb_refill: few pages are write-protected, and that flushes all of the TLB" {
	all 'experiment == "tlb_refill" && metric == "flushed"' \
		'case_name == "after_flush" ? count > 0 && min == max : count == 0 && note ~ /^unavailable: no pages are write-protected/'
	[ "$(uname -m)" = x86_64 ] || skip "the tracepoint is x86-64's"
	! grep -qw invlpgb /proc/cpuinfo || skip "this CPU flushes by broadcast"
	command -v perf >/dev/null || skip "perf is not installed"
	# The default ceiling is 33 pages; a machine may have been given another.
	local bytes seen=$BATS_TEST_TMPDIR/perf.data
	bytes=$(flush_bytes)
	[ "$bytes" -ge $((34 * PAGE)) ] && [ "$bytes" -le $((64 * PAGE)) ] ||
		[ -r /sys/kernel/debug/x86/tlb_single_page_flush_ceiling ] || fail_with "$bytes bytes"
	unshare -m sh -c 'mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null
		perf record -q -o "$0" -e syscalls:sys_enter_mprotect -e tlb:tlb_flush -e syscalls:sys_exit_mprotect -- "$@" &&
		perf script -i "$0" -F pid,event,trace >"$0.txt"' "$seen" "$FORKCOST" run --experiment tlb_refill --heap 64K \
		"${PLAN[@]}" --counters none --output "$BATS_TEST_TMPDIR/traced" >/dev/null 2>&1 3>&- ||
		skip "perf may not record tlb:tlb_flush here"
	awk -v length_hex="$(printf '0x%08x' "$bytes")" '
		/sys_enter_mprotect/ { armed[$1] = index($0, "len: " length_hex ",") && /prot: 0x0*1$/; whole[$1] = 0; next }
		/tlb_flush/ { if (/pages:-1 /) whole[$1] = 1; next }
		/sys_exit_mprotect/ && armed[$1] { flushes++; all += whole[$1]; armed[$1] = 0 }
		END { if (flushes < 2 || all != flushes) { print all + 0 " of " flushes + 0 " flushed all"; exit 1 } }' \
		"$seen.txt" || fail_with "see above" "$(head -20 "$seen.txt")"
}

@test "tlb_refill: nothing happens between the disturbance and the window" {
	local bytes
	bytes=$(flush_bytes)
	CELL_TIME=200ms traced --experiment tlb_refill --heap 64K
	# What follows each flush and each fork in the worker: rehearsal and window, which read the usage of
	# resources before and after; or the wait for a partner that is to sleep first.
	awk -v flush="$bytes, PROT_READ) = 0" '{ call = $2; sub(/\(.*/, "", call) }
		after && /getrusage\(RUSAGE_THREAD/ { usage++; next }
		after { if (usage != 4 && !(call == "futex" && usage == 0)) { print after; print "then " usage " getrusage, " $0; bad = 1 }
			if (usage == 4) good[kind]++
			after = "" }
		/mprotect\(/ && index($0, flush) { after = $0; kind = "flush"; usage = 0 }
		/clone\(child_stack=NULL, flags=SIGCHLD\) = / { after = $0; kind = "fork"; usage = 0 }
		END { if (good["flush"] < 2 || good["fork"] < 4) { print "only " good["flush"] + 0 " flushes and " good["fork"] + 0 " forks"; bad = 1 }
			exit bad }' "$own" || fail_with "see above"
	# Each flush has its own pages: writable and written again before, and not inherited.
	[ "$(times "$own" "mprotect\(0x[0-9a-f]+, $bytes, PROT_READ\) ")" -gt 0 ]
	[ "$(times "$own" "mprotect\(0x[0-9a-f]+, $bytes, PROT_READ\|PROT_WRITE\) ")" -ge "$(times "$own" "mprotect\(0x[0-9a-f]+, $bytes, PROT_READ\) ")" ]
	[ "$(times "$own" "madvise\(0x[0-9a-f]+, $((bytes + 2 * PAGE)), MADV_DONTFORK\) = 0")" -ge 1 ]
	[ "$(times "$own" 'clone\(child_stack=0x[0-9a-f]+, flags=CLONE_VM\|CLONE_VFORK\|SIGCHLD\)')" -ge 2 ]
	[ "$(times "$own" 'clone3?\(.*CLONE_VM\|CLONE_VFORK[,|].*')" -ge 2 ]
	[ "$(grep -c 'execve("[^"]*forkcost-target"' "$calls")" -ge 2 ]
}

@test "tlb_shootdown: every case with and without threads, and reasons for what there is not" {
	[ "$(cases_of tlb_shootdown call_ns)" = "fork_busy_processes fork_running fork_sleeping " ]
	[ "$(cases_of tlb_shootdown flush_ns)" = "flush_page flush_range " ]
	all 'experiment == "tlb_shootdown" && metric == "calls"' 'count > 0 && min == max && min == (case_name ~ /^flush/ ? 64 : 1)'
	local metric
	for metric in gap_ns gap_idle_ns thread_pass_ns thread_warm_ns; do
		all "experiment == \"tlb_shootdown\" && metric == \"$metric\" && \$10 == 0" 'count == 0 && note ~ /^unavailable: (no threads run|a sleeping thread has no loop)/'
		[ "$OTHERS" -eq 0 ] ||
			[ "$(cases_of tlb_shootdown $metric)" = "flush_page flush_range fork_busy_processes fork_running " ]
	done
	[ "$(rows 'experiment == "tlb_shootdown" && metric == "call_ns" && case_name == "fork_running" && heap == 65536' '$10' | sort -n | tail -1)" -eq "$OTHERS" ]
}

# The least of the samples: now and then a fault of the caller's own comes into one, and flushes a page.
@test "tlb_shootdown: one flush a fork, and an interrupt only for a thread that runs" {
	local where='experiment == "tlb_shootdown" && metric == "tlb_flush_remote_send_ipi"'
	[ "$(uname -m)" = x86_64 ] || skip "the tracepoint is x86-64's"
	all "$where" 'count > 0 || note ~ /^(unavailable|not permitted)/'
	[ -n "$(rows "$where && count > 0" 1)" ] || skip "not counted: $(rows "$where" note | head -1)"
	all 'experiment == "tlb_shootdown" && metric == "tlb_flush_local_mm_shootdown" && case_name ~ /^fork/' 'min == 1'
	all 'experiment == "tlb_shootdown" && metric == "tlb_flush_local_mm_shootdown" && case_name ~ /^flush/' 'median >= 32'
	all "$where && case_name !~ /running|flush/" 'min == 0'
	all "$where && \$10 == 0" 'min == 0'
	[ "$OTHERS" -gt 0 ] || skip "one CPU only"
	! grep -qw invlpgb /proc/cpuinfo || skip "this CPU flushes others by broadcast"
	all "$where && \$10 > 0 && case_name == \"fork_running\"" 'min <= 1 && max >= 1'
	all "$where && \$10 > 0 && case_name ~ /^flush/" 'median >= 32'
}

@test "tlb_shootdown: perf sees as many interrupts sent as the results say" {
	[ "$OTHERS" -gt 0 ] || skip "one CPU only"
	[ "$(uname -m)" = x86_64 ] || skip "the tracepoint is x86-64's"
	! grep -qw invlpgb /proc/cpuinfo || skip "this CPU flushes others by broadcast"
	command -v perf >/dev/null || skip "perf is not installed"
	# sent THREADS: interrupts sent in a run with so many threads; and its table.
	sent() {
		unshare -m sh -c 'mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null
			perf stat -x, -o "$0" -e tlb:tlb_flush --filter "reason == 4" -- "$@"' "$BATS_TEST_TMPDIR/stat" \
			"$FORKCOST" run --experiment tlb_shootdown --heap 0 --threads "$1" --counters none --replicates 1 \
			--cell-time 1ms --no-plots --no-table --output "$BATS_TEST_TMPDIR/$1" 3>&- 2>/dev/null ||
			skip "perf may not count tlb:tlb_flush here"
		cut -d, -f1 "$BATS_TEST_TMPDIR/stat" | grep -E '^[0-9]+$'
	}
	local without with least
	without=$(sent 0)
	with=$(sent 1)
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/1/latest/summary.csv" >"$TABLE"
	# Warm-ups come on top.
	least=$(rows 'experiment == "tlb_shootdown" && metric == "calls" && (case_name == "fork_running" || case_name ~ /^flush/)' 'count * (case_name ~ /^flush/ ? 32 : 1)' |
		awk '{ sum += $1 } END { print sum }')
	[ "$least" -gt 0 ] && [ "$with" -ge "$least" ] || fail_with "$with interrupts, $least at least"
	[ $((without * 10)) -lt "$with" ] || fail_with "$without interrupts without threads, $with with one"
}

@test "tlb_shootdown: threads are threads, on another CPU, and end; busy others are processes" {
	[ "$OTHERS" -gt 0 ] || skip "one CPU only"
	traced --experiment tlb_shootdown --heap 0 --threads 1
	local thread='clone\(child_stack=0x[0-9a-f]+, flags=CLONE_VM\|CLONE_FS\|CLONE_FILES\|CLONE_SIGHAND\|CLONE_THREAD\|CLONE_SYSVSEM\|CLONE_CHILD_CLEARTID, child_tidptr=0x[0-9a-f]+\) = [0-9]+'
	local threads others here
	threads=$(times "$own" "$thread")
	others=$(times "$own" 'clone\(child_stack=0x[0-9a-f]+, flags=SIGCHLD\) = [0-9]+')
	[ "$threads" -ge 8 ] || fail_with "$threads threads"
	[ "$others" -ge 2 ] || fail_with "$others busy processes"
	[ "$(times "$calls" 'exit\(0\)')" -eq "$threads" ] || fail_with "$(times "$calls" 'exit\(0\)') of $threads threads end by exit"
	here=$(sed -nE 's/^[0-9]+ sched_setaffinity\(0, [0-9]+, \[([0-9]+)\]\).*/\1/p' "$own" | tail -1)
	[ "$(times "$own" 'sched_setaffinity\([1-9][0-9]*, [0-9]+, \[[0-9]+\]\) = 0')" -eq $((threads + others)) ]
	[ "$(times "$own" "sched_setaffinity\([1-9][0-9]*, [0-9]+, \[$here\]\)")" -eq 0 ] || fail_with "a thread on the worker's own CPU $here"
	# 32 flushes a sample, of a page and of so many that all goes.
	local pages flushes
	for pages in 1 $([ "$(uname -m)" = aarch64 ] && echo 1024 || echo 128); do
		flushes=$(times "$own" "mprotect\(0x[0-9a-f]+, $((pages * PAGE)), PROT_READ\) = 0")
		[ $((flushes % 32)) -eq 0 ] && [ "$flushes" -ge 64 ] || fail_with "$flushes flushes of $pages pages"
	done
	# The forks that are measured, and those that settle the caches; no other process stays.
	[ "$(times "$own" 'clone\(child_stack=NULL, flags=SIGCHLD\) = [0-9]+')" -ge 6 ]
	! grep -E '^[0-9]+ clone' "$own" | grep -vE "$thread|flags=(CLONE_VM\|CLONE_VFORK\|)?SIGCHLD" || fail_with "an unknown clone"
}

@test "tlb_shootdown: more threads than CPUs is an error that says so" {
	run --separate-stderr "$FORKCOST" run --experiment tlb_shootdown --heap 0 --threads $((OTHERS + 1)) \
		"${PLAN[@]}" --output "$BATS_TEST_TMPDIR"
	[ "$status" -ne 0 ]
	[[ $stderr == *"cannot run $((OTHERS + 1)) threads on separate CPUs"*"give a smaller --threads"* ]] || fail_with "it does not say why"
}

# cpus PID: where it may run; a shell's own means, for what lives a few milliseconds.
cpus() {
	local key rest
	while read -r key rest; do
		[ "$key" != Cpus_allowed_list: ] || echo "$rest"
	done <"/proc/$1/status"
}

@test "tlb_shootdown: a driver that is killed leaves no busy process behind" {
	[ "$OTHERS" -gt 0 ] || skip "one CPU only"
	local folder=$BATS_TEST_TMPDIR/private driver worker child there busy='' until=$((SECONDS + 20))
	private_build "$folder"
	"$folder/build/forkcost" run --experiment tlb_shootdown --heap 0 --threads 1 --cell-time 1s --replicates 30 \
		--counters none --no-plots --no-table --output "$BATS_TEST_TMPDIR/results" >/dev/null 2>&1 3>&- &
	driver=$!
	while [ -z "$busy" ] && [ $SECONDS -lt $until ]; do
		worker='' child=''
		read -r worker _ <"/proc/$driver/task/$driver/children" || [ -n "$worker" ] || continue
		read -r child _ <"/proc/$worker/task/$worker/children" || [ -n "$child" ] || continue
		# It is moved right after its start.
		there=$(cpus "$child") || :
		[ -z "$there" ] || [ "$there" = "$(cpus "$worker")" ] || busy=$child
	done 2>/dev/null
	kill -9 $driver # the worker goes with it, and what the worker started with the worker
	wait $driver || :
	[ -n "$busy" ] || fail_with "no busy process was seen"
	nothing_left "$folder"
}

# That the pages are read in between, `make self-check` says.
@test "switch: both cases, no faults, and as many switches as it says" {
	[ "$(cases_of switch switch_ns)" = "separate shared " ]
	all 'experiment == "switch" && metric == "switches"' 'count > 0 && min == 200 && max == 200'
	# At most the kernel's own write behind a switch of processes (rseq), where one falls into a window.
	all 'experiment == "switch" && metric == "faults"' 'count > 0 && min == 0 && max <= 2'
}

@test "switch: the same futex, no time-out a wait, and only the clone flags differ" {
	traced --experiment switch --heap 64K
	local shared separate waits
	shared=$(times "$own" 'clone\(child_stack=0x[0-9a-f]+, flags=CLONE_VM\|SIGCHLD\) = ')
	separate=$(times "$own" 'clone\(child_stack=NULL, flags=SIGCHLD\) = ')
	[ "$shared" -ge 2 ] && [ "$separate" -ge 2 ] || fail_with "$shared shared, $separate separate"
	[ "$(sed -nE 's/^[0-9]+ futex\((0x[0-9a-f]+), FUTEX_WAKE, 1\).*/\1/p' "$calls" | sort -u | wc -l)" -eq 1 ] ||
		fail_with "not one futex"
	# 120 round trips, two switches each; a wake-up each.
	[ "$(times "$calls" 'futex\(0x[0-9a-f]+, FUTEX_WAKE, 1\)')" -eq $(((shared + separate) * 240)) ]
	[ "$(times "$calls" 'futex\(0x[0-9a-f]+, FUTEX_WAIT, -?[0-9]+, \{')" -eq 0 ]
	[ "$(times "$own" 'setitimer\(ITIMER_REAL, ')" -eq $(((shared + separate) * 2)) ]
	# Nobody moves away from the worker's CPU.
	[ "$(times "$calls" 'sched_setaffinity\(')" -eq "$(times "$own" 'sched_setaffinity\(0, ')" ] ||
		fail_with "$(grep sched_setaffinity "$calls")"
}
