#!/usr/bin/env bats
# A run a boot, two kernels in random order: which boot is due, and what is done then. No machine is booted: uname and
# forkcost are made up.

load helpers

ab_boot() { sh "$BATS_TEST_DIRNAME/../../scripts/ab-boot" "$@"; }

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir bin
	cat >bin/uname <<'END'
#!/bin/sh
cat "$BATS_TEST_TMPDIR/kernel"
END
	cat >bin/forkcost <<'END'
#!/bin/sh
echo "$*" >>"$BATS_TEST_TMPDIR/log"
[ "$1" = run ] || exit 0
while [ "$1" != --output ]; do shift; done
run=$(mktemp -d "$2/2026XXXX")
: >"$run/summary.csv"
END
	chmod +x bin/*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	export FORKCOST=$BATS_TEST_TMPDIR/bin/forkcost BATS_TEST_TMPDIR
}

@test "ab-boot: each pair of boots has both kernels, in an order that the seed gives" {
	ab_boot plan one old-1 new-2 20 7
	ab_boot plan two old-1 new-2 20 7
	ab_boot plan three old-1 new-2 20 8
	cmp one/plan two/plan
	run ! cmp -s one/plan three/plan
	[ "$(paste - - <one/plan | sort -u)" = $'a old-1\tb new-2\nb new-2\ta old-1' ]
}

@test "ab-boot: a run for each boot that is due, and the comparison behind the last" {
	ab_boot plan folder old-1 new-2 2 7
	for boot in 1 2 3 4; do
		due=$(sed -n "${boot}s/^. //p" folder/plan)
		echo other-3 >kernel
		run -3 ab_boot next folder
		[[ $output == "boot $boot of 4: boot $due "* ]]
		echo "$due" >kernel
		# This test's boot has its run already: an id that was written down.
		if [ "$boot" -gt 1 ]; then
			run -3 ab_boot next folder
			[[ $output == *"boot $due anew"* ]]
			rm folder/booted
		fi
		expected=3
		[ "$boot" -lt 4 ] || expected=0
		run -"$expected" ab_boot next folder -- --heap 0
	done
	[ "$(grep -c '^run --heap 0 ' log)" = 4 ]
	[ "$(find folder/a -name summary.csv | wc -l) $(find folder/b -name summary.csv | wc -l)" = "2 2" ]
	[[ $(tail -n 1 log) =~ ^compare\ folder/a/2026.*folder/a/2026.*\ --\ folder/b/2026.*folder/b/2026[^\ ]*$ ]]
}

@test "ab-boot: what makes no comparison is refused" {
	run -2 ab_boot plan folder old-1 old-1
	run -2 ab_boot plan folder old-1 new-2 0
	run -2 ab_boot plan folder 'old;1' new-2
	[ ! -e folder ]
	ab_boot plan folder old-1 new-2
	run -2 ab_boot plan folder old-1 new-2
	run -2 ab_boot next nowhere
	run -2 ab_boot
}
