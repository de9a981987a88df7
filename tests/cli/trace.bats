#!/usr/bin/env bats
# Each primitive is what it claims to be: seen by the system calls of `forkcost once`.
load helpers

setup_file() {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2>/dev/null || skip "strace may not ptrace here"
}

COUNT=3

# trace PRIMITIVE ACTION [OPTIONS]: $calls holds what the worker and its children did, a line a
# call, "PID call", from the worker's exec on; calls that were resumed are not named twice.
trace() {
	local primitive=$1 action=$2
	shift 2
	strace -f -v -s 200 -o "$BATS_TEST_TMPDIR/trace" \
		"$FORKCOST" once --primitive "$primitive" --action "$action" --count $COUNT "$@" 3>&-
	calls=$BATS_TEST_TMPDIR/calls
	awk 'seen && !/<\.\.\. / && !/(\+\+\+|---) / { print }
		/execve\(.*forkcost-worker"/ { seen = 1 }' "$BATS_TEST_TMPDIR/trace" >"$calls"
	worker=$(awk '/execve\(.*forkcost-worker"/ { print $1 }' "$BATS_TEST_TMPDIR/trace")
	# Whatever starts a process or a thread.
	starts=$(grep -cE '^[0-9]+ +(clone|clone3|fork|vfork)\(' "$calls" || :)
	[ "$starts" -eq $((COUNT + ${SERVERS:-0})) ] || fail_with "$starts children instead of $COUNT" "$(cat "$calls")"
}

# starts_all PATTERN: every child was started by a call like this one.
starts_all() {
	local got
	got=$(grep -E '^[0-9]+ +(clone|clone3|fork|vfork)\(' "$calls" | grep -cE "^[0-9]+ +$1" || :)
	[ "$got" -eq $COUNT ] || fail_with "$got of $COUNT starts are like $1:" \
		"$(grep -E '(clone|clone3|fork|vfork)\(' "$calls")"
}

# count_of PATTERN: how many calls of children are like that.
of_children() { grep -v "^$worker " "$calls" | grep -cE "^[0-9]+ +$1" || :; }

# lone_call PATTERN: the children made one system call each, this one.
lone_call() {
	[ "$(of_children "$1")" -eq $COUNT ] || fail_with "children did not call $1" "$(cat "$calls")"
	[ "$(of_children '')" -eq $COUNT ] ||
		fail_with "children made other calls:" "$(grep -v "^$worker " "$calls")"
}

execs_target() {
	local got
	got=$(grep -v "^$worker " "$calls" | grep -cE 'execve\("[^"]*/forkcost-target", \["forkcost-target"\]' || :)
	[ "$got" -eq $COUNT ] || fail_with "$got of $COUNT children exec forkcost-target" "$(cat "$calls")"
	[ "$(grep -cE '(execve\(.*|<\.\.\. execve resumed>.*)= 0$' "$BATS_TEST_TMPDIR/trace")" -ge $((COUNT + 2)) ] ||
		fail_with "an exec failed" "$(grep execve "$BATS_TEST_TMPDIR/trace")"
}

# What libc's fork is on this machine: its flags name the child's tid, which a raw clone's do not.
@test "fork is libc's: clone with SIGCHLD and the child's tid" {
	trace fork exit
	starts_all 'clone\(child_stack=NULL, flags=CLONE_CHILD_CLEARTID\|CLONE_CHILD_SETTID\|SIGCHLD'
	[ "$(of_children 'exit_group\(')" -eq $COUNT ]
}

@test "clone is clone with SIGCHLD and nothing else, and its child only leaves" {
	trace clone exit
	starts_all 'clone\(child_stack=NULL, flags=SIGCHLD[) ]'
	lone_call 'exit_group\('
}

@test "vfork is vfork" {
	trace vfork exit
	starts_all '(vfork\(|clone\(.*flags=CLONE_VM\|CLONE_VFORK\|SIGCHLD)'
	if [ "$(uname -m)" = x86_64 ]; then starts_all 'vfork\('; fi
	lone_call 'exit_group\('
}

@test "posix_spawn is libc's: CLONE_VM and CLONE_VFORK, a stack mapped, and signal calls" {
	trace posix_spawn exec
	starts_all '(clone3\(\{flags=CLONE_VM\|CLONE_VFORK[,|]|clone\(.*flags=CLONE_VM\|CLONE_VFORK\|SIGCHLD)'
	execs_target
	[ "$(of_children 'rt_sigaction\(')" -ge $((COUNT * 20)) ] ||
		fail_with "few rt_sigaction calls: $(of_children 'rt_sigaction\(')"
	[ "$(grep -cE "^$worker +mmap\(.*MAP_STACK" "$calls")" -ge $COUNT ] || fail_with "no stack is mapped"
}

@test "clone_vm shares memory, has its own stack, and does not stop the caller" {
	trace clone_vm exit
	starts_all 'clone\(child_stack=0x[0-9a-f]+, flags=CLONE_VM\|SIGCHLD[) ]'
	lone_call 'exit_group\('
}

@test "clone_vm_vfork shares memory and stops the caller" {
	trace clone_vm_vfork exit
	starts_all 'clone\(child_stack=0x[0-9a-f]+, flags=CLONE_VM\|CLONE_VFORK\|SIGCHLD[) ]'
	lone_call 'exit_group\('
}

@test "clone_vfork stops the caller and shares no memory" {
	trace clone_vfork exit
	starts_all 'clone\(child_stack=NULL, flags=CLONE_VFORK\|SIGCHLD[) ]'
	lone_call 'exit_group\('
}

@test "clone3 asks for a pidfd, which the caller closes" {
	trace clone3 exit
	starts_all 'clone3\(\{flags=CLONE_PIDFD, pidfd=0x[0-9a-f]+, exit_signal=SIGCHLD, stack=NULL'
	lone_call 'exit_group\('
	[ "$(grep -cE "^$worker +close\([0-9]+\) += 0" "$calls")" -ge $COUNT ] || fail_with "pidfds stay open"
}

@test "thread is a thread, ended by exit and not exit_group, and never reaped" {
	trace thread exit
	starts_all 'clone\(child_stack=0x[0-9a-f]+, flags=CLONE_VM\|[A-Z_|]*CLONE_THREAD\|[A-Z_|]*CLONE_CHILD_CLEARTID'
	lone_call 'exit\(0[) ]'
	! grep -q 'clone.*SIGCHLD' "$calls" || fail_with "a thread with SIGCHLD"
	! grep -q ' wait4(' "$calls" || fail_with "a thread is waited for as a process"
}

# What is too small to have the heap was there before it; and whoever is not the worker's child it cannot wait for.
@test "fork_server is started before the heap, starts the children, and ends with the worker" {
	local server heap started
	SERVERS=1 trace fork_server exit --heap 64M
	started=$(grep -nE "^$worker +clone\(child_stack=NULL, flags=SIGCHLD" "$calls" | cut -d: -f1)
	heap=$(grep -nE "^$worker +mmap\(0x[0-9a-f]+, 67108864, " "$calls" | head -1 | cut -d: -f1)
	[ -n "$started" ] && [ -n "$heap" ] && [ "$started" -lt "$heap" ] || fail_with "server $started, heap $heap" "$(cat "$calls")"
	server=$(sed -nE "s/^([0-9]+) +clone\(.*CLONE_PARENT\|SIGCHLD.*/\1/p" "$calls" | sort -u)
	[ "$server" != "$worker" ] && [ "$(grep -cE "^$server +clone\(child_stack=NULL, flags=CLONE_PARENT\|SIGCHLD" "$calls")" -eq $COUNT ] ||
		fail_with "the server does not start all"
	[ "$(grep -cE "^$worker .*wait4.*WEXITSTATUS\(s\) == 41" "$BATS_TEST_TMPDIR/trace")" -eq $COUNT ] ||
		fail_with "not all are waited for" "$(grep wait4 "$BATS_TEST_TMPDIR/trace")"
	grep -qE "^$server +\+\+\+ killed by SIGKILL" "$BATS_TEST_TMPDIR/trace" || fail_with "the server stays"
}

# minflt: the children's page faults as wait4 says them, one a line.
minflt() { grep 'wait4' "$BATS_TEST_TMPDIR/trace" | grep -o 'ru_minflt=[0-9]*' | cut -d= -f2; }

@test "eager_copy is clone whose child faults on every page of the heap" {
	local faults pages=$((1024 * 1024 / 4096))
	trace eager_copy exit --heap 1M
	starts_all 'clone\(child_stack=NULL, flags=SIGCHLD[) ]'
	lone_call 'exit_group\('
	[ "$(minflt | wc -l)" -eq $COUNT ]
	for faults in $(minflt); do
		[ "$faults" -ge $pages ] || fail_with "a child with $faults faults for $pages pages"
	done
	trace clone exit --heap 1M
	[ "$(minflt | wc -l)" -eq $COUNT ]
	for faults in $(minflt); do
		[ "$faults" -lt 64 ] || fail_with "clone's child has $faults faults and should write no heap"
	done
}

@test "every exec arm execs forkcost-target, as often as was asked" {
	local primitive
	for primitive in fork clone vfork clone_vm clone_vm_vfork clone_vfork clone3; do
		trace "$primitive" exec
		execs_target
	done
}

@test "the target is one mapping's worth of calls: it leaves, and nothing else" {
	trace vfork exec
	[ "$(of_children 'execve\(')" -eq $COUNT ]
	[ "$(of_children 'exit_group\(42[) ]')" -eq $COUNT ]
	[ "$(of_children '')" -eq $((2 * COUNT)) ] || fail_with "other calls" "$(grep -v "^$worker " "$calls")"
}

@test "once starts nothing but what was asked for, and waits for each" {
	trace clone exit --heap 4M
	[ "$(grep -cE "^$worker +wait4\(" "$calls")" -eq $COUNT ]
}
