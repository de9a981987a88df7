#!/usr/bin/env bats
# What a run changes of the machine: as little as possible, written down before, and restored whatever the run dies
# of. Most of it in a private mount namespace, over files that look like the kernel's.
load helpers

setup() {
	unshare -m true 2>/dev/null || skip "no mount namespace may be made here"
	FAKE=$BATS_TEST_TMPDIR/fake
	MULTI=$FAKE/thp/hugepages-64kB/enabled
	POOL=$FAKE/pool/hugepages-2048kB/nr_hugepages
	RECORDS=$FAKE/run/forkcost
	local size
	mkdir -p "$FAKE/run" "$FAKE/cgroup/a" "${POOL%/*}"
	for size in 16 32 64 128 256 512 1024 2048; do
		mkdir -p "$FAKE/thp/hugepages-${size}kB"
		echo 'always inherit madvise [never]' >"$FAKE/thp/hugepages-${size}kB/enabled"
	done
	echo 'always [inherit] madvise never' >"$FAKE/thp/hugepages-2048kB/enabled"
	echo 'always [madvise] never' >"$FAKE/thp/enabled"
	for size in nr_hugepages free_hugepages resv_hugepages; do echo 0 >"$FAKE/pool/hugepages-2048kB/$size"; done
}

teardown() {
	local process
	for process in $(processes_of "$BATS_TEST_TMPDIR") ${sleeper-}; do kill -9 "$process" 2>/dev/null || :; done
	[ -z "${before-}" ] || put_back
}

# put_back: the machine's own settings, where a test that failed left them changed.
put_back() {
	local line word
	while read -r line; do
		case $line in
		*/enabled:*\[*) word=${line#*[} && echo "${word%%]*}" >"${line%%:*}" ;;
		*/nr_hugepages:*) echo "${line##*:}" >"${line%%:*}" ;;
		esac
	done <<<"$before"
}

# faked COMMAND...: becomes the command, on a machine whose settings are those files.
# shellcheck disable=SC2016 # for the inner shell
faked() {
	exec unshare -m --propagation private bash -c 'mount --bind "$0/run" /run &&
		mount --bind "$0/thp" /sys/kernel/mm/transparent_hugepage &&
		mount --bind "$0/pool" /sys/kernel/mm/hugepages && mount --bind "$0/cgroup" /sys/fs/cgroup && exec "$@"' "$FAKE" "$@" 3>&-
}

# change KIND [EXPERIMENT]: starts a run that has changed what the kind needs and goes on until it is stopped: its worker
# sleeps. Sets driver, guardian and sleeper.
change() {
	local place=$BATS_TEST_TMPDIR/place
	if [ ! -d "$place" ]; then
		private_build "$place"
		mv "$place/build/forkcost-worker" "$place/build/real"
		# The first one is asked what there is to measure.
		printf '#!/bin/sh\n[ -e %s/asked ] && exec sleep 50\n: >%s/asked\nexec %s/build/real\n' \
			"$place" "$place" "$place" >"$place/build/forkcost-worker"
		chmod +x "$place/build/forkcost-worker"
	fi
	rm -f "$place/asked"
	(faked "$place/build/forkcost" run --experiment "${2:-first_write}" --heap 4M --page-kind "$1" --replicates 1 \
		--cell-time 1ms --no-plots --no-table --output "$place/results") 2>"$BATS_TEST_TMPDIR/said" &
	driver=$!
	wait_for pgrep -P "$driver" -x sleep
	sleeper=$(pgrep -P "$driver" -x sleep)
	guardian=$(pgrep -P "$driver" -f -- --guard-settings) || fail_with "there is no guardian"
}

# any_command [PREFIX...]: the next start of forkcost, whatever it is for.
any_command() {
	run --separate-stderr faked "$@" "$FORKCOST" --version
	{ [ "$status" -eq 0 ] && [[ $output == forkcost\ * ]]; } || fail_with "it does not do what it was started for"
}

# silent: nothing was said on stderr.
silent() { [ -z "$stderr" ] || fail_with "it says something"; }

snapshot() { (cd "$FAKE" && grep -r . thp pool | sort); }

# a_record RECORD BEFORE WRITTEN: of a run that was killed.
a_record() {
	mkdir -p "$RECORDS"
	printf 'forkcost lent 1\nboot %s\nlender 1 99\nbefore %s\nwritten %s\nend\n' \
		"$(cat /proc/sys/kernel/random/boot_id)" "$2" "$3" >"$RECORDS/$1"
}

@test "a run switches on the 64 KiB pages alone, and only while it lives" {
	snapshot >"$BATS_TEST_TMPDIR/before"
	change mthp
	# Nobody's 2 MiB pages are taken away.
	[ "$(snapshot | diff "$BATS_TEST_TMPDIR/before" - | grep '^[<>]')" = "< thp/hugepages-64kB/enabled:always inherit madvise [never]
> thp/hugepages-64kB/enabled:madvise" ] || fail_with "$(snapshot)"
	[ "$(sed -n 's/^before //p' "$RECORDS/multi-size-pages")" = never ]
	# The guardian sleeps out of reach of our signals, and keeps nobody's output open.
	[ "$(cut -d' ' -f6 "/proc/$guardian/stat")" = "$guardian" ] || fail_with "it has no session of its own"
	[ "$(readlink "/proc/$guardian/fd/"* | grep -vc '^socket:\|^/dev/null$')" -eq 0 ] ||
		fail_with "the guardian keeps open: $(readlink "/proc/$guardian/fd/"*)"
	any_command && silent
	[ "$(cat "$MULTI")" = madvise ] || fail_with "a command has undone what a living run has changed"
	kill -INT "$driver" && wait "$driver" || :
	{ [ "$(cat "$MULTI")" = never ] && [ ! -e "$RECORDS/multi-size-pages" ]; } || fail_with "it was not put back"
	[ ! -e "/proc/$guardian" ] || fail_with "the guardian lives on"
}

@test "a run that is killed has a guardian that restores what it had changed" {
	change mthp
	kill -9 "$driver" "$sleeper"
	wait_for grep -qx never "$MULTI"
	wait_for test ! -e "$RECORDS/multi-size-pages"
	nothing_left "$BATS_TEST_TMPDIR"
	any_command && silent
}

@test "of all multi-size pages those that were off are on only while a run lives, also one that is killed" {
	local size
	echo 'always inherit [madvise] never' >"$FAKE/thp/hugepages-128kB/enabled"
	snapshot >"$BATS_TEST_TMPDIR/before"
	change mthp-any spawn
	for size in 16 32 64 256 512 1024; do
		grep -qx madvise "$FAKE/thp/hugepages-${size}kB/enabled" || fail_with "$size KiB are not on: $(snapshot)"
	done
	[ "$(find "$RECORDS" -name 'multi-size-pages*' ! -name '*.lock' | wc -l)" -eq 6 ] || fail_with "$(ls "$RECORDS")"
	kill -9 "$driver" "$sleeper"
	for size in 16 32 64 256 512 1024; do wait_for grep -qx never "$FAKE/thp/hugepages-${size}kB/enabled"; done
	snapshot | diff <(grep -v 'hugepages-\(16\|32\|64\|256\|512\|1024\)kB' "$BATS_TEST_TMPDIR/before") - |
		grep -v ':never$' | grep '^[<>]' && fail_with "something else was changed"
	nothing_left "$BATS_TEST_TMPDIR"
}

@test "the next command, whatever it is for, puts back what nobody else could" {
	change mthp
	kill -9 "$guardian" && kill -9 "$driver" "$sleeper"
	nothing_left "$BATS_TEST_TMPDIR"
	[ "$(cat "$MULTI")" = madvise ]
	# An ordinary user reads what to do.
	chmod a+rx "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" "$FAKE"
	private_build "$BATS_TEST_TMPDIR/user"
	FORKCOST=$BATS_TEST_TMPDIR/user/build/forkcost any_command setpriv --reuid 61234 --regid 61234 --clear-groups
	[[ $stderr == *'left /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled at madvise, and it was never;'* ]] ||
		fail_with "an ordinary user does not read what to do"
	[ "$(cat "$MULTI")" = madvise ]
	any_command
	[[ $stderr == *'restored /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled to never'* ]] ||
		fail_with "it does not say what it did"
	[ "$(cat "$MULTI")" = never ]
	[ ! -e "$RECORDS/multi-size-pages" ]
	any_command && silent
}

@test "a pool is shrunk again, though it had grown by less than was asked for" {
	a_record hugetlb-pool 3 12
	echo 7 >"$POOL"
	any_command
	{ [[ $stderr == *'nr_hugepages to 3'* ]] && [ "$(cat "$POOL")" = 3 ]; } || fail_with "the pool was not put back"
	a_record hugetlb-pool 3 12
	echo 20 >"$POOL"
	any_command
	[ "$(cat "$POOL")" = 20 ] || fail_with "what somebody else wrote was undone"
}

@test "what somebody else wrote since is left, and said" {
	a_record multi-size-pages never madvise
	echo 'always [inherit] madvise never' >"$MULTI"
	any_command
	[[ $stderr == *'is inherit, and was never before a run that was killed; left alone'* ]] || fail_with "not said"
	[ "$(cat "$MULTI")" = 'always [inherit] madvise never' ]
	[ ! -e "$RECORDS/multi-size-pages" ]
	any_command && silent
	# Of another boot: the kernel has started again.
	a_record multi-size-pages never madvise
	sed -i 's/^boot .*/boot 0d0f7be5-0000-0000-0000-000000000000/' "$RECORDS/multi-size-pages"
	echo 'always inherit [madvise] never' >"$MULTI"
	any_command && silent
	[ "$(cat "$MULTI")" = 'always inherit [madvise] never' ]
	[ ! -e "$RECORDS/multi-size-pages" ]
}

@test "a memory group and a controller that a killed run left are taken away, and no other folder is" {
	local before
	mkdir "$FAKE/cgroup/a/forkcost-limited" "$FAKE/cgroup/a/b"
	echo 'cpu memory' >"$FAKE/cgroup/a/cgroup.subtree_control"
	a_record memory-group absent /sys/fs/cgroup/a/forkcost-limited
	a_record memory-controller absent /sys/fs/cgroup/a
	any_command
	[[ $stderr == *'restored /sys/fs/cgroup/a'* ]] || fail_with "it is not said"
	[ ! -e "$FAKE/cgroup/a/forkcost-limited" ] || fail_with "the group is there"
	[ "$(cat "$FAKE/cgroup/a/cgroup.subtree_control")" = -memory ] || fail_with "the controller is there"
	[ -z "$(find "$RECORDS" -type f ! -name '*.lock')" ]
	any_command && silent
	mkdir -p "$FAKE/run/forkcost-limited" "$FAKE/cgroup/a/xforkcost-limited"
	for before in /sys/fs/cgroup/a/b /run/forkcost-limited /sys/fs/cgroup/../../../run/forkcost-limited /sys/fs/cgroup/a/xforkcost-limited; do
		a_record memory-group absent "$before"
		any_command
		[[ $stderr == *'forkcost did not write it'* ]] || fail_with "it takes a record of $before"
	done
	{ [ -d "$FAKE/cgroup/a/b" ] && [ -d "$FAKE/run/forkcost-limited" ] && [ -d "$FAKE/cgroup/a/xforkcost-limited" ]; } ||
		fail_with "another folder was removed"
}

@test "a record that forkcost did not write is never acted upon" {
	local edit whole
	echo 'always inherit [madvise] never' >"$MULTI"
	whole=$(snapshot)
	for edit in 's/^before .*/before pwned/' 's/^before .*/before ..\/..\/x/' '/^end/d' '/^written/d' 's/^lender.*/lender 1 1 1/' \
		'$s/$/\nbefore always/' 's/^before .*/before neverneverneverneverneverneverneverneverneverneverneverneverneverneverever/' \
		's/^written .*/written 7/' '1s/^/\n/'; do
		a_record multi-size-pages never madvise
		sed -i "$edit" "$RECORDS/multi-size-pages"
		any_command
		[[ $stderr == *'forkcost did not write it'* ]] || fail_with "it takes a record with $edit"
		[ ! -e "$RECORDS/multi-size-pages" ]
	done
	a_record multi-size-pages never madvise
	mv "$RECORDS/multi-size-pages" "$FAKE/elsewhere"
	ln -s "$FAKE/elsewhere" "$RECORDS/multi-size-pages"
	any_command
	{ [ -e "$FAKE/elsewhere" ] && [ ! -L "$RECORDS/multi-size-pages" ]; } || fail_with "a link was followed"
	mkfifo "$RECORDS/multi-size-pages"
	any_command
	a_record multi-size-pages never madvise
	chown 61234 "$RECORDS/multi-size-pages"
	any_command
	a_record multi-size-pages never madvise
	chmod 666 "$RECORDS/multi-size-pages"
	any_command
	# A folder that others can write to says nothing at all.
	a_record multi-size-pages never madvise
	chmod 777 "$RECORDS"
	any_command && silent
	chmod 755 "$RECORDS" && mv "$RECORDS" "$FAKE/theirs" && ln -s "$FAKE/theirs" "$RECORDS"
	any_command && silent
	[ "$(snapshot)" = "$whole" ] || fail_with "something was changed: $(snapshot)"
}

# tiny: a run over all page kinds, of which none is asked for; in $TABLE.
tiny() {
	run --separate-stderr faked "$FORKCOST" run --experiment first_write --heap 4M --replicates 2 --cell-time 1ms \
		--touch-order sequential --counters none --no-plots --output "$BATS_TEST_TMPDIR/results"
	[ "$status" -eq 0 ] || fail_with "status is not 0"
	TABLE=$BATS_TEST_TMPDIR/table
	tsv "$BATS_TEST_TMPDIR/results/latest/summary.csv" >"$TABLE"
	some 'page_kind == "4k" && metric == "write_ns" && count > 0'
}

# left_out KIND WORDS: the last run has no rows of it, and says so, with the words, wherever it speaks.
left_out() {
	[ -z "$(rows "page_kind == \"$1\"" 1)" ] || fail_with "$1 was not left out"
	[[ $(tr -s ' \n' ' ' <<<"$stderr") == *"left out: page kind $1: "*"$2"* ]] || fail_with "stderr: $1 is not left out for $2"
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"$1 ("*"$2"* ]] || fail_with "table: $1 is not left out for $2"
	grep -q "$1 (.*$2" "$BATS_TEST_TMPDIR/results/latest/plots/data/caption-first-write-by-page-kind.dat" ||
		fail_with "caption: $1 is not left out for $2"
}

@test "page kinds that are forbidden are left out, with the file and the word in it, and the run is whole" {
	local thp=/sys/kernel/mm/transparent_hugepage
	echo 'always madvise [never]' >"$FAKE/thp/enabled"
	snapshot >"$BATS_TEST_TMPDIR/before"
	tiny
	left_out thp "$thp/enabled is never; write madvise into it"
	left_out mthp "$thp/enabled is never; write madvise into it"
	# The pool is asked to grow, but does not here.
	left_out hugetlb 'cannot reserve 4 hugetlb pages'
	snapshot | diff "$BATS_TEST_TMPDIR/before" - || [ "$(cat "$POOL")" = 0 ] || fail_with "the pool is not as before"
	echo 'always [madvise] never' >"$FAKE/thp/enabled"
	echo 'always inherit madvise [never]' >"$FAKE/thp/hugepages-2048kB/enabled"
	echo 'always inherit [madvise] never' >"$FAKE/thp/hugepages-512kB/enabled"
	tiny
	left_out thp "$thp/hugepages-2048kB/enabled is never; write inherit into it"
	left_out mthp "$thp/hugepages-512kB/enabled is madvise"
	run --separate-stderr faked "$FORKCOST" doctor
	[[ $output == *"note  page kind thp"*"$thp/hugepages-2048kB/enabled is never"* ]] || fail_with "doctor"
	# Asked for by name, that is an error.
	run --separate-stderr faked "$FORKCOST" run --experiment first_write --heap 4M --page-kind thp --output "$BATS_TEST_TMPDIR/results"
	one_line 2 "$thp/hugepages-2048kB/enabled is never"
}

@test "a page kind that turns out not to be had is left out while the run goes on" {
	local seen
	# The file says that it was switched on, but the kernel knows nothing of it.
	[ "$(sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled 2>/dev/null)" = never ] ||
		skip "this kernel gives 64 KiB pages"
	tiny
	left_out mthp 'cannot trust'
	seen=$(samples "$BATS_TEST_TMPDIR/results/latest" | grep -c '"page_kind_left_out":true')
	[ "$seen" -eq 2 ] || fail_with "it was tried again: $seen"
	grep -qx never "$MULTI" || fail_with "it was not put back"
	run --separate-stderr faked "$FORKCOST" run --experiment first_write --heap 4M --replicates 2 --cell-time 1ms --dry-run
	{ [ "$status" -eq 0 ] && [[ $output == *'left out: page kind mthp'* ]]; } || fail_with "--dry-run"
	# Asked for by name, it has failed.
	run --separate-stderr faked "$FORKCOST" run --experiment first_write --heap 4M --page-kind mthp --replicates 1 \
		--cell-time 1ms --no-plots --no-table --output "$BATS_TEST_TMPDIR/results"
	[ "$status" -eq 1 ] || fail_with "status is not 1"
}

@test "where nothing can be written down nothing is changed" {
	mkdir "$RECORDS" && chown 61234 "$RECORDS"
	snapshot >"$BATS_TEST_TMPDIR/before"
	tiny
	left_out mthp 'cannot be saved in /run/forkcost'
	left_out hugetlb 'cannot be saved in /run/forkcost'
	snapshot | diff "$BATS_TEST_TMPDIR/before" - || fail_with "something was changed"
}

@test "a change is undone though somebody removed what was written down" {
	change mthp
	rm -r "$RECORDS"
	kill -INT "$driver" && wait "$driver" || :
	[ "$(cat "$MULTI")" = never ] || fail_with "it was not put back"
}

@test "two runs at once wait for each other" {
	change mthp
	local first=$driver
	rm "$BATS_TEST_TMPDIR/place/asked"
	(faked "$BATS_TEST_TMPDIR/place/build/forkcost" run --experiment first_write --heap 4M --page-kind mthp --replicates 1 \
		--cell-time 1ms --no-plots --no-table --output "$BATS_TEST_TMPDIR/place/results") 2>/dev/null &
	driver=$!
	sleep 1
	[ -z "$(pgrep -P "$driver")" ] || fail_with "the second did not wait"
	kill -INT "$first" && wait "$first" || :
	# Its own worker sleeps now, over a setting of its own.
	wait_for grep -qx "lender $driver .*" "$RECORDS/multi-size-pages"
	wait_for grep -qx madvise "$MULTI"
	kill -INT "$driver" && wait "$driver" || :
	[ "$(cat "$MULTI")" = never ]
	[ ! -e "$RECORDS/multi-size-pages" ]
}

# The kernel's own files, as far as a run may touch them.
machine() {
	grep -r . /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/mm/transparent_hugepage/hugepages-*/enabled \
		/sys/kernel/mm/hugepages /proc/sys/vm/nr_* 2>/dev/null || : # some are for writing only
}

# What another run has changed just now is not how this machine is.
nobody_changes() { [ -z "$(find /run/forkcost -type f ! -name '*.lock' 2>/dev/null)" ]; }

as_before() { [ "$(machine)" = "$before" ]; }
changed() { ! as_before; }

@test "this machine is as it was after runs that were killed, and nobody lacked 2 MiB pages" {
	local place=$BATS_TEST_TMPDIR/place kind during
	wait_for nobody_changes
	before=$(machine)
	private_build "$place"
	for kind in mthp hugetlb; do
		"$place/build/forkcost" run --experiment first_write --heap 4M --page-kind $kind --replicates 50 --cell-time 2s \
			--no-plots --no-table --output "$place/results" 3>&- 2>"$BATS_TEST_TMPDIR/said" &
		driver=$!
		wait_for changed
		during=$(machine)
		[ "$(grep 2048kB/enabled <<<"$during")" = "$(grep 2048kB/enabled <<<"$before")" ] || fail_with "2 MiB: $during"
		# shellcheck disable=SC2046 # ids
		kill -9 $(processes_of "$place")
		wait "$driver" || :
		nothing_left "$place"
		"$FORKCOST" --version 2>"$BATS_TEST_TMPDIR/note" >/dev/null
		wait_for as_before || fail_with "$kind: $(diff <(echo "$before") <(machine))"
	done
}
