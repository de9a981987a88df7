#!/usr/bin/env bats
# forkcost variance, on runs that are made up with a known split.
load helpers

# made_up: $RUN, six replicates of four visits of two samples. The squares are such that samples scatter by 10 %, visits
# by 5.2 and replicates by 2: mean squares of 2 c c, 8 b b / 3
# and 9.6 a a for swings of a, b and c. vfork has one sample a visit.
made_up() {
	RUN=$BATS_TEST_TMPDIR/run
	mkdir "$RUN"
	echo '{"format": 2}' >"$RUN/environment.json"
	awk 'BEGIN {
		print "{\"type\": \"run\", \"format\": 2, \"settings\": {\"precision\": 0.02}, \"experiments\":" \
			" [{\"name\": \"spawn\", \"metrics\": [{\"name\": \"call_ns\", \"unit\": \"ns\", \"summary\": \"\"}]}]}"
		for (r = 0; r < 6; r++) {
			rounds = places = at = values = few_rounds = few_places = few_at = few_values = ""
			for (v = 0; v < 4; v++)
				for (s = 0; s < 2; s++) {
					level = 0.0441794 * (r % 2 ? 1 : -1) + 0.0760132 * (v % 2 ? 1 : -1)
					comma = v + s ? "," : ""
					rounds = rounds comma v; places = places comma s; at = at comma 0
					values = values comma sprintf("%.4f", 20000 * exp(level + 0.0707107 * (s ? 1 : -1)))
					if (s) continue
					few_rounds = few_rounds comma v; few_places = few_places comma 0; few_at = few_at comma 0
					few_values = few_values comma sprintf("%.4f", 9000 * exp(level))
				}
			printf "{\"type\": \"cell\", \"experiment\": \"spawn\", \"heap_bytes\": 0, \"replicate\": %d, \"seed\": 1," \
				" \"page_kind\": \"4k\", \"child_cpu\": \"same\", \"began_s\": 0, \"state\": \"dirty\", \"cache\": \"warm\"," \
				" \"touch_order\": \"\", \"threads\": \"\", \"counted\": false, \"worker\": {\"mappings\": 13}, \"arms\": [", r
			arm("fork", rounds, places, at, values); printf ","
			arm("vfork", few_rounds, few_places, few_at, few_values); print "]}"
		}
		print "{\"type\": \"end\", \"ended\": \"complete\"}"
	}
	function arm(primitive, rounds, places, at, values) {
		printf "{\"experiment\": \"spawn\", \"primitive\": \"%s\", \"action\": \"exit\", \"case\": \"\", \"aa_control\": false," \
			" \"missing\": {}, \"passes\": {\"plain\": {\"round\": [%s], \"place\": [%s], \"at_us\": [%s]," \
			" \"metrics\": {\"call_ns\": [%s]}}}}", primitive, rounds, places, at, values
	}' >"$RUN/samples.jsonl"
}

@test "variance prints the split that a run was made of, and what it asks for" {
	made_up
	run --separate-stderr "$FORKCOST" variance "$RUN"
	succeeded
	[[ ${lines[0]} == 'spawn, heap 0' ]] || fail_with "no title"
	grep -qE '^fork exit +2\.0 x 4\.0 x 6 +10\.0% +5\.2% +2\.0% +±[0-9.]+% +4 x 13 x 11$' <<<"$output" ||
		fail_with "not the split of fork"
	grep -qE '^vfork exit +1\.0 x 4\.0 x 6 +\? +8\.8% ' <<<"$output" || fail_with "not the split of vfork"
	run --separate-stderr "$FORKCOST" variance --precision 1% "$RUN"
	succeeded
	grep -qE '^fork exit .* 4 x 13 x 34$' <<<"$output" || fail_with "the precision is not followed"
	[[ $output == *'±1 %'* ]] || fail_with "the precision is not named"
	usage_error precision variance --precision 0 "$RUN"
	usage_error precision variance --precision x "$RUN"
}

@test "variance fits 100 columns, and shows each heap and arm of a real run" {
	run --separate-stderr "$FORKCOST" variance "$ROOT/results/reference-2cpu-vm"
	succeeded
	local wide
	wide=$(awk 'length($0) > 100' <<<"$output")
	[ -z "$wide" ] || fail_with "wider than 100 columns:" "$wide"
	[ "$(grep -c '^fork exec .*±' <<<"$output")" -eq "$(grep -c '^spawn, heap ' <<<"$output")" ]
	[ "$(grep -c '^spawn, heap ' <<<"$output")" -eq 7 ] || fail_with "not every heap"
	[[ $output != *x0a* && $output != *page_faults* ]]
}
