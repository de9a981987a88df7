#!/usr/bin/env bats
# The eviction buffer: one for all workers of a run, and none for their children. What it does to times is no test's
# concern.
load helpers

# The mapping of the buffer in a process, as "INODE FLAGS"; nothing where it has none, or is gone.
buffer_of() {
	awk '/^[0-9a-f]+-[0-9a-f]+ / { inode = $0 ~ /memfd:forkcost-evict/ ? $5 : "" }
		/^VmFlags:/ && inode != "" { print inode, $0 }' "/proc/$1/smaps" 2>/dev/null
}

# watch DRIVER: what its workers and their children have of the buffer, as often as can be looked, line by line: "worker
# PID INODE FLAGS", "child FLAGS", and "file NAME" for what a worker has open beside the wire form.
watch() {
	local worker child fd mapped=' '
	while kill -0 "$1" 2>/dev/null; do
		for worker in $(pgrep -P "$1" -x forkcost-worker); do
			[ -n "$(buffer_of "$worker")" ] || continue
			# When first seen it may be about to set it up.
			[[ $mapped == *" $worker "* ]] || { mapped+="$worker " && continue; }
			buffer_of "$worker" | sed "s/^/worker $worker /"
			for child in $(pgrep -P "$worker"); do
				buffer_of "$child" | sed 's/^/child /'
			done
			for fd in "/proc/$worker/fd"/*; do
				case ${fd##*/} in [0-3] | \*) ;; *) echo "file $(readlink "$fd")" ;; esac
			done
		done
	done
}

@test "all workers of a run map the same buffer, which children do not get" {
	local driver
	"$FORKCOST" run --experiment spawn --primitive fork --heap 16M --child-cpu same --cache cold --state dirty \
		--counters none --evict 8M --replicates 4 --cell-time 200ms --no-plots --no-table \
		--output "$BATS_TEST_TMPDIR/run" >/dev/null 2>&1 3>&- &
	driver=$!
	watch "$driver" >"$BATS_TEST_TMPDIR/seen"
	wait "$driver" || fail_with "the run fails"
	[ "$(awk '$1 == "worker" { print $2 }' "$BATS_TEST_TMPDIR/seen" | sort -u | wc -l)" -ge 2 ] ||
		fail_with "fewer than two workers were seen" "$(head "$BATS_TEST_TMPDIR/seen")"
	[ "$(awk '$1 == "worker" { print $3 }' "$BATS_TEST_TMPDIR/seen" | sort -u | wc -l)" -eq 1 ] ||
		fail_with "not one file for all" "$(sort -u "$BATS_TEST_TMPDIR/seen")"
	# "dc": not copied into children (proc(5)).
	! grep '^worker' "$BATS_TEST_TMPDIR/seen" | grep -v ' dc' || fail_with "children inherit it"
	! grep '^child' "$BATS_TEST_TMPDIR/seen" || fail_with "a child has it"
	! grep '^file.*evict' "$BATS_TEST_TMPDIR/seen" || fail_with "a worker keeps its file open, for children to inherit"
}

# settings_of NAME OPTION...: what environment.json says of the run.
settings_of() {
	local name=$1
	shift
	"$FORKCOST" run --experiment spawn --primitive fork --heap 0 --child-cpu same --state dirty --counters none \
		--replicates 1 --cell-time 1ms --no-plots --no-table --output "$BATS_TEST_TMPDIR/$name" "$@" 2>/dev/null
	output=$(sed -n '/^  "settings"/,/^  }/p' "$BATS_TEST_TMPDIR/$name/latest/environment.json")
}

@test "a run says how large the buffer is, and why" {
	settings_of given --cache cold --evict 3M
	grep -q '"evict_bytes": 3145728' <<<"$output" || fail_with "not the size given"
	grep -q '"found_by": "given by --evict"' <<<"$output" || fail_with "not given"
	grep -q '"huge_bytes": [0-9]' <<<"$output" || fail_with "not of which pages"
	! grep -q line_from_memory_ns <<<"$output" || fail_with "measured in vain"
	settings_of found --cache cold
	grep -q '"evict_bytes": [1-9]' <<<"$output" || fail_with "no size"
	grep -qE '"found_by": "(the least after which|twice the last-level cache|a quarter of the memory)' <<<"$output" ||
		fail_with "not how it was found"
	case $(uname -m) in x86_64 | aarch64)
		grep -q '"line_after_walk_ns": [1-9]' <<<"$output" && grep -q '"line_from_memory_ns": [1-9]' <<<"$output" ||
			fail_with "not measured"
		;;
	esac
	settings_of warm --cache warm
	grep -q '"evict_bytes": 0' <<<"$output" && ! grep -q '"eviction"' <<<"$output" || fail_with "a buffer without a use"
}

@test "cold cells have the primitives that programs use, unless others are asked for" {
	local with=(--experiment spawn --heap 0 --child-cpu same --action exit --state dirty --counters none --replicates 1
		--cell-time 1ms --evict 1M --no-plots --no-table)
	"$FORKCOST" run "${with[@]}" --output "$BATS_TEST_TMPDIR/unasked" 2>"$BATS_TEST_TMPDIR/stderr" ||
		fail_with "it fails" "$(cat "$BATS_TEST_TMPDIR/stderr")"
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/unasked/latest/summary.csv" >"$TABLE"
	some 'cache == "cold" && primitive == "fork" && metric == "call_ns" && count > 0'
	some 'cache == "warm" && primitive == "clone3" && metric == "call_ns" && count > 0'
	none 'cache == "cold" && primitive ~ /^(clone3|clone_vfork|clone_vm|eager_copy|thread)$/'
	"$FORKCOST" run "${with[@]}" --primitive fork,clone3 --output "$BATS_TEST_TMPDIR/asked" 2>/dev/null
	tsv "$BATS_TEST_TMPDIR/asked/latest/summary.csv" >"$TABLE"
	some 'cache == "cold" && primitive == "clone3" && metric == "call_ns" && count > 0'
}
