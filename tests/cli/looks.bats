#!/usr/bin/env bats
# What is drawn and printed fits where it is read: captions in few lines, text in a terminal's width, legends and axes
# that name what is there.
load helpers

setup_file() {
	RUN=$BATS_FILE_TMPDIR/reference
	cp -r "$ROOT/results/reference-2cpu-vm" "$RUN"
	"$FORKCOST" summarize "$RUN" >/dev/null
	cp -r "$ROOT/results/reference-emulated-riscv64" "$BATS_FILE_TMPDIR/guest"
	"$FORKCOST" summarize "$BATS_FILE_TMPDIR/guest" >/dev/null
	export RUN
}

# wrapped LINE: in how many lines style.gp draws it.
wrapped() {
	LC_ALL=C fold -s -w "$(sed -n 's/^WRAP = //p' "$ROOT/plots/style.gp")" <<<"$1" | wc -l
}

@test "a caption has a paragraph of at most three lines, and one line or two of its origin" {
	local folder file lines seen=0
	for folder in "$RUN" "$BATS_FILE_TMPDIR/guest"; do
		for file in "$folder"/plots/data/caption-*.dat; do
			mapfile -t lines <"$file"
			[ "${#lines[@]}" -eq 2 ] || fail_with "${#lines[@]} paragraphs in $file"
			[ "$(wrapped "${lines[0]}")" -le 3 ] || fail_with "too long in $file:" "${lines[0]}"
			[ "$(wrapped "${lines[1]}")" -le 2 ] || fail_with "too long in $file:" "${lines[1]}"
			seen=$((seen + 1))
		done
	done
	[ "$seen" -gt 40 ] || fail_with "only $seen captions"
}

@test "a caption tells of counters only below counts, and of no samples that are not drawn" {
	local file drawn
	for file in "$RUN"/plots/data/caption-*.dat; do
		case $file in
		*counters-by-arm* | *tlb-refill*) grep -q 'not counted' "$file" || fail_with "not said in $file" ;;
		*) ! grep -q 'not counted\|ENOENT' "$file" || fail_with "counters in $file" ;;
		esac
	done
	# fork's alone: those of its three heaps, A/A controls among them.
	drawn=$(cat "$RUN"/plots/data/samples-[012].dat | grep -c '^[0-9]')
	read -r _ least most < <(sed -nE 's/.*; (([0-9]+) to )?([0-9]+) samples.*/x \2 \3/p' "$RUN/plots/data/caption-samples-in-order.dat")
	[ "$drawn" -gt 100 ] && [ "$most" -lt 1500 ] && [ "$least" -ge 92 ] || fail_with "$drawn drawn, $least to $most said"
}

@test "what each command prints of a run fits 80 columns" {
	local command
	for command in show bill advise claims variance model; do
		run --separate-stderr "$FORKCOST" "$command" "$RUN"
		succeeded
		[ "${#lines[@]}" -gt 5 ] || fail_with "$command prints nothing"
		fits 80
	done
	for command in --help list 'run --help' 'help plot' 'help profile' 'help bill'; do
		# shellcheck disable=SC2086
		run --separate-stderr "$FORKCOST" $command
		succeeded
		fits 80
	done
}

@test "a margin has one sign in all tables" {
	local command
	for command in show bill advise variance model; do
		! "$FORKCOST" "$command" "$RUN" | grep -q '+-' || fail_with "$command has another"
	done
}

@test "the timeline has the legend's order" {
	local names
	names=$(awk -F '\t' 'NR > 1 { split($1, word, " "); print word[1] }' "$RUN/plots/data/timeline-0.dat")
	[ "$(wc -l <<<"$names")" -gt 5 ] || fail_with "few rows: $names"
	[ "$names" = "$(cut -f 1 "$RUN/plots/data/look-spawn.dat" | grep -xF "$names")" ] || fail_with "$names"
}

@test "nothing but heap 0 has no other heap on its axis, and an empty panel no tics" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	local data=$BATS_TEST_TMPDIR/data
	cp -r "$RUN/plots/data" "$data"
	printf 'exit_copied\n0\t1000\t900\t1100\n\n\n' >"$data/teardown-end.dat"
	: >"$data/teardown-read.dat"
	(cd "$data" && gnuplot -d -c "$ROOT/plots/teardown.gp" svg out.svg "$ROOT/plots/style.gp" teardown 2>/dev/null)
	grep -q 'not measured in this run' "$data/out.svg" || fail_with "it does not say that it is empty"
	grep -q '>0<' "$data/out.svg" || fail_with "no heap 0"
	! grep -q '>1M<\|>16M<\|>//<' "$data/out.svg" || fail_with "heaps that are not there"
	! grep -q '>100 µs<\|>1 ms<' "$data/out.svg" || fail_with "tics in the empty panel"
}
