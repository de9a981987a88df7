#!/usr/bin/env bats
# The static build: in a root that holds nothing but it.
load helpers

setup_file() {
	[ "$(id -u)" -eq 0 ] || skip "not root: cannot have another root"
	make -C "$ROOT" -s BUILD="$BUILD" FORKCOST_NO_INSTALL=1 static >"$BATS_FILE_TMPDIR/make" 2>&1 3>&- ||
		fail_with "it does not build" "$(cat "$BATS_FILE_TMPDIR/make")" || return
	# A warning of the linker would be of something that needs libraries after all.
	! grep -i warning "$BATS_FILE_TMPDIR/make" || fail_with "it builds with warnings" || return
	mkdir -p "$BATS_FILE_TMPDIR"/root/{proc,sys,dev,tmp}
	cp "$BUILD"/static/forkcost* "$BATS_FILE_TMPDIR/root/"
	inside /forkcost run "${TINY[@]}" --output /tmp/results >"$BATS_FILE_TMPDIR/printed" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/printed" >&2
		return 1
	}
}

# inside COMMAND...: with that root, where nothing else is.
inside() {
	# shellcheck disable=SC2016
	timeout 120 unshare -m sh -c 'root=$1 && shift && for part in proc sys dev; do mount --rbind "/$part" "$root/$part"; done &&
		exec chroot "$root" "$@"' sh "$BATS_FILE_TMPDIR/root" "$@" 3>&-
}

@test "it needs no libraries, and neither do the programs beside it, but for the one that has them by its name" {
	local program
	for program in "$BUILD"/static/forkcost*; do
		case $program in *-dynamic) continue ;; esac
		run readelf -lW "$program"
		[[ $output == *LOAD* && $output != *INTERP* ]] || fail_with "$program asks for a dynamic linker"
	done
}

@test "it measures where there are no libraries, and summarizes" {
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_FILE_TMPDIR/root/tmp/results/latest/summary.csv" >"$TABLE"
	all 'experiment == "spawn" && primitive == "fork" && action == "exec" && metric == "call_ns"' 'median > 0'
}

@test "it sees the same machine as the one with libraries" {
	"$FORKCOST" run --experiment null \
		--heap 0 --replicates 1 --cell-time 1ms --no-plots --no-table --output "$BATS_TEST_TMPDIR" 2>/dev/null 3>&-
	diff <(jq .topology "$BATS_TEST_TMPDIR/latest/environment.json") \
		<(jq .topology "$BATS_FILE_TMPDIR/root/tmp/results/latest/environment.json") || fail_with "another topology"
	jq -e '.topology.read_by == "hwloc" and .topology.cpus > 0' "$BATS_TEST_TMPDIR/latest/environment.json" >/dev/null
}

@test "a program that needs libraries is refused there, with the reason" {
	run inside /forkcost run --dry-run --experiment spawn --heap 0 --program dynamic
	[ "$status" -eq 2 ]
	[[ $output == *"cannot execute '/forkcost-target-dynamic': No such file"* ]] || fail_with "not refused"
}

@test "without plot scripts or gnuplot it says how to draw elsewhere" {
	run inside /forkcost plot /tmp/results/latest
	[ "$status" -eq 1 ]
	[[ $output == *"copy /tmp/results/latest to where they are, and there: forkcost plot RUN"* ]] || fail_with "no remedy"
}
