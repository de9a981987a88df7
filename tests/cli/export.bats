#!/usr/bin/env bats
# What other programs get of a run, read by themselves where they are there.

load helpers

RUN=results/reference-emulated-riscv64

export_as() { "$FORKCOST" export "$RUN" --format "$1" "${@:2}" >"$BATS_TEST_TMPDIR/out"; }

# rows UNIT: how many rows of summary.csv have values, and that unit or, with a !, another one.
rows() {
	awk -F, -v unit="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["case"] != "aa_control" && $at["n"] > 0 {
			is = $at["unit"] == "ns"
			if ((unit == "ns") == is) count++
		}
		END { print count + 0 }' "$RUN/summary.csv"
}

@test "google-benchmark: a repetition each replicate, and the rows' estimates" {
	export_as google-benchmark
	jq -e '.context.num_cpus > 0 and (.context.date | test("^20..-..-..T"))' "$BATS_TEST_TMPDIR/out" >/dev/null
	[ "$(jq '[.benchmarks[] | select(.run_type == "aggregate")] | length' "$BATS_TEST_TMPDIR/out")" = "$(rows ns)" ]
	# Each family has as many repetitions as it says.
	[ "$(jq '[.benchmarks | group_by(.family_index)[] | select(([.[] | select(.run_type == "iteration")] | length) != .[0].repetitions)] | length' \
		"$BATS_TEST_TMPDIR/out")" = 0 ]
	# No name stands for two rows.
	[ "$(jq '[.benchmarks[] | select(.run_type == "aggregate") | .name] | length - (unique | length)' "$BATS_TEST_TMPDIR/out")" = 0 ]
	estimate=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$1 == "switch" && $at["case"] == "shared" && $at["heap_bytes"] == 65536 && $at["metric"] == "switch_ns" { print $at["estimate"]; exit }' "$RUN/summary.csv")
	jq -e --argjson estimate "$estimate" '[.benchmarks[] | select(.name == "switch/shared/heap_bytes:65536/switch_ns_median")] |
		length == 1 and (.[0].real_time / $estimate - 1 | fabs) < 1e-5' "$BATS_TEST_TMPDIR/out" >/dev/null
}

@test "google-benchmark: its own compare tool reads it" {
	compare=/usr/share/benchmark/compare.py
	[ -x "$compare" ] && /usr/bin/python3 -c 'import scipy' 2>/dev/null || skip "there is no libbenchmark-tools with python3-scipy"
	export_as google-benchmark --experiment switch
	run -0 /usr/bin/python3 "$compare" benchmarks "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/out"
	[[ $output == *switch/shared/heap_bytes:65536/switch_ns*+0.0000* ]]
}

@test "hyperfine: seconds, as many times as replicates" {
	export_as hyperfine
	jq -e '.results | length > 0 and all(.command and .mean >= .min and .median <= .max and (.times | length) > 0)' \
		"$BATS_TEST_TMPDIR/out" >/dev/null
	[ "$(jq '.results | length' "$BATS_TEST_TMPDIR/out")" = "$(rows ns)" ]
	jq -e '[.results[] | select(.command == "known_delay/1us/heap_bytes:65536/delay_ns")][0].median |
		. > 1e-6 and . < 1e-5' "$BATS_TEST_TMPDIR/out" >/dev/null
}

@test "openmetrics: every line is of the form, and each row has its estimate" {
	export_as openmetrics
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = '# EOF' ]
	run ! grep -vE '^# (TYPE|UNIT|HELP) forkcost_[a-z_]+ .+$|^# EOF$|^forkcost_[a-z_]+\{[a-z_]+="([^"\\]|\\["\\n])*"(,[a-z_]+="([^"\\]|\\["\\n])*")*\} (NaN|-?[0-9.e+-]+)$' \
		"$BATS_TEST_TMPDIR/out"
	[ "$(grep -c '^forkcost_time_seconds{stat="estimate"' "$BATS_TEST_TMPDIR/out")" = "$(rows ns)" ]
	[ "$(grep -c '^forkcost_value{stat="estimate"' "$BATS_TEST_TMPDIR/out")" = "$(rows '!')" ]
	# No two samples have the same labels.
	[ -z "$(sed -n 's/} .*//p' "$BATS_TEST_TMPDIR/out" | sort | uniq -d)" ]
}

@test "openmetrics: the Prometheus client reads it" {
	/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || skip "there is no python3-prometheus-client"
	export_as openmetrics
	run -0 /usr/bin/python3 -c 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
print(*[f"{f.name} {f.unit}" for f in families(open(sys.argv[1]).read())], sep="\n")' "$BATS_TEST_TMPDIR/out"
	[[ $output == *"forkcost_time_seconds seconds"* ]]
}

@test "export: what is not there is refused" {
	run -2 "$FORKCOST" export "$RUN"
	[[ $output == *"--format one of google-benchmark, hyperfine, openmetrics"* ]]
	run -2 "$FORKCOST" export "$RUN" --format xml
	run -1 "$FORKCOST" export "$RUN" --format hyperfine --experiment none
	[[ $output == *"cannot find experiment 'none'"* ]]
	run -2 "$FORKCOST" export nowhere --format hyperfine
}
