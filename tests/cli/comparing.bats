#!/usr/bin/env bats
# The commands of docs/COMPARING.md, as they stand there, on small runs: those in blocks of sh.
load helpers

# small: the document's commands of a section's blocks, for the least that each can measure.
small() {
	awk -v heading="$1" '/^## / { on = index($0, heading) } /^```/ { block = on && $0 == "```sh"; next } block' \
		"$ROOT/docs/COMPARING.md" | sed -E "s|build/|$BUILD/|g; s|64M|2M|g; s|make -s|make -s -C $ROOT BUILD=$BUILD FORKCOST_NO_INSTALL=1|
			/ run / s|\$| --replicates 2 --cell-time 1ms --cache warm --state dirty --child-cpu same --program own --counters none|
			/ ab / s|\$| --rounds 2 --budget 4s|"
}

# run_each SECTION LEAST: each command ends well, and there are so many.
run_each() {
	local line
	cd "$BATS_TEST_TMPDIR" || return
	mkdir results
	small "$1" >commands
	[ "$(wc -l <commands)" -ge "$2" ] || fail_with "only these commands" "$(cat commands)" || return
	while IFS= read -r line; do
		run --separate-stderr timeout 300 bash -c "$line" </dev/null 3>&-
		[ "$status" -eq 0 ] || fail_with "$line" || return
	done <commands
}

@test "a runtime author gets from two settings to a verdict" {
	run_each 'A runtime author' 2
}

@test "an operator gets from two hosts to what differs" {
	run_each 'An operator' 5
	[ -n "$(find -L results/host-a/latest/plots -name '*.svg')" ] || fail_with "nothing drawn"
}
