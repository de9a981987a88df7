#!/usr/bin/env bats
# A group of cgroup v2 with a limit: the worker is in it and what it writes is charged there; it is gone after a run, also
# after one that is killed. This kernel has the controller; a machine that runs tests may not.
load helpers

setup_file() {
	# shellcheck disable=SC2016 # for the guest's shell
	boot_once 'mkdir /run; mount -t cgroup2 none /sys/fs/cgroup && cd /sys/fs/cgroup && cat cgroup.subtree_control >/results/before
		run="forkcost run --experiment spawn,first_write --primitive fork --action exit --counters none --cell-time 1ms --state dirty
			--cache warm --child-cpu same --page-kind 4k --touch-order sequential --no-plots --no-table"
		$run --heap 0,1M --memory-limit 0,512M --replicates 1 --output /results/run || exit
		ls -d forkcost-limited 2>/dev/null >/results/after
		cat cgroup.subtree_control >>/results/after
		ls /run/forkcost >>/results/after
		# Too little is no level, and said.
		forkcost run --experiment spawn --heap 64M --memory-limit 64M --dry-run 2>/results/refused
		$run --heap 1M --memory-limit 512M --replicates 100 --output /tmp/killed 2>/dev/null &
		for i in $(seq 300); do [ -z "$(cat forkcost-limited/cgroup.procs 2>/dev/null)" ] || break; sleep 0.1; done
		cat forkcost-limited/memory.max forkcost-limited/cgroup.procs cgroup.subtree_control >/results/during
		cat /run/forkcost/memory-group /run/forkcost/memory-controller >/results/noted
		kill -9 $!
		for i in $(seq 300); do [ -d forkcost-limited ] || [ -n "$(cat cgroup.subtree_control)" ] || break; sleep 0.1; done
		ls -d forkcost-limited 2>/dev/null >/results/killed
		cat cgroup.subtree_control >>/results/killed
		ls /run/forkcost >>/results/killed; exit 0'
}

# facts LEVEL: memory_max_bytes of the workers of a level.
facts() {
	samples "$BATS_FILE_TMPDIR/run/latest" | jq -r "select(.type == \"cell\" and .memory_limit == \"$1\") | .worker.memory_max_bytes" | sort -u
}

@test "the worker is in a group with the limit, and only where a level asks for it" {
	table_of run
	[ "$(facts 536870912)" = 536870912 ]
	[[ $(facts 0) == unavailable:* ]]
	some 'experiment == "spawn" && metric == "call_ns" && count > 0'
	[ "$(samples "$FOLDER" | grep -c '"type":"cell".*"memory_limit":"536870912"')" -gt 0 ]
}

@test "the group and the controller are there only while a run lives, also one that is killed" {
	local left
	for left in after killed; do
		diff <(cat "$BATS_FILE_TMPDIR/before" <(printf '%s\n' memory-controller.lock memory-group.lock)) "$BATS_FILE_TMPDIR/$left" ||
			fail_with "$left: not as before"
	done
	grep -qx 536870912 "$BATS_FILE_TMPDIR/during"
	grep -qx memory "$BATS_FILE_TMPDIR/during"
	grep -qx 'before absent' "$BATS_FILE_TMPDIR/noted"
	grep -qx 'written /sys/fs/cgroup/forkcost-limited' "$BATS_FILE_TMPDIR/noted"
	grep -qx 'written /sys/fs/cgroup' "$BATS_FILE_TMPDIR/noted"
}

@test "a limit that would be hit is refused" {
	grep -q 'the limit must not be hit' "$BATS_FILE_TMPDIR/refused"
}
