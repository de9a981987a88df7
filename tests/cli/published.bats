#!/usr/bin/env bats
# Points that others have published, over a run's figure.
load helpers

setup_file() {
	export PLACE=$BATS_FILE_TMPDIR
	private_build "$PLACE"
	few_figures "$PLACE" spawn-by-heap
	"$FORKCOST" run "${TINY[@]}" --primitive fork,vfork --output "$PLACE/out" 2>/dev/null
	RUN=$(readlink -f "$PLACE/out/latest")
	export RUN
}

# drawn WORDS: in the figure's text.
drawn() { grep -q "$1" "$RUN/plots/spawn-by-heap.svg" || fail_with "the figure does not say: $1"; }

@test "our own points are drawn where that is asked for, and not kept" {
	"$PLACE/build/forkcost" plot "$RUN" >/dev/null
	! grep -q 'Published by others' "$RUN/plots/spawn-by-heap.svg" || fail_with "drawn, and nobody asked"
	"$PLACE/build/forkcost" plot --published "$RUN" >/dev/null
	drawn 'Published by others'
	drawn 'Beyond the figure'
	[ -z "$(find "$RUN" -name '*published*')" ] || fail_with "left in the run's folder"
}

@test "a file's points are drawn, and its words stay words" {
	local points=$BATS_TEST_TMPDIR/points.csv
	printf 'primitive,scope,heap_bytes,latency_us,year,source\nfork,call,1048576,50,2001,"`id` $(id) <b>%%s, x"\nnone,call,0,9,,\033[1m\n' \
		>"$points"
	run --separate-stderr "$PLACE/build/forkcost" plot "--published=$points" "$RUN"
	succeeded
	drawn '1  id  $(id) &lt;b %s 2001'
	! grep -q $'\033' "$RUN/plots/spawn-by-heap.svg" || fail_with "a control character"
}

# gnuplot 5.4 dies of points and labels of which none is valid.
@test "a single point is drawn, in either panel" {
	local scope
	for scope in call reaped; do
		printf 'primitive,scope,heap_bytes,latency_us,year,source\nfork,%s,65536,100,2024,alone\n' $scope >"$BATS_TEST_TMPDIR/points.csv"
		run --separate-stderr "$PLACE/build/forkcost" plot "--published=$BATS_TEST_TMPDIR/points.csv" "$RUN"
		succeeded
		drawn '1 alone 2024'
	done
}

@test "points that cannot be drawn are refused, before anything is measured" {
	usage_error "published points without plots" run "${TINY[@]}" --published --output "$BATS_TEST_TMPDIR/out"
	usage_error "$BATS_TEST_TMPDIR/none" run --published="$BATS_TEST_TMPDIR/none" --output "$BATS_TEST_TMPDIR/out"
	[ ! -e "$BATS_TEST_TMPDIR/out" ] || fail_with "something was measured"
	printf 'primitive\nfork\n' >"$BATS_TEST_TMPDIR/points.csv"
	refused 1 "no column scope" plot --published="$BATS_TEST_TMPDIR/points.csv" "$RUN"
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	refused 1 "no regular file" plot --published="$BATS_TEST_TMPDIR/fifo" "$RUN"
}
