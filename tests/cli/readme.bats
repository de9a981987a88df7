#!/usr/bin/env bats
# The reference runs that are kept with the sources: what is derived from them is what this version derives, and the
# numbers in README.md are theirs.
load helpers

RUN=$ROOT/results/reference-2cpu-vm

# table PROGRAM: Markdown rows made from summary.csv by awk, with time(), spread() and at(metric, column) to help.
# `value` has what each row of the csv has under its key.
table() {
	tsv "$RUN/summary.csv" | LC_ALL=C.UTF-8 awk -F '\t' "$(cat "$ROOT/scripts/plain.awk")"'
		function plain(    i) {
			for (i = 31; i <= NF; i++) if (!is_plain(head[i], $i)) return 0
			return 1
		}
		NR == 1 { for (i = 1; i <= NF; i++) head[i] = $i }
		function digits(number) {
			return sprintf(number >= 99.95 ? "%.0f" : number >= 9.995 ? "%.1f" : "%.2f", number)
		}
		function time(ns, unit) {
			unit = 1
			while (ns >= 999.5 && unit < 4) { ns /= 1000; unit++ }
			return digits(ns) " " names[unit]
		}
		function spread(key, without_unit, percent) {
			if (!(key in median)) return "n/a"
			percent = (high[key] - low[key]) / 2 / median[key] * 100
			return (percent > 25 ? "?" : percent > 10 ? "\\~" : "") (without_unit ? digits(median[key]) : time(median[key])) \
				sprintf(percent > 0 && percent < 9.95 ? " ±%.1f%%" : " ±%.0f%%", percent)
		}
		BEGIN { split("ns us ms s", names, " "); mib = 1048576 }
		NR > 1 && $4 != "aa_control" && $16 > 0 && plain() {
			key = $1 "/" $2 $4 "/" $3 "/" $5 "/" $6 "/" $7 "/" $8 "/" $9 "/" $10 "/" $13 "/" $14
			median[key] = $18; low[key] = $19; high[key] = $20; most[key] = $25
		}
		END { '"$1"' }'
}

# stands_in_readme AT-LEAST: every line of stdin, and there are as many, is one of README.md.
stands_in_readme() {
	local line lines=0
	while IFS= read -r line; do
		lines=$((lines + 1))
		grep -qxF -- "$line" "$ROOT/README.md" || fail_with "README.md does not have this row of the reference run:" "$line"
	done
	[ "$lines" -ge "$1" ] || fail_with "only $lines rows were made"
}

@test "what is derived from the reference runs is as kept" {
	local kept name
	for kept in "$ROOT"/results/reference-*; do
		cp -r "$kept" "$BATS_TEST_TMPDIR/run"
		run --separate-stderr "$FORKCOST" summarize "$BATS_TEST_TMPDIR/run"
		[ "$status" -eq 0 ] || fail_with "it fails: $kept"
		for name in summary.csv ratios.csv derived.csv claims.md claims.json tables/spawn.md tables/first_write.md tables/first_write.tex \
			tables/tlb_refill.md tables/tlb_shootdown.md tables/switch.md tables/teardown.md tables/counters.md; do
			cmp "$kept/$name" "$BATS_TEST_TMPDIR/run/$name" ||
				fail_with "$name differs: make it again with forkcost summarize, and look at what changed"
		done
		rm -r "$BATS_TEST_TMPDIR/run"
	done
}

@test "README.md has the tables that make readme writes, and no other" {
	local tables
	cp "$ROOT/README.md" "$BATS_TEST_TMPDIR/README.md"
	run --separate-stderr sh "$ROOT/scripts/readme" "$BATS_TEST_TMPDIR/README.md"
	succeeded
	diff "$ROOT/README.md" "$BATS_TEST_TMPDIR/README.md" >"$BATS_TEST_TMPDIR/diff" || fail_with "run make readme:" "$(cat "$BATS_TEST_TMPDIR/diff")"
	tables=$(sed -n 's/^<!-- forkcost: \(.*\) -->$/\1/p' "$ROOT/README.md" | sort | tr '\n' ' ')
	[ "$tables" = "claims first_write second_opinion spawn states tlb_refill " ] || fail_with "these tables: $tables"
	# No time with a margin stands elsewhere.
	run sed '/^<!-- forkcost: /,/^<!-- .forkcost -->/d' "$ROOT/README.md"
	[[ $output != *±[0-9]* ]] || fail_with "a number that nothing holds to the run: $(grep '±[0-9]' <<<"$output")"
}

@test "make readme refuses what it does not know, and leaves the file as it was" {
	local text
	for text in '<!-- forkcost: other -->\n<!-- /forkcost -->\n' '<!-- forkcost: spawn -->\n' 'no table\n'; do
		printf '%b' "$text" >"$BATS_TEST_TMPDIR/README.md"
		cp "$BATS_TEST_TMPDIR/README.md" "$BATS_TEST_TMPDIR/before"
		run --separate-stderr sh "$ROOT/scripts/readme" "$BATS_TEST_TMPDIR/README.md"
		[ "$status" -eq 1 ] || fail_with "it does not fail: $text"
		[[ $stderr == 'readme: cannot '*'; '* ]] || fail_with "no remedy: $text"
		cmp "$BATS_TEST_TMPDIR/README.md" "$BATS_TEST_TMPDIR/before" || fail_with "changed: $text"
	done
}

@test "what starting a process costs" {
	table 'n = split("fork exit,vfork exit,clone exit,clone_vm exit,clone_vfork exit,thread exit,eager_copy exit," \
			"fork exec,vfork exec,posix_spawn exec,clone_vm_vfork exec", arms, ",")
		for (i = 1; i <= n; i++) {
			split(arms[i], arm, " ")
			line = "| " arm[1] " | " arm[2]
			for (end = 1; end <= 2; end++)
				for (heap = 1; heap <= 3; heap++) {
					bytes = heap == 1 ? 0 : heap == 2 ? 64 * mib : 1024 * mib
					metric = end == 1 ? "call_ns" : arm[1] == "thread" ? "joined_ns" : "reaped_ns"
					line = line " | " spread("spawn/" arm[1] "/" arm[2] "/" bytes "/4k/dirty/warm///same/" metric)
				}
			print line " |"
		}' | stands_in_readme 11
}

@test "the first write to a page, at the heap of the tables, figures and claims" {
	local heap
	heap=$(sed -n 's/^\*\*first write to a page: heap \(.*\), .*/\1/p' "$RUN/tables/first_write.md")
	[ "$heap" = "4 MiB" ] || fail_with "the tables show a heap of $heap"
	grep -q "^The first write to a page of a heap of $heap (" "$ROOT/README.md" || fail_with "README.md shows another heap"
	table 'n = split("child_copy parent_copy before_exec reuse_child_wrote reuse_child_exited after_exec after_vfork " \
			"after_posix_spawn after_clone_vm never_forked fresh_zero", cases, " ")
		for (i = 1; i <= n; i++) {
			key = "first_write/" cases[i] "//" 4 * mib "/4k/dirty/warm/sequential//same/"
			print "| " cases[i] " | " spread(key "write_ns") " | " spread(key "single_ns") " | " \
				spread(key "single_p99_ns") " | " time(most[key "single_max_ns"]) " | " \
				median[key "faults"] / median[key "pages"] " | " \
				((key "frames_changed") in median ? median[key "frames_changed"] / median[key "pages"] : "n/a") " |"
		}' | stands_in_readme 11
}

@test "reading the heap again" {
	table 'n = split("warm after_flush after_evict after_fork again after_vfork after_posix_spawn after_switch", cases, " ")
		for (p = 16; p <= 16384; p *= 2) {
			line = "| " p
			for (i = 1; i <= n; i++)
				line = line " | " spread("tlb_refill/" cases[i] "//" p * 4096 "/4k/dirty/warm///same/page_ns", 1)
			print line " |"
		}' | stands_in_readme 11
}

@test "what the state of heap and caches does" {
	table 'n = split("0,4,64,1024", heaps, ",")
		for (arm = 1; arm <= 2; arm++) for (i = 1; i <= n; i++) {
			line = (arm == 1 ? "| fork | call_ns | " : "| vfork | reaped_ns | ") \
				(heaps[i] == 0 ? "0" : heaps[i] == 1024 ? "1 GiB" : heaps[i] " MiB")
			states = split("dirty/warm write-protected/warm dirty/used dirty/cold write-protected/cold", state, " ")
			for (s = 1; s <= states; s++)
				line = line " | " spread("spawn/" (arm == 1 ? "fork" : "vfork") "/exit/" heaps[i] * mib "/4k/" \
					state[s] "///same/" (arm == 1 ? "call_ns" : "reaped_ns"))
			print line " |"
		}' | stands_in_readme 8
}

@test "verdicts, and each number with its interval" {
	local number id numbers=0
	sed -n '/^<!-- forkcost: claims -->$/,/^<!-- \/forkcost -->$/p' "$ROOT/README.md" >"$BATS_TEST_TMPDIR/claims"
	while read -r number; do
		numbers=$((numbers + 1))
		grep -qF -- "$number" "$RUN/claims.md" || fail_with "not in claims.md: $number"
	done < <(grep -oE '[0-9.]+( [a-zA-Z]+)? \([-0-9.]+[^()]* to [^()]*\)' "$BATS_TEST_TMPDIR/claims")
	[ "$numbers" -ge 10 ] || fail_with "only $numbers numbers were found"
	for id in C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12; do
		number=$(sed -n "s/^| $id | [^|]* | \*\*\([^*]*\)\*\*.*/\1/p" "$RUN/claims.md")
		grep -q "^| $id | .*| \*\*$number\*\*" "$BATS_TEST_TMPDIR/claims" || fail_with "$id: not '$number'"
	done
}
